// Takes users out of the users file; their sessions end at once, and their second factors are removed.
import { deleteUsers } from "../../operations/users.ts";
import { type Command, configOption } from "../command.ts";
import { asOperator } from "../open.ts";
import { namesIn } from "../user-names.ts";

export const command: Command = {
  options: { config: configOption },
  positionals: "NAME...",
  examples: ["zerohop user delete --config /etc/zerohop/zerohop.yml bob"],
  async run(args) {
    const names = namesIn(args);
    const ended = await asOperator(args, (operator) => deleteUsers(operator, names));
    console.log(`deleted: ${names.join(", ")}, sessions ended: ${ended}`);
    return 0;
  },
};
