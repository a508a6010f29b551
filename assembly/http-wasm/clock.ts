// The time. http-wasm has none, so it is WASI's. A host may have a clock that stands still or was never set: what the bundle
// says about the time is the check on it.
import { bundle } from "../core/bundle/bundle";
import { clock_time_get, Errno } from "./imports";

const REALTIME: i32 = 0;
/** How far this clock may be behind that of the host, in seconds. */
const MAX_BEHIND: i64 = 15 * 60;

const time: usize = memory.data(8, 8);

/** Nanoseconds since the epoch as of the last look; 0 when there is no clock. */
export let nanoseconds: u64 = 0;

/** Looks at the clock, and returns seconds since the epoch. */
export function lookAtClock(): i64 {
  nanoseconds = clock_time_get(REALTIME, 0, time) == Errno.Success ? load<u64>(time) : 0;
  return <i64>(nanoseconds / 1_000_000_000);
}

/** Whether a moment can be now: a bundle from the far future says that the clock is wrong, and then no session would end. */
export function isPlausible(now: i64): bool {
  const current = bundle;
  return now > 0 && (!current || now + MAX_BEHIND >= current.issuedAt);
}
