// UTF-8 read the way Go reads it (RFC 3629, Unicode table 3-7): a byte that starts no valid sequence stands for one
// U+FFFD of width 1, so that any bytes at all are a sequence of code points.

export const REPLACEMENT: u32 = 0xfffd;
export const MAX_RUNE: u32 = 0x10ffff;

/** The code point at `at`, and above bit 24 its width in bytes. `at` must be below `end`. */
export function decodeRune(at: usize, end: usize): u32 {
  const lead = <u32>load<u8>(at);
  if (lead < 0x80) return lead | (1 << 24);
  const left = end - at;
  if (lead - 0xc2 < 0x1e && left > 1) {
    const second = (<u32>load<u8>(at, 1)) ^ 0x80;
    if (second < 0x40) return ((lead & 0x1f) << 6) | second | (2 << 24);
  } else if (lead - 0xe0 < 0x10 && left > 2) {
    const second = (<u32>load<u8>(at, 1)) ^ 0x80;
    const third = (<u32>load<u8>(at, 2)) ^ 0x80;
    const rune = ((lead & 0x0f) << 12) | (second << 6) | third;
    if ((second | third) < 0x40 && rune >= 0x800 && !isSurrogate(rune)) return rune | (3 << 24);
  } else if (lead - 0xf0 < 0x05 && left > 3) {
    const second = (<u32>load<u8>(at, 1)) ^ 0x80;
    const third = (<u32>load<u8>(at, 2)) ^ 0x80;
    const fourth = (<u32>load<u8>(at, 3)) ^ 0x80;
    const rune = ((lead & 0x07) << 18) | (second << 12) | (third << 6) | fourth;
    if ((second | third | fourth) < 0x40 && rune >= 0x10000 && rune <= MAX_RUNE) return rune | (4 << 24);
  }
  return REPLACEMENT | (1 << 24);
}

/** Writes `rune` to `at` and returns how many bytes that took: at most 4. A surrogate is the caller's mistake. */
export function encodeRune(at: usize, rune: u32): i32 {
  if (rune < 0x80) {
    store<u8>(at, <u8>rune);
    return 1;
  }
  if (rune < 0x800) {
    store<u8>(at, <u8>(0xc0 | (rune >> 6)));
    storeContinuation(at + 1, rune);
    return 2;
  }
  if (rune < 0x10000) {
    store<u8>(at, <u8>(0xe0 | (rune >> 12)));
    storeContinuation(at + 1, rune >> 6);
    storeContinuation(at + 2, rune);
    return 3;
  }
  store<u8>(at, <u8>(0xf0 | (rune >> 18)));
  storeContinuation(at + 1, rune >> 12);
  storeContinuation(at + 2, rune >> 6);
  storeContinuation(at + 3, rune);
  return 4;
}

/** The offset of the first byte that belongs to no valid sequence, or -1. */
export function invalidUtf8At(at: usize, length: i32): i32 {
  const end = at + length;
  for (let cursor = at; cursor < end;) {
    const rune = decodeRune(cursor, end);
    if (rune == (REPLACEMENT | (1 << 24))) return <i32>(cursor - at);
    cursor += rune >> 24;
  }
  return -1;
}

export function isSurrogate(rune: u32): bool {
  return rune - 0xd800 < 0x800;
}

function storeContinuation(at: usize, bits: u32): void {
  store<u8>(at, <u8>(0x80 | (bits & 0x3f)));
}
