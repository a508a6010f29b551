// The host's time, by which leases end and revocations are forgotten. A clock that is behind would go on believing a session whose
// revocation the bundle has no more: what a bundle says about the time when it comes tells by how much. Times are in seconds.
import { bundle } from "./bundle";

/** So long after the time in a bundle there is another one, or the clock was set meanwhile. */
const LONGEST_FOLLOWED: i64 = 600;

/** How far this clock is behind the host's; 0 where it is not, or nobody knows. */
let behind: i64 = 0;

/** Takes what the bundle in force says about the time. It has come at `now`. A clock that is further behind than `limit` is not followed. */
export function compareClocks(now: i64, limit: i64 = i64.MAX_VALUE): void {
  const current = bundle;
  const difference = current ? current.issuedAt - now : 0;
  behind = difference > 0 && difference <= limit ? difference : 0;
}

/** What the host's clock shows when this one shows `moment`. */
export function hostTime(moment: i64): i64 {
  const current = bundle;
  return behind > 0 && current && moment < current.issuedAt + LONGEST_FOLLOWED ? moment + behind : moment;
}
