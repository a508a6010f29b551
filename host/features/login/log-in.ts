// The first factor, for the form and for the API.

import { browserOf, newBrowser, rememberBrowser } from "../../http/browser-cookie.ts";
import type { Parts, RequestContext } from "../../http/environment.ts";
import { sourceOf } from "../../http/record-action.ts";
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
  const stopTimer = parts.metrics.timePassword();
  const login = await attempt(c, parts, credentials);
  stopTimer();
  parts.metrics.countLogin("password", login.outcome);
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
  const source = { username, address, browser, requestId };
  const newPlace = !(await parts.regulation.knows({ ...source, guessed: "password" }));
  const attempt = await parts.checkPassword(source, password);
  if (attempt.outcome === "held") return attempt;
  if (attempt.outcome === "unavailable") {
    log.error({ reason: attempt.reason }, "login not possible");
    return { outcome: "unavailable" };
  }
  if (attempt.outcome === "refused") {
    const { reason, wait } = attempt;
    const user = reason === "unknown user" ? undefined : username;
    await parts.audit.record({ action: "login", outcome: "failure", user, ...sourceOf(c), detail: { reason } });
    return { outcome: "refused", wait };
  }
  const authentication = { user: attempt.user, level: 1, amr: ["pwd"] } as const;
  const opening = { keepMeLoggedIn, newPlace, standing };
  if (!(await parts.openSession(c, authentication, opening))) return { outcome: "unavailable" };
  rememberBrowser(c, browser);
  return { outcome: "logged in", authentication };
}
