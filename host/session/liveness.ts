// Whether a session is within its limits.
import type { SessionConfig } from "./config.ts";
import type { StoredSession } from "./store.ts";

/**
 * Whether a session is within its absolute end and, when it is not remembered, its inactivity limit.
 *
 * The host does not see each request. With t the issue of the last lease and L its length, a gate has the lease renewed at
 * the first request after t + L/2, so the visitor's last request was before t + L/2; or before t + L, the lease's end, when
 * that renewal got no answer. Counting from t + L, the session so never ends before `inactivity` has passed since the last
 * request; and since that was no earlier than t, never later than one lease after that.
 */
export function isLive(
  session: Pick<StoredSession, "expiresAt" | "rememberMe" | "leaseUntil">,
  { inactivity }: Pick<SessionConfig, "inactivity">,
  now: number,
): boolean {
  return now < session.expiresAt && (session.rememberMe || now < session.leaseUntil + inactivity);
}
