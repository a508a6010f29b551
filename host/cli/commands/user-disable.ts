// Disables users: they cannot log in, and their sessions end at once.
import { disableUsers } from "../../operations/users.ts";
import { type Command, configOption } from "../command.ts";
import { asOperator } from "../open.ts";
import { namesIn } from "../user-names.ts";

export const command: Command = {
  options: { config: configOption },
  positionals: "NAME...",
  examples: ["zerohop user disable --config /etc/zerohop/zerohop.yml bob"],
  async run(args) {
    const names = namesIn(args);
    const ended = await asOperator(args, (operator) => disableUsers(operator, names));
    console.log(`disabled: ${names.join(", ")}, sessions ended: ${ended}`);
    return 0;
  },
};
