// The end of a session, for the button and for the API.

import type { Parts, RequestContext } from "../../http/environment.ts";
import { recordAction } from "../../http/record-action.ts";

/**
 * Ends every session that the request shows, everywhere, and removes the browser's cookies: a cookie that somebody has put before the
 * visitor's own must not keep that one alive.
 */
export async function logOut(c: RequestContext, parts: Parts): Promise<void> {
  const shown = await parts.browserSessions.all(c);
  for (const { session } of shown) await parts.sessions.end(session.sid);
  // Not before: a browser whose session could not be ended has to show it again, for the next try.
  parts.browserSessions.take(c);
  for (const { user } of shown) await recordAction(c, parts, user, { action: "logout" });
}
