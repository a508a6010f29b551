// The first factor, for the form and for the API.
import type { Parts, RequestContext } from "./environment.ts";
import { openSession } from "./open-session.ts";

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
  const authentication = { user: verification.user, level: 1, amr: ["pwd"] } as const;
  return (await openSession(c, parts, authentication, keepMeLoggedIn)) ? "logged in" : "unavailable";
}
