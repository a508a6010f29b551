// Prints the hash to put under `password` in the users file.
import { hashPassword } from "../../identity/passwords/password-hash.ts";
import { commandOf } from "../command.ts";
import { askNewPassword, readPassword } from "../new-password.ts";

export const command = commandOf({
  options: {},
  examples: ["zerohop hash-password", 'printf %s "$PASSWORD" | zerohop hash-password'],
  async run() {
    const password = await (process.stdin.isTTY ? askNewPassword() : readPassword());
    console.log(await hashPassword(password));
    return 0;
  },
});
