// The end of a session, for the button and for the API.
import { sessionsShown } from "../../http/current-session.ts";
import type { Parts, RequestContext } from "../../http/environment.ts";
import { recordAction } from "../../http/record-action.ts";
import { takeSession } from "../../http/session-binding.ts";

/**
 * Ends every session that the request shows, everywhere, and removes the browser's cookies: a cookie that somebody has put before the
 * visitor's own must not keep that one alive.
 */
export async function logOut(c: RequestContext, parts: Parts): Promise<void> {
  const shown = await sessionsShown(c, parts);
  for (const { session } of shown) await parts.sessions.end(session.sid);
  // Not before: a browser whose session could not be ended has to show it again, for the next try.
  takeSession(c, parts);
  for (const { user } of shown) await recordAction(c, parts, user, { action: "logout" });
}
