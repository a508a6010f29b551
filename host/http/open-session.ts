// The end of every login: a new session for the browser, and the end of the one that it had.
import { HostError } from "../errors.ts";
import type { Standing } from "../session/revocation.ts";
import type { Authentication } from "../session/sessions.ts";
import { currentSession, visitor } from "./current-session.ts";
import type { Parts, RequestContext } from "./environment.ts";

/**
 * Sets the cookie of a new session. False when that is not possible, which is logged. `standing` is from before the
 * credentials were looked at.
 */
export async function openSession(
  c: RequestContext,
  parts: Parts,
  authentication: Authentication,
  keepMeLoggedIn: boolean,
  standing?: Standing,
): Promise<boolean> {
  const about = { address: c.get("forwarded").address, requestId: c.get("requestId") };
  const { name: user } = authentication.user;
  const before = await currentSession(c, parts);
  const notPossible = (reason: string) => {
    parts.log.error({ request_id: about.requestId, address: about.address, user, reason }, "login not possible");
    return false;
  };
  try {
    const { sessions } = parts;
    const cookie = await sessions.open(authentication, c.get("cookieDomain"), keepMeLoggedIn, visitor(c), standing);
    if (cookie === undefined) return notPossible("the user's sessions were ended meanwhile");
    c.header("Set-Cookie", cookie, { append: true });
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    return notPossible(error.message);
  }
  // The browser forgets the session that it had; nobody else shall go on using it.
  if (before) await parts.sessions.end(before.session.sid);
  const detail = { domain: c.get("cookieDomain").domain, amr: authentication.amr.join(" ") };
  await parts.audit.record({ action: "login", user, ...about, detail });
  return true;
}
