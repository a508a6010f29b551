// Prints the accounts of people who sign in with providers.
import { listAccounts } from "../../operations/accounts.ts";
import { type Command, configOption } from "../command.ts";
import { asOperator } from "../open.ts";
import { printTable } from "../text-table.ts";

export const command: Command = {
  options: {
    config: configOption,
    json: { type: "boolean", help: "print one JSON object per line" },
  },
  examples: ["zerohop account list --config /etc/zerohop/zerohop.yml"],
  async run(args) {
    const accounts = await asOperator(args, listAccounts);
    const shown = accounts.map(({ username, provider, displayName, email, groups, disabled }) => ({
      ...{ name: username, provider, displayName, email, groups, disabled },
    }));
    if (args.options.json) for (const account of shown) console.log(JSON.stringify(account));
    else
      printTable([
        ["ACCOUNT", "PROVIDER", "NAME", "E-MAIL", "GROUPS", "STATE"],
        ...shown.map(({ name, provider, displayName, email, groups, disabled }) => [
          ...[name, provider, displayName ?? "", email ?? "", groups.join(",")],
          disabled ? "disabled" : "",
        ]),
      ]);
    return 0;
  },
};
