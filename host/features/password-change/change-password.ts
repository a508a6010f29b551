// A new password for whoever knows the old one, for the form and for the API: all other sessions of theirs end with it.

import { browserOf } from "../../http/browser-cookie.ts";
import { visitor } from "../../http/browser-sessions.ts";
import type { Parts, RequestContext } from "../../http/environment.ts";
import { recordAction } from "../../http/record-action.ts";
import { type PasswordMistake, PasswordNotAssessed } from "../../identity/password-policy/policy.ts";
import { preparedPassword } from "../../identity/passwords/password-text.ts";
import { holderOf } from "../../identity/regulation/network.ts";
import { verdictOf } from "../../identity/regulation/verdict.ts";
import type { User, Verification } from "../../identity/user-directory.ts";
import { hasFreshSecondFactor } from "../../session/freshness.ts";
import type { LiveSession } from "../../session/sessions.ts";

/** What is wrong with a new password: also that it is the old one, or that the directory has rules of its own. */
export type NewPasswordMistake = PasswordMistake | "unchanged" | "directory";

/** "mistakes": of the new password; nothing was changed. */
export type Assessed =
  | { readonly outcome: "good" }
  | { readonly outcome: "mistakes"; readonly mistakes: readonly NewPasswordMistake[] }
  | { readonly outcome: "unavailable" };

export type PasswordChanged =
  | { readonly outcome: "changed" }
  | Exclude<Assessed, { outcome: "good" }>
  /** The old password is wrong, or was not looked at. `wait`: how long the next attempt has to wait, in seconds. */
  | { readonly outcome: "refused" | "held"; readonly wait: number };

/** Whether people can change their passwords in this portal. */
export async function offersPasswordChange({ config, directory }: Parts): Promise<boolean> {
  return config.passwordChange.enabled && (await directory.canChangePasswords());
}

/** Whether the password that a visitor gives is all that they have to show: a second factor, if there is one, comes first. */
export async function mayChangePassword(live: LiveSession, parts: Parts): Promise<boolean> {
  return !(await parts.secondFactors.has(live.user.name)) || hasFreshSecondFactor(live.session, parts.clock());
}

/** Judges a new password by the portal's policy. */
export async function assessPassword(
  c: RequestContext,
  { passwordPolicy, log }: Parts,
  password: string,
  user: User,
): Promise<Assessed> {
  try {
    const mistakes = await passwordPolicy.mistakesIn(password, user);
    return mistakes.length > 0 ? { outcome: "mistakes", mistakes } : { outcome: "good" };
  } catch (error) {
    if (!(error instanceof PasswordNotAssessed)) throw error;
    log.error({ request_id: c.get("requestId"), reason: error.message }, "password cannot be set");
    return { outcome: "unavailable" };
  }
}

/** Has the directory keep a new password that was found good. Sessions are left alone. */
export async function keepPassword(
  c: RequestContext,
  { directory, log }: Parts,
  { name: user }: User,
  password: string,
): Promise<Exclude<PasswordChanged, { outcome: "refused" | "held" }>> {
  const change = await directory.changePassword(user, password);
  if (change.outcome === "changed") return change;
  const { reason } = change;
  if (change.outcome === "refused" && reason === "password policy")
    return { outcome: "mistakes", mistakes: ["directory"] };
  log.error({ request_id: c.get("requestId"), user, reason }, "password cannot be set");
  return { outcome: "unavailable" };
}

/** Changes the password of the visitor, who then goes on with a new session. */
export async function changePassword(
  c: RequestContext,
  parts: Parts,
  live: LiveSession,
  { current, next }: { readonly current: string; readonly next: string },
): Promise<PasswordChanged> {
  const { user } = live;
  // The new one first: what is wrong with it should cost nobody an attempt.
  const assessed = await assessPassword(c, parts, next, user);
  if (assessed.outcome !== "good") return assessed;
  if (preparedPassword(next) === preparedPassword(current)) return { outcome: "mistakes", mistakes: ["unchanged"] };

  const checked = await checkCurrent(c, parts, user, current);
  if (checked.outcome !== "right") return checked;
  const kept = await keepPassword(c, parts, user, next);
  if (kept.outcome !== "changed") return kept;
  const { leased, ended: sessions } = await parts.sessions.restart(live, visitor(c));
  if (leased) parts.browserSessions.give(c, leased);
  await recordAction(c, parts, user, { action: "password change", detail: { sessions } });
  return kept;
}

async function checkCurrent(
  c: RequestContext,
  parts: Parts,
  user: User,
  current: string,
): Promise<{ readonly outcome: "right" } | Exclude<PasswordChanged, { outcome: "changed" | "mistakes" }>> {
  const { regulation, directory, log } = parts;
  const { address } = c.get("forwarded");
  const requestId = c.get("requestId");
  const attempt = await regulation.attempt<Verification>(
    { guessed: "password", username: user.name, address, browser: browserOf(c), requestId },
    () => directory.verify(user.name, current, holderOf(address)),
    verdictOf,
  );
  if (attempt.outcome === "held") return attempt;
  const reason = attempt.outcome === "busy" ? "too many logins at once" : undefined;
  const verification: Verification = attempt.outcome === "checked" ? attempt.result : unavailable(reason!);
  if (verification.outcome === "unavailable") {
    log.error({ request_id: requestId, address, reason: verification.reason }, "password cannot be changed");
    return { outcome: "unavailable" };
  }
  if (verification.outcome === "verified") return { outcome: "right" };
  const detail = { reason: verification.reason };
  await recordAction(c, parts, user, { action: "password change", outcome: "failure", detail });
  return { outcome: "refused", wait: attempt.outcome === "checked" ? attempt.wait : 0 };
}

function unavailable(reason: string): Verification {
  return { outcome: "unavailable", reason, scope: "busy" };
}
