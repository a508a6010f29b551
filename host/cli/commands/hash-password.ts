// Prints the hash to put under `password` in the users file.
import { text } from "node:stream/consumers";
import { hashArgon2 } from "../../authn/argon2.ts";
import { HostError } from "../../errors.ts";
import type { Command } from "../command.ts";
import { askHidden } from "../prompt.ts";

export const command: Command = {
  options: {},
  async run() {
    const password = process.stdin.isTTY ? await askTwice() : (await text(process.stdin)).replace(/\r?\n$/, "");
    if (password === "") throw new HostError("usage", "an empty password cannot be hashed");
    console.log(await hashArgon2(password));
    return 0;
  },
};

async function askTwice(): Promise<string> {
  const password = await askHidden("Password: ");
  if ((await askHidden("Once more: ")) !== password) throw new HostError("usage", "the two passwords differ");
  return password;
}
