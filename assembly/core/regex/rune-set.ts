// Sets of code points, as sorted ranges that neither overlap nor touch: what a character class becomes.

import { MAX_RUNE } from "../../encoding/utf8";

/** A range: lowest and highest code point, both u32. */
export const RANGE_BYTES: usize = 8;
/** More ranges than this in one class, and it is refused as too large. */
export const MAX_RANGES: i32 = 2048;

/** A set under construction. Its ranges follow the object itself: MAX_RANGES of them must fit there. */
@unmanaged
export class RuneSet {
  count: i32;
  /** Whether a range did not fit. */
  overflowed: bool;
}

export const RUNE_SET_BYTES: usize = offsetof<RuneSet>() + ((<usize>MAX_RANGES) << 3);

// @ts-ignore: decorator
@inline
export function rangesOf(set: RuneSet): usize {
  return changetype<usize>(set) + offsetof<RuneSet>();
}

export function clearSet(set: RuneSet): void {
  set.count = 0;
  set.overflowed = false;
}

/** Adds `low`..`high`, merged with what it overlaps or touches. Whether the set grew. */
export function addRange(set: RuneSet, low: u32, high: u32): bool {
  const ranges = rangesOf(set);
  const count = set.count;
  let first = 0;
  while (first < count && highOf(ranges, first) + 1 < low) first++;
  let after = first;
  while (after < count && lowOf(ranges, after) <= high + 1) after++;
  if (after > first) {
    if (lowOf(ranges, first) <= low && highOf(ranges, first) >= high) return false;
    low = min(low, lowOf(ranges, first));
    high = max(high, highOf(ranges, after - 1));
  } else if (count == MAX_RANGES) {
    set.overflowed = true;
    return false;
  }
  const at = ranges + ((<usize>first) << 3);
  memory.copy(at + RANGE_BYTES, ranges + ((<usize>after) << 3), (<usize>(count - after)) << 3);
  store<u32>(at, low);
  store<u32>(at, high, 4);
  set.count = count + 1 - (after - first);
  return true;
}

export function addSet(set: RuneSet, other: RuneSet): void {
  const ranges = rangesOf(other);
  for (let i = 0; i < other.count; i++) addRange(set, lowOf(ranges, i), highOf(ranges, i));
}

/** Turns the set into the one of all other code points, from 0 to U+10FFFF. */
export function negate(set: RuneSet): void {
  const ranges = rangesOf(set);
  const count = set.count;
  let low: u32 = 0;
  let kept = 0;
  for (let i = 0; i < count; i++) {
    const nextLow = highOf(ranges, i) + 1;
    const high = lowOf(ranges, i);
    // A gap is written where a range was read: there is never more written than read, but for the last one.
    if (high > low) {
      storeRange(ranges, kept++, low, high - 1);
    }
    low = nextLow;
  }
  if (low <= MAX_RUNE) {
    if (kept == MAX_RANGES) set.overflowed = true;
    else storeRange(ranges, kept++, low, MAX_RUNE);
  }
  set.count = kept;
}

/** Whether `count` sorted ranges hold this code point. */
export function hasRune(ranges: usize, count: i32, rune: u32): bool {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rune > highOf(ranges, middle)) low = middle + 1;
    else high = middle;
  }
  return low < count && rune >= lowOf(ranges, low);
}

// @ts-ignore: decorator
@inline
export function lowOf(ranges: usize, index: i32): u32 {
  return load<u32>(ranges + ((<usize>index) << 3));
}

// @ts-ignore: decorator
@inline
export function highOf(ranges: usize, index: i32): u32 {
  return load<u32>(ranges + ((<usize>index) << 3), 4);
}

function storeRange(ranges: usize, index: i32, low: u32, high: u32): void {
  const at = ranges + ((<usize>index) << 3);
  store<u32>(at, low);
  store<u32>(at, high, 4);
}
