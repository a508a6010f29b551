// Tells whether a user's last authentication is recent enough.
import type { StoredSession } from "./store.ts";

/** How long a login counts as fresh. Seconds. */
const freshness = 300;

export function isFresh({ authTime }: StoredSession, now: number): boolean {
  return now - authTime <= freshness;
}

/** Whether the last login is fresh, and was with a second factor. */
export function hasFreshSecondFactor(session: StoredSession, now: number): boolean {
  return session.level === 2 && isFresh(session, now);
}
