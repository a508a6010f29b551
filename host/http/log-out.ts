// The end of a session, for the button and for the API.
import { clearedCookie } from "../session/cookie.ts";
import { currentSession } from "./current-session.ts";
import type { Parts, RequestContext } from "./environment.ts";
import { recordAction } from "./record-action.ts";

/** Ends the request's session everywhere, if it has one, and removes its cookie. */
export async function logOut(c: RequestContext, parts: Parts): Promise<void> {
  const live = await currentSession(c, parts);
  c.header("Set-Cookie", clearedCookie(parts.config.session.name, c.get("cookieDomain")));
  if (!live) return;
  await parts.sessions.end(live.session.sid);
  await recordAction(c, parts, live.user, { action: "logout" });
}
