// Prints the users of the users file, in its order.
import { listUsers } from "../../operations/users.ts";
import { commandOf, configOption, jsonOption } from "../command.ts";
import { openConfig } from "../open.ts";
import { printList } from "../text-table.ts";

export const command = commandOf({
  options: { config: configOption, json: jsonOption },
  examples: ["zerohop user list --config /etc/zerohop/zerohop.yml"],
  async run(args) {
    const users = listUsers(openConfig(args).config).map(({ user, disabled }) => ({ ...user, disabled }));
    printList(args.options.json, users, {
      USER: ({ name }) => name,
      NAME: ({ displayName }) => displayName ?? "",
      "E-MAIL": ({ email }) => email ?? "",
      GROUPS: ({ groups }) => groups.join(","),
      STATE: ({ disabled }) => (disabled ? "disabled" : ""),
    });
    return 0;
  },
});
