// Ends sessions in the store, where every host finds it: by the service and by the command line.
import type { SessionConfig } from "../config/config.ts";
import type { Store, StoredSession } from "../store/store.ts";
import { longestLease, revocationGrace } from "./lease.ts";

type Limits = Pick<SessionConfig, "outageGrace">;

/** False when there is no such session. */
export function revokeSession(store: Store, limits: Limits, sid: string, now: number): Promise<boolean> {
  return store.revokeSession(sid, { at: now, longestLease, grace: revocationGrace(limits) });
}

/** Ends a session and begins another in its place. False, and nothing done, when there is no such session. */
export function replaceSession(
  store: Store,
  limits: Limits,
  sid: string,
  next: StoredSession,
  now: number,
): Promise<boolean> {
  return store.replaceSession(sid, next, { at: now, longestLease, grace: revocationGrace(limits) });
}

/** Ends all sessions of a user, and refuses older tokens whatever session they name. Returns how many ended. */
export function revokeUser(store: Store, limits: Limits, username: string, now: number): Promise<number> {
  return store.revokeUser(username, { at: now, longestLease, grace: revocationGrace(limits) });
}
