// Ends sessions in the store, where every host finds it: by the service and by the command line.
import type { SessionConfig } from "./config.ts";
import { longestLease, revocationGrace } from "./lease.ts";
import type { Revocation, SessionStore } from "./store.ts";

type Limits = Pick<SessionConfig, "outageGrace">;

/** How sessions are revoked at a time. */
export function revocationAt(now: number, limits: Limits): Revocation {
  return { at: now, longestLease, grace: revocationGrace(limits) };
}

/** False when there is no such session. */
export function revokeSession(store: SessionStore, limits: Limits, sid: string, now: number): Promise<boolean> {
  return store.revokeSession(sid, revocationAt(now, limits));
}

/** Ends all sessions of a user, and refuses older tokens whatever session they name. Returns how many ended. */
export function revokeUser(store: SessionStore, limits: Limits, username: string, now: number): Promise<number> {
  return store.revokeUser(username, revocationAt(now, limits));
}

/** The user's revocation state at the time when a check of their credentials began. */
export interface RevocationSnapshot {
  /** As it was typed. */
  readonly username: string;
  /** When the check began. Seconds since the epoch. */
  readonly at: number;
  /** Tokens issued before this time were revoked then. Seconds since the epoch. */
  readonly notBefore: number;
  /** Of the latest revocation, as the store has it: of two in one second each has its own. Undefined where it was not kept. */
  readonly mark?: number;
}

/** Knows since when a user's tokens are valid: older ones have been revoked. */
export type NotBefore = Pick<SessionStore, "revocationOf">;

export async function revocationSnapshot(store: NotBefore, username: string, now: number): Promise<RevocationSnapshot> {
  return { username, at: now, ...(await store.revocationOf(username)) };
}

/** Whether nothing has ended all of the user's sessions since the snapshot, as a changed password or an operator does. */
export async function isUnrevokedSince(
  store: NotBefore,
  { username: typed, at, notBefore, mark }: RevocationSnapshot,
  username: string,
): Promise<boolean> {
  const now = await store.revocationOf(username);
  // A directory may know the user by another name than the one that was typed.
  if (username !== typed) return now.notBefore < at;
  return now.notBefore <= notBefore && (mark === undefined || now.mark <= mark);
}
