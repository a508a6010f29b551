// Factors are added and removed only by somebody who has just shown who they are, for a browser left open must not be
// enough to take an account over.
import type { LiveSession } from "../session/sessions.ts";
import type { Parts } from "./environment.ts";

/** How long a login counts as fresh. Seconds. */
const freshness = 300;

/** Whether the last login is fresh, and was with a second factor if the user has one. */
export async function isFresh({ session, user }: LiveSession, { secondFactors, clock }: Parts): Promise<boolean> {
  if (clock() - session.authTime > freshness) return false;
  return session.level === 2 || !(await secondFactors.has(user.name));
}
