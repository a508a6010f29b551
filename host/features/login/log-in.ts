// The first factor, for the form and for the API: a name and a password, checked and answered with a session.
import type { Audit } from "../../audit/audit.ts";
import { browserOf, newBrowser, rememberBrowser } from "../../http/browser-cookie.ts";
import type { RequestContext } from "../../http/environment.ts";
import type { LoginMetrics } from "../../http/login-metrics.ts";
import type { OpenSession } from "../../http/open-session.ts";
import { sourceOf } from "../../http/record-action.ts";
import type { User } from "../../identity/profiles.ts";
import type { CheckPassword } from "../../identity/regulation/passwords.ts";
import type { Logger } from "../../kit/log.ts";
import type { Authentication, Sessions } from "../../session/sessions.ts";

export interface Credentials {
  readonly username: string;
  readonly password: string;
  readonly keepMeLoggedIn: boolean;
}

export type Login =
  | { readonly outcome: "logged in"; readonly authentication: Authentication }
  /** `wait`: how long the next attempt has to wait, in seconds. */
  | { readonly outcome: "refused" | "held"; readonly wait: number }
  /** The password is right, and a new one has to be set first. */
  | { readonly outcome: "expired"; readonly user: User }
  | { readonly outcome: "unavailable" };

/** Checks a name and a password, and sets the cookie of a new session when they are right. */
export type LogIn = (c: RequestContext, credentials: Credentials) => Promise<Login>;

interface Dependencies {
  readonly sessions: Pick<Sessions, "revocationSnapshot">;
  readonly checkPassword: CheckPassword;
  readonly openSession: OpenSession;
  readonly audit: Pick<Audit, "record">;
  readonly metrics: LoginMetrics;
  readonly log: Logger;
}

export function passwordLogin(dependencies: Dependencies): LogIn {
  const { metrics } = dependencies;
  return async (c, credentials) => {
    const stopTimer = metrics.timePassword();
    const login = await attempt(c, dependencies, credentials);
    stopTimer();
    metrics.countLogin("password", login.outcome);
    return login;
  };
}

async function attempt(
  c: RequestContext,
  { sessions, checkPassword, openSession, audit, log }: Dependencies,
  { username, password, keepMeLoggedIn }: Credentials,
): Promise<Login> {
  const { address } = c.get("forwarded");
  const requestId = c.get("requestId");
  const browser = browserOf(c) ?? newBrowser();
  const snapshot = await sessions.revocationSnapshot(username);
  const source = { username, address, browser, requestId };
  const checked = await checkPassword(source, password);
  switch (checked.outcome) {
    case "held":
      return checked;
    case "unavailable":
      log.error({ request_id: requestId, address, reason: checked.reason }, "login not possible");
      return { outcome: "unavailable" };
    case "refused": {
      const { reason, user, wait } = checked;
      await audit.record({ action: "login", outcome: "failure", user, ...sourceOf(c), detail: { reason } });
      return { outcome: "refused", wait };
    }
    case "expired": {
      const { user } = checked;
      const detail = { reason: "password expired" };
      await audit.record({ action: "login", outcome: "failure", user: user.name, ...sourceOf(c), detail });
      return checked;
    }
    case "verified": {
      const authentication = { user: checked.user, level: 1, amr: ["pwd"] } as const;
      const { newPlace } = checked;
      if (!(await openSession(c, authentication, { keepMeLoggedIn, newPlace, snapshot })))
        return { outcome: "unavailable" };
      rememberBrowser(c, browser);
      return { outcome: "logged in", authentication };
    }
  }
}
