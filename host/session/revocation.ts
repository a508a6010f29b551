// Ends sessions in the store, where every host finds it: by the service and by the command line.
import type { Store } from "../store/store.ts";
import { longestLease, revocationGrace } from "./lease.ts";

/** False when there is no such session. */
export function revokeSession(store: Store, sid: string, now: number): Promise<boolean> {
  return store.revokeSession(sid, { at: now, longestLease, grace: revocationGrace });
}

/** Ends all sessions of a user, and refuses older tokens whatever session they name. Returns how many ended. */
export function revokeUser(store: Store, username: string, now: number): Promise<number> {
  return store.revokeUser(username, { at: now, longestLease, grace: revocationGrace });
}
