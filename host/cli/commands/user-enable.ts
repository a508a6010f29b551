// Lets disabled users log in again.
import { enableUsers } from "../../operations/users.ts";
import { type Command, configOption } from "../command.ts";
import { asOperator } from "../open.ts";
import { namesIn } from "../user-names.ts";

export const command: Command = {
  options: { config: configOption },
  positionals: "NAME...",
  examples: ["zerohop user enable --config /etc/zerohop/zerohop.yml bob"],
  async run(args) {
    const names = namesIn(args);
    await asOperator(args, (operator) => enableUsers(operator, names));
    console.log(`enabled: ${names.join(", ")}`);
    return 0;
  },
};
