// Takes users out of the users file; their sessions end at once, and their second factors are removed.
import type { UsersEdit } from "../../identity/users-file-editor.ts";
import { type Command, configOption } from "../command.ts";
import { changeUsers, namesIn } from "../users.ts";

export const command: Command = {
  options: { config: configOption },
  positionals: "NAME...",
  async run(args) {
    const names = namesIn(args);
    const edit = (users: UsersEdit) => {
      for (const name of names) users.delete(name);
    };
    const ended = await changeUsers(args, { names, change: "deleted", edit });
    console.log(`deleted: ${names.join(", ")}, sessions ended: ${ended}`);
    return 0;
  },
};
