// Disables accounts: their owners cannot sign in, and their sessions end at once.
import { disableAccounts } from "../../operations/accounts.ts";
import { type Command, configOption } from "../command.ts";
import { asOperator } from "../open.ts";
import { namesIn } from "../user-names.ts";

export const command: Command = {
  options: { config: configOption },
  positionals: "NAME...",
  examples: ["zerohop account disable --config /etc/zerohop/zerohop.yml bob@company"],
  async run(args) {
    const names = namesIn(args);
    const ended = await asOperator(args, (operator) => disableAccounts(operator, names));
    console.log(`disabled: ${names.join(", ")}, sessions ended: ${ended}`);
    return 0;
  },
};
