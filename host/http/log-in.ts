// The first factor, for the form and for the API.
import { HostError } from "../errors.ts";
import { currentSession, visitor } from "./current-session.ts";
import type { Parts, RequestContext } from "./environment.ts";

export interface Credentials {
  readonly username: string;
  readonly password: string;
  readonly keepMeLoggedIn: boolean;
}

/** Nobody types more than this; characters. */
export const longestUsername = 255;
export const longestPassword = 1024;

/** Checks a name and a password, and sets the cookie of a new session when they are right. */
export async function logIn(
  c: RequestContext,
  parts: Parts,
  { username, password, keepMeLoggedIn }: Credentials,
): Promise<"logged in" | "refused" | "unavailable"> {
  const log = parts.log.child({ request_id: c.get("requestId"), address: c.get("forwarded").address });
  const verification = await parts.directory.verify(username, password);
  if (verification.outcome === "unavailable") {
    log.error({ reason: verification.reason }, "login not possible");
    return "unavailable";
  }
  if (verification.outcome === "refused") {
    const { reason } = verification;
    // People type their password into the field above it: a name that nobody has stays out of the log.
    log.warn(reason === "unknown user" ? { reason } : { reason, user: username }, "login refused");
    return "refused";
  }
  const { user } = verification;
  const before = await currentSession(c, parts);
  try {
    const authentication = { user, level: 1, amr: ["pwd"] } as const;
    const cookie = await parts.sessions.open(authentication, c.get("cookieDomain"), keepMeLoggedIn, visitor(c));
    c.header("Set-Cookie", cookie);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    log.error({ user: user.name, reason: error.message }, "login not possible");
    return "unavailable";
  }
  // The browser forgets the session that it had; nobody else shall go on using it.
  if (before) await parts.sessions.end(before.session.sid);
  log.info({ user: user.name, domain: c.get("cookieDomain").domain }, "login");
  return "logged in";
}
