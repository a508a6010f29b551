// Sets a user's password. Whoever is logged in with the old one is not any more.
import { hashArgon2 } from "../../identity/passwords/argon2.ts";
import { preparedPassword } from "../../identity/passwords/password-text.ts";
import { readUsers } from "../../identity/users-file.ts";
import type { UsersEdit } from "../../identity/users-file-editor.ts";
import { type Command, configOption } from "../command.ts";
import { newPassword, passwordStdinOption, warnOfWeakness } from "../new-password.ts";
import { openConfig } from "../open.ts";
import { changeUsers, nameIn, usersFileOf } from "../users.ts";

export const command: Command = {
  options: { config: configOption, "password-stdin": passwordStdinOption },
  positionals: "NAME",
  async run(args) {
    const name = nameIn(args);
    const { config } = openConfig(args);
    const known = readUsers(usersFileOf(config)).find(({ user }) => user.name === name)?.user;
    const password = await newPassword(args);
    await warnOfWeakness(password, config, known ?? { name });
    const hash = await hashArgon2(preparedPassword(password));
    const edit = (users: UsersEdit) => users.set(name, "password", hash);
    const ended = await changeUsers(args, { names: [name], change: "password set", edit });
    console.log(`changed: ${name}, sessions ended: ${ended}`);
    return 0;
  },
};
