// The end of every login: a new session for the browser, and the end of the one that it had.
import type { Audit } from "../audit/audit.ts";
import { HostError } from "../kit/errors.ts";
import type { Logger } from "../kit/log.ts";
import { sourceOfSession } from "../session/login-source.ts";
import type { RevocationSnapshot } from "../session/revocation.ts";
import type { Authentication, Sessions } from "../session/sessions.ts";
import { type BrowserSessions, visitor } from "./browser-sessions.ts";
import type { RequestContext } from "./environment.ts";
import { recordAction, sourceOf } from "./record-action.ts";

export interface SessionOptions {
  readonly keepMeLoggedIn: boolean;
  /** Whether the user has not logged in from there before. */
  readonly newPlace: boolean;
  /** Taken before the credentials were checked. */
  readonly snapshot?: RevocationSnapshot;
  /** Whether the credential that the user logged in with is still theirs. */
  readonly stillProven?: () => Promise<boolean>;
}

/** Gives the browser a new session. Resolves to false when that is not possible, which is logged. */
export type OpenSession = (
  c: RequestContext,
  authentication: Authentication,
  options: SessionOptions,
) => Promise<boolean>;

interface Dependencies {
  readonly sessions: Pick<Sessions, "open" | "end">;
  readonly browserSessions: BrowserSessions;
  readonly audit: Pick<Audit, "record">;
  /** The languages that users are written to in. */
  readonly languages: { note(username: string, language: string, replace: boolean): Promise<void> };
  readonly log: Logger;
}

export function sessionOpener(dependencies: Dependencies): OpenSession {
  const { sessions, browserSessions, audit, languages, log } = dependencies;
  return async (c, authentication, { keepMeLoggedIn, newPlace, snapshot, stillProven }) => {
    const { name: user } = authentication.user;
    const before = await browserSessions.all(c);
    const notPossible = (reason: string) => {
      const { address, requestId } = sourceOf(c);
      log.error({ request_id: requestId, address, user, reason }, "login not possible");
      return false;
    };
    try {
      const domain = c.get("cookieDomain");
      const leased = await sessions.open(authentication, domain, keepMeLoggedIn, visitor(c), snapshot, stillProven);
      if (!leased) return notPossible("the user's sessions, or the passkey, were ended meanwhile");
      browserSessions.give(c, leased);
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      // This does not pass in a minute, and no other password helps.
      if (error.code === "token_size") throw error;
      return notPossible(error.message);
    }
    // The browser forgets the session that it had; nobody else shall go on using it, nor put another one beside the new one.
    for (const { session } of before) await sessions.end(session.sid);
    const provider = sourceOfSession(authentication);
    const detail = {
      domain: c.get("cookieDomain").domain,
      amr: authentication.amr.join(" "),
      ...(provider !== undefined && { provider }),
      ...(newPlace && { new_place: true }),
    };
    await recordAction(c, { audit }, authentication.user, { action: "login", detail });
    // Whoever has come by a password has no say in how its owner is written to.
    await languages.note(user, c.get("language").tag, !newPlace);
    return true;
  };
}
