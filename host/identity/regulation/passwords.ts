// Checks of passwords, bounded in how often they can be tried.
import type { PasswordCheck, Verification } from "../password-check.ts";
import { holderOf } from "./network.ts";
import type { Regulation } from "./regulation.ts";
import type { Source } from "./subjects.ts";
import { verdictOf } from "./verdict.ts";

/** Who tries a password, and from where. */
export type PasswordSource = Omit<Source, "guessed"> & { readonly username: string };

/**
 * `newPlace`: whether the user has not logged in from there before. `wait`: how long the next attempt has to wait, in seconds. `user`:
 * whose password it was not, where there is such a user. "held": this attempt was not checked.
 */
export type PasswordAttempt =
  | Exclude<Verification, { outcome: "refused" | "verified" }>
  | (Extract<Verification, { outcome: "verified" }> & { readonly newPlace: boolean })
  | (Extract<Verification, { outcome: "refused" }> & { readonly wait: number; readonly user: string | undefined })
  | { readonly outcome: "held"; readonly wait: number };

/** Checks a password, unless whoever tries it has to wait. */
export type CheckPassword = (source: PasswordSource, password: string) => Promise<PasswordAttempt>;

export function regulatePasswords(regulation: Pick<Regulation, "attempt">, passwords: PasswordCheck): CheckPassword {
  return async (source, password) => {
    const { username, address } = source;
    const verify = () => passwords.verify(username, password, holderOf(address));
    const attempt = await regulation.attempt<Verification>({ ...source, guessed: "password" }, verify, verdictOf);
    if (attempt.outcome === "held") return attempt;
    if (attempt.outcome === "busy") return { outcome: "unavailable", reason: "too many logins at once", scope: "busy" };
    const { result, wait, newPlace } = attempt;
    if (result.outcome === "verified") return { ...result, newPlace };
    if (result.outcome !== "refused") return result;
    return { ...result, wait, user: result.reason === "unknown user" ? undefined : passwords.nameOf(username) };
  };
}
