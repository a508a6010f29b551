// Lets the owners of disabled accounts sign in again.
import { enableAccounts } from "../../operations/accounts.ts";
import { type Command, configOption } from "../command.ts";
import { asOperator } from "../open.ts";
import { namesIn } from "../user-names.ts";

export const command: Command = {
  options: { config: configOption },
  positionals: "NAME...",
  examples: ["zerohop account enable --config /etc/zerohop/zerohop.yml bob@company"],
  async run(args) {
    const names = namesIn(args);
    await asOperator(args, (operator) => enableAccounts(operator, names));
    console.log(`enabled: ${names.join(", ")}`);
    return 0;
  },
};
