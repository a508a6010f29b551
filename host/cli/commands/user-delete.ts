// Takes users out of the users file; their sessions end at once.
import { type Command, configOption } from "../command.ts";
import { openConfig } from "../open.ts";
import { changeUsers, endSessions, namesIn } from "../users.ts";

export const command: Command = {
  options: { config: configOption },
  positionals: "NAME...",
  async run(args) {
    const names = namesIn(args);
    await changeUsers(openConfig(args).config, (users) => {
      for (const name of names) users.delete(name);
    });
    console.log(`deleted: ${names.join(", ")}, sessions ended: ${await endSessions(args, names)}`);
    return 0;
  },
};
