// How long a token lives. A session's absolute end and inactivity limit are the host's; a token is a short lease of it.

/** The longest lease. Seconds. */
export const longestLease = 300;

/** How long after its lease a gate may accept a token, when it cannot reach the host to renew it. Seconds. */
const leaseGrace = 900;

/** Clocks of proxies and hosts may differ by this much. Seconds. */
const clockDifference = 60;

/** No token is accepted anywhere later than this after it was issued. Seconds. */
export const longestTokenLife = longestLease + leaseGrace + clockDifference;

/** How long after the end of its last lease a revoked session has to stay listed. Seconds. */
export const revocationGrace = leaseGrace + clockDifference;

/** A lease is a fifth of the inactivity limit, at most 5 minutes. Seconds. */
export function leaseLength(inactivity: number): number {
  return Math.max(1, Math.min(Math.floor(inactivity / 5), longestLease));
}

/** Whether a lease that is out ends so shortly before a new one would (a tenth of its length) that it does as well. */
export function isAsGoodAs(leaseUntil: number, newLeaseUntil: number, length: number): boolean {
  return leaseUntil <= newLeaseUntil && leaseUntil >= newLeaseUntil - Math.floor(length / 10);
}
