// A login by what shows who somebody is without a name and a password, such as a passkey.
import type { Audit } from "../../audit/audit.ts";
import type { Policy } from "../../core/policy.ts";
import { afterLogin } from "../../http/after-login.ts";
import { browserOf, knownBrowser, rememberBrowser } from "../../http/browser-cookie.ts";
import { isProgram } from "../../http/browser-sessions.ts";
import type { LogInByProof } from "../../http/log-in-by-proof.ts";
import type { LoginMetrics } from "../../http/login-metrics.ts";
import { keepsCookies, noteLogin } from "../../http/login-probe.ts";
import type { OpenSession } from "../../http/open-session.ts";
import { sourceOf } from "../../http/record-action.ts";
import type { ReturnTo } from "../../http/return-to.ts";
import type { Profiles } from "../../identity/profiles.ts";
import type { Regulation } from "../../identity/regulation/regulation.ts";
import type { Clock } from "../../kit/clock.ts";
import type { Sessions } from "../../session/sessions.ts";
import type { LostLogins } from "./lost-login.ts";

interface Dependencies {
  readonly sessions: Pick<Sessions, "revocationSnapshot">;
  readonly profiles: Pick<Profiles, "find">;
  readonly regulation: Pick<Regulation, "attempt" | "knows" | "remember">;
  readonly openSession: OpenSession;
  /** Where the owner of an account logs in that is a provider's; undefined: it is nobody's but its owner's. */
  readonly providerOf: (username: string, returnTo: ReturnTo) => Promise<string | undefined>;
  readonly audit: Pick<Audit, "record">;
  readonly metrics: Pick<LoginMetrics, "countLogin">;
  readonly policy: Pick<Policy, "decide">;
  readonly lostLogins: Pick<LostLogins, "checkAddress">;
  readonly clock: Clock;
}

export function loginByProof(dependencies: Dependencies): LogInByProof {
  const { sessions, profiles, regulation, openSession, audit, metrics, lostLogins } = dependencies;
  return async (c, { method, keepMeLoggedIn, returnTo, prove }) => {
    if (!isProgram(c) && browserOf(c) === undefined && !keepsCookies(c)) {
      metrics.countLogin(method, "refused");
      return { outcome: "no cookies", address: lostLogins.checkAddress(c, returnTo) };
    }
    const { address } = c.get("forwarded");
    // Nobody guesses a proof. What is bounded, by address, is what looking at worthless ones costs.
    const attempt = await regulation.attempt(
      { guessed: "password", username: undefined, address, requestId: c.get("requestId") },
      prove,
      (proof) => (proof ? "right" : "wrong"),
    );
    if (attempt.outcome !== "checked") metrics.countLogin(method, "held");
    if (attempt.outcome === "held") return attempt;
    if (attempt.outcome === "busy") return { outcome: "unavailable" };
    const proof = attempt.result;
    // Before anything else is found out about the user: what ends their sessions from now on ends this one.
    const snapshot = proof && (await sessions.revocationSnapshot(proof.username));
    const user = proof && (await profiles.find(proof.username));
    // A session that rests on no login there would not end with it: whoever is disabled at the provider would come in all the same.
    const elsewhere = user && (await dependencies.providerOf(user.name, returnTo));
    if (elsewhere !== undefined) return { outcome: "led on", address: elsewhere };
    metrics.countLogin(method, user ? "logged in" : "refused");
    if (proof && !user) {
      const detail = { factor: method, reason: "disabled user" };
      await audit.record({ action: "login", outcome: "failure", user: proof.username, ...sourceOf(c), detail });
    }
    if (!user) return { outcome: "refused" };
    const authentication = { user, level: 2, amr: [...proof.amr, "mfa"] } as const;
    const browser = knownBrowser(c);
    const place = { guessed: "password", username: user.name, address, browser } as const;
    const newPlace = !(await regulation.knows(place));
    const stillProven = () => proof.stillProven();
    const opened = await openSession(c, authentication, {
      ...{ keepMeLoggedIn, newPlace, stillProven },
      ...(snapshot && { snapshot }),
    });
    if (!opened) return { outcome: "unavailable" };
    noteLogin(c);
    await regulation.remember(place);
    rememberBrowser(c, browser);
    return { outcome: "logged in", address: afterLogin(c, dependencies, returnTo, authentication) };
  };
}
