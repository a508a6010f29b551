// Prints the hash to put under `password` in the users file.
import { hashArgon2 } from "../../identity/passwords/argon2.ts";
import { preparedPassword } from "../../identity/passwords/password-text.ts";
import { commandOf } from "../command.ts";
import { askNewPassword, readPassword } from "../new-password.ts";

export const command = commandOf({
  options: {},
  examples: ["zerohop hash-password", 'printf %s "$PASSWORD" | zerohop hash-password'],
  async run() {
    const password = await (process.stdin.isTTY ? askNewPassword() : readPassword());
    console.log(await hashArgon2(preparedPassword(password)));
    return 0;
  },
});
