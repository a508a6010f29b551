// Prints the accounts of people who sign in with providers.
import { listAccounts } from "../../operations/accounts.ts";
import { commandOf, configOption, jsonOption } from "../command.ts";
import { asOperator } from "../open.ts";
import { printList } from "../text-table.ts";

export const command = commandOf({
  options: { config: configOption, json: jsonOption },
  examples: ["zerohop account list --config /etc/zerohop/zerohop.yml"],
  async run(args) {
    const accounts = await asOperator(args, listAccounts);
    const shown = accounts.map(({ username, provider, displayName, email, groups, disabled }) => ({
      ...{ name: username, provider, displayName, email, groups, disabled },
    }));
    printList(args.options.json, shown, {
      ACCOUNT: ({ name }) => name,
      PROVIDER: ({ provider }) => provider,
      NAME: ({ displayName }) => displayName ?? "",
      "E-MAIL": ({ email }) => email ?? "",
      GROUPS: ({ groups }) => groups.join(","),
      STATE: ({ disabled }) => (disabled ? "disabled" : ""),
    });
    return 0;
  },
});
