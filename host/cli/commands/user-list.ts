// Prints the users of the users file, in its order.
import { listUsers } from "../../operations/users.ts";
import { type Command, configOption } from "../command.ts";
import { openConfig } from "../open.ts";
import { printTable } from "../text-table.ts";

export const command: Command = {
  options: {
    config: configOption,
    json: { type: "boolean", help: "print one JSON object per line" },
  },
  examples: ["zerohop user list --config /etc/zerohop/zerohop.yml"],
  async run(args) {
    const users = listUsers(openConfig(args).config);
    if (args.options.json) for (const { user, disabled } of users) console.log(JSON.stringify({ ...user, disabled }));
    else
      printTable([
        ["USER", "NAME", "E-MAIL", "GROUPS", "STATE"],
        ...users.map(({ user: { name, displayName = "", email = "", groups }, disabled }) => [
          name,
          displayName,
          email,
          groups.join(","),
          disabled ? "disabled" : "",
        ]),
      ]);
    return 0;
  },
};
