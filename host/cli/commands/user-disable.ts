// Disables users: they cannot log in, and their sessions end at once.
import type { UsersEdit } from "../../identity/users-file-editor.ts";
import { type Command, configOption } from "../command.ts";
import { changeUsers, namesIn } from "../users.ts";

export const command: Command = {
  options: { config: configOption },
  positionals: "NAME...",
  async run(args) {
    const names = namesIn(args);
    const edit = (users: UsersEdit) => {
      for (const name of names) users.set(name, "disabled", true);
    };
    const ended = await changeUsers(args, { names, change: "disabled", edit });
    console.log(`disabled: ${names.join(", ")}, sessions ended: ${ended}`);
    return 0;
  },
};
