// Lets disabled users log in again.
import { type Command, configOption } from "../command.ts";
import { openConfig } from "../open.ts";
import { changeUsers, namesIn } from "../users.ts";

export const command: Command = {
  options: { config: configOption },
  positionals: "NAME...",
  async run(args) {
    const names = namesIn(args);
    await changeUsers(openConfig(args).config, (users) => {
      for (const name of names) users.set(name, "disabled", false);
    });
    console.log(`enabled: ${names.join(", ")}`);
    return 0;
  },
};
