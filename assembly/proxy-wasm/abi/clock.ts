// The time. Each look at the clock is a call to the proxy, dear enough to be saved where a second more or less does not matter.
import { proxy_get_current_time_nanoseconds } from "./env";

const time: usize = memory.data(<i32>sizeof<u64>(), 8);

/** The time in nanoseconds since the epoch. */
export function nanoseconds(): u64 {
  store<u64>(time, 0);
  proxy_get_current_time_nanoseconds(time);
  return load<u64>(time);
}

/** Questions answered by one look at the clock, at most; a tick looks at it anew as well. */
const QUESTIONS_A_LOOK: i32 = 32;
let questionsLeft: i32 = 0;
let lookedAt: i64 = 0;

/** Makes the next `seconds` look at the clock. Called with every tick, so that no answer is older than one. */
export function forgetTime(): void {
  questionsLeft = 0;
}

/** The time in seconds since the epoch, as of the last tick at the earliest: a look at the clock for every request is dear. */
export function seconds(): i64 {
  if (questionsLeft <= 0) {
    questionsLeft = QUESTIONS_A_LOOK;
    lookedAt = <i64>(nanoseconds() / 1_000_000_000);
  }
  questionsLeft--;
  return lookedAt;
}
