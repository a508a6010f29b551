// Host calls whose answer comes through memory, with that memory prepared and the answer checked.
import {
  Buffer,
  proxy_get_buffer_bytes,
  proxy_get_current_time_nanoseconds,
  proxy_get_property,
  proxy_get_shared_data,
  Status,
} from "./imports";
import { Text } from "../../memory/text";

/** Where the host puts an address, a length and, for shared data, a compare-and-swap value. */
export const resultAt: usize = memory.data(16, 8);
export const resultLength: usize = resultAt + 4;
const resultCas: usize = resultAt + 8;

/** The bytes the host returned last, in the arena. */
// @ts-ignore: decorator
@inline
export function returnedAt(): usize {
  return load<u32>(resultAt);
}

// @ts-ignore: decorator
@inline
export function returnedLength(): i32 {
  return load<i32>(resultLength);
}

/** Forgets the last answer: a host with nothing to return may write nothing. */
// @ts-ignore: decorator
@inline
export function clearResult(): void {
  store<u64>(resultAt, 0);
}

/** The time in nanoseconds since the epoch. */
export function nanoseconds(): u64 {
  store<u64>(resultCas, 0);
  proxy_get_current_time_nanoseconds(resultCas);
  return load<u64>(resultCas);
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

/** Fetches a property into `returned`. */
export function readProperty(path: Text): bool {
  clearResult();
  return proxy_get_property(path.at, path.length, resultAt, resultLength) == Status.Ok;
}

/** Fetches a whole buffer into `returned`. False when it is empty. */
export function readBuffer(buffer: Buffer): bool {
  clearResult();
  const status = proxy_get_buffer_bytes(buffer, 0, i32.MAX_VALUE, resultAt, resultLength);
  return status == Status.Ok && returnedAt() != 0 && returnedLength() > 0;
}

/** Fetches a shared value into `returned`. */
export function readSharedData(keyAt: usize, keyLength: i32): bool {
  clearResult();
  store<u32>(resultCas, 0);
  return proxy_get_shared_data(keyAt, keyLength, resultAt, resultLength, resultCas) == Status.Ok;
}

/** The compare-and-swap value that came with the shared value read last. */
export function returnedCas(): u32 {
  return load<u32>(resultCas);
}
