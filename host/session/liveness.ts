// Whether a session is within its limits.
import type { SessionConfig } from "../config/config.ts";
import type { StoredSession } from "../store/store.ts";

/**
 * The host sees activity when a lease is renewed, so a session may have been used up to the end of its last lease:
 * inactivity counts from there. A remembered session has no inactivity limit.
 */
export function isLive(
  session: StoredSession,
  { inactivity }: Pick<SessionConfig, "inactivity">,
  now: number,
): boolean {
  return now < session.expiresAt && (session.rememberMe || now < session.leaseUntil + inactivity);
}
