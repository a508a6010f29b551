// The lifetime of tokens. The host enforces a session's absolute end and inactivity limit; a token is a short lease of it.
import type { SessionConfig } from "./config.ts";

/** The longest lease. Seconds. */
export const longestLease = 300;

/** Clocks of proxies and hosts may differ by this much. Seconds. */
const clockDifference = 60;

/** The time for which a revoked session stays in the bundle after the end of its last lease. Seconds. */
export function revocationGrace({ outageGrace }: Pick<SessionConfig, "outageGrace">): number {
  return outageGrace + clockDifference;
}

/**
 * How long a host that hears of a new session key goes on to sign with the one before: gates do not know a key before the bundle, or the file of
 * a Traefik plugin, tells them of it, and one whose host did not answer asks again after some seconds only. Seconds.
 */
export const keyHandover = 10;

/**
 * How long after its retirement a session key has to stay known, to gates and host alike: as long as the longest session
 * that it may have signed a token for. A gate verifies also a token past its lease, before it asks for the next. Seconds.
 */
export function keyRetention({ expiration, rememberMe }: Pick<SessionConfig, "expiration" | "rememberMe">): number {
  return Math.max(expiration, rememberMe ?? 0) + keyHandover + clockDifference;
}

/** A lease is a fifth of the inactivity limit, at most 5 minutes. Seconds. */
export function leaseLength(inactivity: number): number {
  return Math.max(1, Math.min(Math.floor(inactivity / 5), longestLease));
}

/** Whether a lease that is out ends so shortly before a new one would (a tenth of its length) that it does as well. */
export function isAsGoodAs(leaseUntil: number, newLeaseUntil: number, length: number): boolean {
  return leaseUntil <= newLeaseUntil && leaseUntil >= newLeaseUntil - Math.floor(length / 10);
}
