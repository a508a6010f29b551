// A new password, from a person or from a script; never from an argument, which others on the machine can read.
import { text } from "node:stream/consumers";
import { english } from "../../portal/languages/index.ts";
import { mistakesText } from "../../portal/pages/new-password.ts";
import { passwordPolicyOf } from "../identity/password-policy/open.ts";
import type { PasswordPolicy } from "../identity/password-policy/policy.ts";
import { usage } from "../kit/errors.ts";
import { flagOption } from "./command.ts";
import { askHidden } from "./prompt.ts";

export const passwordStdinOption = flagOption("read the password from stdin, without the line end, instead of asking");

/** Reads it from stdin, or asks. Throws HostError "usage" when there is nobody to ask. */
export async function newPassword(fromStdin: boolean): Promise<string> {
  if (fromStdin) return await readPassword();
  if (!process.stdin.isTTY) throw usage("there is no terminal to ask on; use --password-stdin");
  return await askNewPassword();
}

/** Asks twice on the terminal. */
export async function askNewPassword(): Promise<string> {
  const password = nonEmpty(await askHidden("Password: "));
  if ((await askHidden("Once more: ")) !== password) throw usage("the two passwords differ");
  return password;
}

/** Reads stdin to its end. */
export async function readPassword(): Promise<string> {
  return nonEmpty((await text(process.stdin)).replace(/\r?\n$/, ""));
}

function nonEmpty(password: string): string {
  if (password === "") throw usage("an empty password cannot be hashed");
  return password;
}

/** Says on stderr what the portal's policy would not like about it: an operator may know better. */
export async function warnOfWeakness(
  password: string,
  config: Parameters<typeof passwordPolicyOf>[0],
  user: Parameters<PasswordPolicy["mistakesIn"]>[1],
) {
  const policy = passwordPolicyOf(config);
  const mistakes = await policy.mistakesIn(password, user);
  if (mistakes.length > 0) console.error(`warning: ${mistakesText(mistakes, policy.rules, english)}`);
}
