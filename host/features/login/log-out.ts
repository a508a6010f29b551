// The end of a session, for the button and for the API.

import type { Audit } from "../../audit/audit.ts";
import type { BrowserSessions } from "../../http/browser-sessions.ts";
import type { RequestContext } from "../../http/environment.ts";
import { recordAction } from "../../http/record-action.ts";
import type { Sessions } from "../../session/sessions.ts";

export interface LogOutDependencies {
  readonly sessions: Pick<Sessions, "end">;
  readonly browserSessions: Pick<BrowserSessions, "all" | "take">;
  readonly audit: Pick<Audit, "record">;
}

/**
 * Ends every session that the request shows, everywhere, and removes the browser's cookies: a cookie that somebody has put before the
 * visitor's own must not keep that one alive.
 */
export async function logOut(c: RequestContext, dependencies: LogOutDependencies): Promise<void> {
  const shown = await dependencies.browserSessions.all(c);
  for (const { session } of shown) await dependencies.sessions.end(session.sid);
  // Not before: a browser whose session could not be ended has to show it again, for the next try.
  dependencies.browserSessions.take(c);
  for (const { user } of shown) await recordAction(c, dependencies, user, { action: "logout" });
}
