// Takes users out of the users file; their sessions end at once, and their second factors are removed.
import { type Command, configOption } from "../command.ts";
import { openConfig } from "../open.ts";
import { changeUsers, endSessions, namesIn, removeSecondFactors } from "../users.ts";

export const command: Command = {
  options: { config: configOption },
  positionals: "NAME...",
  async run(args) {
    const names = namesIn(args);
    await changeUsers(openConfig(args).config, (users) => {
      for (const name of names) users.delete(name);
    });
    const ended = await endSessions(args, names);
    await removeSecondFactors(args, names);
    console.log(`deleted: ${names.join(", ")}, sessions ended: ${ended}`);
    return 0;
  },
};
