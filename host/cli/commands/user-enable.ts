// Lets disabled users log in again.
import type { UsersEdit } from "../../identity/users-file-editor.ts";
import { type Command, configOption } from "../command.ts";
import { changeUsers, namesIn } from "../users.ts";

export const command: Command = {
  options: { config: configOption },
  positionals: "NAME...",
  async run(args) {
    const names = namesIn(args);
    const edit = (users: UsersEdit) => {
      for (const name of names) users.set(name, "disabled", false);
    };
    await changeUsers(args, { names, change: "enabled", edit });
    console.log(`enabled: ${names.join(", ")}`);
    return 0;
  },
};
