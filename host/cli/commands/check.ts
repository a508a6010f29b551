// Checks the config file and the users file that it names, so that a start with them cannot fail over their content.
import { UsersFile } from "../../authn/users-file.ts";
import { type Command, configOption } from "../command.ts";
import { openConfig } from "../open.ts";

export const command: Command = {
  options: { config: configOption },
  async run(args) {
    const { config } = openConfig(args);
    UsersFile.read(config.authenticationBackend.file.path);
    console.log(`${args.options.config}: no mistakes`);
    return 0;
  },
};
