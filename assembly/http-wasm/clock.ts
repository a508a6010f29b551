// The time. http-wasm has none, so it is WASI's.
import { clock_time_get, Errno } from "./wasi_snapshot_preview1";

const REALTIME: i32 = 0;

const time: usize = memory.data(<i32>sizeof<u64>(), 8);

/** Looks at the clock: nanoseconds since the epoch, or 0 when there is none. */
export function nanoseconds(): u64 {
  return clock_time_get(REALTIME, 0, time) == Errno.Success ? load<u64>(time) : 0;
}

/** The whole seconds of a moment in nanoseconds. */
export function secondsOf(moment: u64): i64 {
  return <i64>(moment / 1_000_000_000);
}
