// Comparisons and searches over byte ranges. A range is an address and a length; nothing here allocates or fails. What is small goes by
// words: memory.fill and memory.copy leave the module for as much as comparing a header costs, and memory.compare, at shrinkLevel 2, goes byte by byte.

/** Whether two ranges hold the same bytes. Returns early at a difference: for public data only. */
export function equal(a: usize, aLength: i32, b: usize, bLength: i32): bool {
  return aLength == bLength && isSame(a, b, aLength);
}

/** Whether as many bytes are the same at two addresses. The last words overlap the ones before. */
export function isSame(a: usize, b: usize, length: i32): bool {
  if (length >= 8) {
    const last = <usize>length - 8;
    for (let i: usize = 0; i < last; i += 8) {
      if (load<u64>(a + i) != load<u64>(b + i)) return false;
    }
    return load<u64>(a + last) == load<u64>(b + last);
  }
  if (length >= 4) {
    const last = <usize>length - 4;
    return load<u32>(a) == load<u32>(b) && load<u32>(a + last) == load<u32>(b + last);
  }
  for (let i = 0; i < length; i++) {
    if (load<u8>(a + i) != load<u8>(b + i)) return false;
  }
  return true;
}

/** Makes a small object zeros. */
// @ts-ignore: decorator
@inline
export function clear(at: usize, size: usize): void {
  let to = at;
  for (const end = at + (size & ~7); to < end; to += 8) store<u64>(to, 0);
  if (size & 4) {
    store<u32>(to, 0);
    to += 4;
  }
  for (let left = size & 3; left > 0; left--) store<u8>(to++, 0);
}

/** Copies bytes that are few as a rule, to where nothing of them lies. Returns where they end. */
export function copyFew(to: usize, from: usize, length: i32): usize {
  if (length > 64) memory.copy(to, from, length);
  else {
    let i = 0;
    for (; i + 8 <= length; i += 8) store<u64>(to + i, load<u64>(from + i));
    for (; i < length; i++) store<u8>(to + i, load<u8>(from + i));
  }
  return to + length;
}

/** Whether two ranges hold the same bytes, ASCII letters compared without regard to case. */
export function equalIgnoringCase(a: usize, aLength: i32, b: usize, bLength: i32): bool {
  if (aLength != bLength) return false;
  for (let i = 0; i < aLength; i++) {
    if (lowerCase(load<u8>(a + i)) != lowerCase(load<u8>(b + i))) return false;
  }
  return true;
}

/** An ASCII upper-case letter as its lower-case one; any other byte as it is. */
// @ts-ignore: decorator
@inline
export function lowerCase(byte: u8): u8 {
  return byte | (u8(<u32>byte - 65 < 26) << 5);
}

/** Whether a byte is an ASCII letter or digit. */
export function isLetterOrDigit(byte: u8): bool {
  return <u32>(byte | 0x20) - 0x61 < 26 || <u32>byte - 0x30 < 10;
}

const LOW_BITS: u64 = 0x0101010101010101;
const HIGH_BITS: u64 = 0x8080808080808080;

/** The offset of the first `byte` in the range, or -1. Looks at eight bytes at a time: Cookie headers are long. */
export function indexOf(at: usize, length: i32, byte: u8): i32 {
  const pattern = <u64>byte * LOW_BITS;
  let i = 0;
  for (; i + 8 <= length; i += 8) {
    // A byte equal to the one looked for becomes zero; subtracting 1 borrows into its high bit, and the lowest such bit is exact.
    const word = load<u64>(at + i) ^ pattern;
    const zeros = (word - LOW_BITS) & ~word & HIGH_BITS;
    if (zeros) return i + <i32>(ctz(zeros) >> 3);
  }
  for (; i < length; i++) {
    if (load<u8>(at + i) == byte) return i;
  }
  return -1;
}
