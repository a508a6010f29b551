// A new password in a body of the JSON API, and the answer to one that is not good enough.
import { z } from "zod";
import { english } from "../../portal/languages/index.ts";
import { mistakesText, type PasswordRules } from "../../portal/pages/new-password.ts";
import type { RequestContext } from "./environment.ts";
import type { NewPasswordMistake } from "./new-passwords.ts";

/** Longer than any that is taken: what is wrong with it is for the policy to say. */
export const newPasswordBody = z.string().max(64 * 1024);

export function answerMistakes(
  c: RequestContext,
  mistakes: readonly NewPasswordMistake[],
  rules: PasswordRules,
): Response {
  return c.json({ status: "KO", message: mistakesText(mistakes, rules, english), mistakes }, 422);
}
