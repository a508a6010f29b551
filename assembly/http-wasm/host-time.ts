// The host's time, by which leases end and revocations are forgotten. A clock that is behind would go on believing a session whose
// revocation the bundle has no more: what a bundle says about the time when it comes tells by how much.
import { bundle } from "../core/bundle/bundle";
import { MAX_BEHIND } from "../core/decide/without-host";

const NANOSECONDS: u64 = 1_000_000_000;
/** So long after the time in a bundle, in seconds, there is another one, or the clock was set meanwhile. */
const LONGEST_FOLLOWED: i64 = 600;

/** How far this clock is behind the host's, in seconds; 0 where it is not, or nobody knows. */
let behind: i64 = 0;

/** Takes what the bundle in force says about the time. It has come at this moment, in nanoseconds. */
export function compareClocks(now: u64): void {
  const current = bundle;
  const difference = current ? current.issuedAt - <i64>(now / NANOSECONDS) : 0;
  behind = difference > 0 && difference <= MAX_BEHIND ? difference : 0;
}

/** What the host's clock shows, in seconds, when this one shows so many nanoseconds. */
export function hostTime(moment: u64): i64 {
  const seconds = <i64>(moment / NANOSECONDS);
  const current = bundle;
  return current && seconds < current.issuedAt + LONGEST_FOLLOWED ? seconds + behind : seconds;
}
