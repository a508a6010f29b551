// base64url without padding (RFC 4648, section 5), as JOSE uses it. Decoding is strict: every byte string has one encoding.

/** The value of each byte, or -1 for one that is not in the alphabet. */
const VALUES: usize = memory.data(256);
memory.fill(VALUES, 0xff, 256);
assign(0x41, 26, 0); // A to Z
assign(0x61, 26, 26); // a to z
assign(0x30, 10, 52); // 0 to 9
assign(0x2d, 1, 62); // -
assign(0x5f, 1, 63); // _

/** Gives bytes that follow one another the values from one on. */
function assign(byte: usize, count: i32, value: i32): void {
  for (let i = 0; i < count; i++) store<i8>(VALUES + byte + i, <i8>(value + i));
}

/**
 * Decodes a range to `target` and returns how many bytes that gave: 3/4 of the length, rounded down. Returns -1 for padding,
 * a byte outside the alphabet, a length that no encoding has, and bits beyond the last byte that are not zero. `target` may
 * be `at`; where -1 is returned it may hold a part.
 */
export function decodeBase64url(at: usize, length: i32, target: usize): i32 {
  const start = target;
  const end = at + max(length, 0);
  for (; at + 4 <= end; at += 4) {
    const bits = (digitOf(at) << 18) | (digitOf(at + 1) << 12) | (digitOf(at + 2) << 6) | digitOf(at + 3);
    if (bits < 0) return -1;
    store<u8>(target, bits >> 16);
    store<u8>(target, bits >> 8, 1);
    store<u8>(target, bits, 2);
    target += 3;
  }
  const left = end - at;
  if (left == 0) return <i32>(target - start);
  if (left == 1) return -1;
  const bits = (digitOf(at) << 18) | (digitOf(at + 1) << 12) | (left == 3 ? digitOf(at + 2) << 6 : 0);
  const unused = left == 3 ? 0xff : 0xffff;
  if (bits < 0 || bits & unused) return -1;
  store<u8>(target++, bits >> 16);
  if (left == 3) store<u8>(target++, bits >> 8);
  return <i32>(target - start);
}

// @ts-ignore: decorator
@inline
function digitOf(at: usize): i32 {
  return load<i8>(VALUES + load<u8>(at));
}
