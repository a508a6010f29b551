// What somebody has to show before they may change how they log in: a browser left open must not be enough to take an account
// over, nor a stolen password to set a second factor up.
import { addressWithReturnTo } from "../../../portal/pages/return-to.ts";
import type { AskLogin } from "../../http/ask-login.ts";
import type { BrowserSessions } from "../../http/browser-sessions.ts";
import type { Confirmation, Confirmations } from "../../http/confirmation.ts";
import type { RequestContext } from "../../http/environment.ts";
import { refuse } from "../../http/problems.ts";
import type { ReturnTo } from "../../http/return-to.ts";
import type { Clock } from "../../kit/clock.ts";
import { hasFreshSecondFactor, isFresh } from "../../session/freshness.ts";
import type { LiveSession } from "../../session/sessions.ts";
import { type Elevation, hasMailAddress } from "./elevation.ts";

interface Dependencies {
  readonly elevation: Elevation;
  readonly secondFactors: { has(username: string): Promise<boolean> };
  readonly browserSessions: BrowserSessions;
  readonly askLogin: AskLogin;
  readonly clock: Clock;
}

const demands: Readonly<Record<Exclude<Confirmation, "given">, string>> = {
  "log in": "Enter your password again first.",
  "second factor": "Confirm your second factor first.",
  code: "Confirm with a code from an e-mail first.",
  "no address": "A code by e-mail is needed first, and the account has no address.",
};

export function confirmationsOf(dependencies: Dependencies): Confirmations {
  const { elevation, secondFactors, browserSessions, askLogin, clock } = dependencies;

  const of = async ({ session, user }: LiveSession): Promise<Confirmation> => {
    const fresh = isFresh(session, clock());
    if (await secondFactors.has(user.name)) {
      const proven = hasFreshSecondFactor(session, clock());
      if (proven && elevation.skipsForSecondFactor) return "given";
      if (!proven && elevation.requiresSecondFactor) return "second factor";
    }
    if (!elevation.enabled) return fresh ? "given" : "log in";
    if (await elevation.isElevated(session.sid)) return "given";
    if (!fresh) return "log in";
    return hasMailAddress(user) ? "code" : "no address";
  };

  const require = async (c: RequestContext): Promise<LiveSession> => {
    const live = await browserSessions.require(c);
    const confirmation = await of(live);
    if (confirmation === "given") return live;
    throw refuse(403, demands[confirmation]);
  };

  const ask = async (c: RequestContext, returnTo: ReturnTo): Promise<LiveSession | Response> => {
    const live = await browserSessions.current(c);
    if (!live) return askLogin(c, returnTo, "account");
    switch (await of(live)) {
      case "given":
        return live;
      case "log in":
        return askLogin(c, returnTo, "confirm", live.user.name);
      case "second factor":
        return c.redirect(addressWithReturnTo("/second-factor", returnTo), 303);
      case "code":
      case "no address":
        return c.redirect(addressWithReturnTo("/account/elevation", returnTo), 303);
    }
  };

  return { of, require, ask };
}
