// Sets a user's password. Whoever is logged in with the old one is not any more.
import { hashArgon2 } from "../../authn/argon2.ts";
import type { UsersEdit } from "../../authn/users-file-editor.ts";
import { type Command, configOption } from "../command.ts";
import { newPassword, passwordStdinOption } from "../new-password.ts";
import { openConfig } from "../open.ts";
import { changeUsers, nameIn, usersFileOf } from "../users.ts";

export const command: Command = {
  options: { config: configOption, "password-stdin": passwordStdinOption },
  positionals: "NAME",
  async run(args) {
    const name = nameIn(args);
    const { config } = openConfig(args);
    usersFileOf(config);
    const hash = await hashArgon2(await newPassword(args));
    const edit = (users: UsersEdit) => users.set(name, "password", hash);
    const ended = await changeUsers(args, { names: [name], change: "password set", edit });
    console.log(`changed: ${name}, sessions ended: ${ended}`);
    return 0;
  },
};
