// The end of a session, for the button and for the API.

import type { Audit } from "../../audit/audit.ts";
import type { BrowserSessions } from "../../http/browser-sessions.ts";
import type { RequestContext } from "../../http/environment.ts";
import { recordAction } from "../../http/record-action.ts";
import type { Target } from "../../http/target.ts";
import type { LiveSession, Sessions } from "../../session/sessions.ts";

/** Where somebody wants to be behind a log-out; without one nobody is shown a page. */
export interface Onward {
  readonly target: Target | undefined;
}

export interface LogOutDependencies {
  readonly sessions: Pick<Sessions, "end">;
  readonly browserSessions: Pick<BrowserSessions, "all" | "take">;
  readonly audit: Pick<Audit, "record">;
  /** Told of the sessions that a browser has logged out of; returns the page that logs it out of a provider as well, if that is due. */
  readonly loggedOut: (
    c: RequestContext,
    sessions: readonly LiveSession[],
    onward?: Onward,
  ) => Promise<Response | undefined>;
}

/**
 * Ends every session that the request shows, everywhere, and removes the browser's cookies: a cookie that somebody has put before the
 * visitor's own must not keep that one alive.
 */
export async function logOut(
  c: RequestContext,
  dependencies: LogOutDependencies,
  onward?: Onward,
): Promise<Response | undefined> {
  const shown = await dependencies.browserSessions.all(c);
  for (const { session } of shown) await dependencies.sessions.end(session.sid);
  // Not before: a browser whose session could not be ended has to show it again, for the next try.
  dependencies.browserSessions.take(c);
  for (const { user } of shown) await recordAction(c, dependencies, user, { action: "logout" });
  return dependencies.loggedOut(c, shown, onward);
}
