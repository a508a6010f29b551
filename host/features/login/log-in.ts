// The first factor, for the form and for the API.

import { browserOf, newBrowser, rememberBrowser } from "../../http/browser-cookie.ts";
import type { Parts, RequestContext } from "../../http/environment.ts";
import { sourceOf } from "../../http/record-action.ts";
import type { Verification } from "../../identity/password-check.ts";
import { holderOf } from "../../identity/regulation/network.ts";
import { verdictOf } from "../../identity/regulation/verdict.ts";
import type { Authentication } from "../../session/sessions.ts";

export interface Credentials {
  readonly username: string;
  readonly password: string;
  readonly keepMeLoggedIn: boolean;
}

export type Login =
  | { readonly outcome: "logged in"; readonly authentication: Authentication }
  /** `wait`: how long the next attempt has to wait, in seconds. */
  | { readonly outcome: "refused" | "held"; readonly wait: number }
  | { readonly outcome: "unavailable" };

/** Checks a name and a password, and sets the cookie of a new session when they are right. */
export async function logIn(c: RequestContext, parts: Parts, credentials: Credentials): Promise<Login> {
  const stopTimer = parts.metrics.firstFactorSeconds.startTimer();
  const login = await attempt(c, parts, credentials);
  stopTimer();
  parts.metrics.logins.inc({ method: "password", outcome: login.outcome });
  return login;
}

async function attempt(
  c: RequestContext,
  parts: Parts,
  { username, password, keepMeLoggedIn }: Credentials,
): Promise<Login> {
  const { address } = c.get("forwarded");
  const requestId = c.get("requestId");
  const log = parts.log.child({ request_id: requestId, address });
  const browser = browserOf(c) ?? newBrowser();
  const standing = await parts.sessions.standing(username);
  const source = { guessed: "password", username, address, browser, requestId } as const;
  const newPlace = !(await parts.regulation.knows(source));
  const attempt = await parts.regulation.attempt<Verification>(
    source,
    () => parts.passwords.verify(username, password, holderOf(address)),
    verdictOf,
  );
  if (attempt.outcome === "held") return attempt;
  const verification: Verification =
    attempt.outcome === "busy"
      ? { outcome: "unavailable", reason: "too many logins at once", scope: "busy" }
      : attempt.result;
  if (verification.outcome === "unavailable") {
    log.error({ reason: verification.reason }, "login not possible");
    return { outcome: "unavailable" };
  }
  if (verification.outcome === "refused") {
    const { reason } = verification;
    const user = reason === "unknown user" ? undefined : username;
    await parts.audit.record({ action: "login", outcome: "failure", user, ...sourceOf(c), detail: { reason } });
    return { outcome: "refused", wait: attempt.outcome === "checked" ? attempt.wait : 0 };
  }
  const authentication = { user: verification.user, level: 1, amr: ["pwd"] } as const;
  const opening = { keepMeLoggedIn, newPlace, standing };
  if (!(await parts.openSession(c, authentication, opening))) return { outcome: "unavailable" };
  rememberBrowser(c, browser);
  return { outcome: "logged in", authentication };
}
