// Removes accounts with their second factors, and ends their sessions.
import { deleteAccounts } from "../../operations/accounts.ts";
import { type Command, configOption } from "../command.ts";
import { asOperator } from "../open.ts";
import { namesIn } from "../user-names.ts";

export const command: Command = {
  options: { config: configOption },
  positionals: "NAME...",
  examples: ["zerohop account delete --config /etc/zerohop/zerohop.yml bob@company"],
  async run(args) {
    const names = namesIn(args);
    const ended = await asOperator(args, (operator) => deleteAccounts(operator, names));
    console.log(`deleted: ${names.join(", ")}, sessions ended: ${ended}`);
    return 0;
  },
};
