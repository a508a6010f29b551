// The end of every login: a new session for the browser, and the end of the one that it had.
import { HostError } from "../errors.ts";
import type { Authentication } from "../session/sessions.ts";
import { currentSession, visitor } from "./current-session.ts";
import type { Parts, RequestContext } from "./environment.ts";

/** Sets the cookie of a new session. False when that is not possible, which is logged. */
export async function openSession(
  c: RequestContext,
  parts: Parts,
  authentication: Authentication,
  keepMeLoggedIn: boolean,
): Promise<boolean> {
  const about = { address: c.get("forwarded").address, requestId: c.get("requestId") };
  const { name: user } = authentication.user;
  const before = await currentSession(c, parts);
  try {
    const cookie = await parts.sessions.open(authentication, c.get("cookieDomain"), keepMeLoggedIn, visitor(c));
    c.header("Set-Cookie", cookie, { append: true });
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    const { address, requestId } = about;
    parts.log.error({ request_id: requestId, address, user, reason: error.message }, "login not possible");
    return false;
  }
  // The browser forgets the session that it had; nobody else shall go on using it.
  if (before) await parts.sessions.end(before.session.sid);
  const detail = { domain: c.get("cookieDomain").domain, amr: authentication.amr.join(" ") };
  await parts.audit.record({ action: "login", user, ...about, detail });
  return true;
}
