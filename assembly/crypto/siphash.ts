// SipHash-2-4 with 128 bits (Aumasson and Bernstein, "SipHash: a fast short-input PRF"), a keyed hash of bytes that a client chooses.
// It is a digest that stands for the bytes themselves; the first half of it spreads keys over tables: who does not know the key
// cannot choose inputs that collide.

/** The size of a key. */
export const SIPHASH_KEY_BYTES: i32 = 16;

const whole: usize = memory.data(16, 8);

/** The first 64 bits of the digest of a byte range under the 16-byte key at `key`. */
export function siphash(key: usize, at: usize, length: i32): u64 {
  siphash128(key, at, length, whole);
  return load<u64>(whole);
}

/** Writes the 128-bit SipHash-2-4 of a byte range under the 16-byte key at `key` to the 16 bytes at `digest`. */
export function siphash128(key: usize, at: usize, length: i32, digest: usize): void {
  const k0 = load<u64>(key);
  const k1 = load<u64>(key, 8);
  let v0 = k0 ^ 0x736f6d6570736575;
  let v1 = k1 ^ 0x646f72616e646f6d ^ 0xee;
  let v2 = k0 ^ 0x6c7967656e657261;
  let v3 = k1 ^ 0x7465646279746573;
  // Each pass is two rounds: one pass for each whole word and for the last one, then two for either half of the digest.
  const size = <u32>max(length, 0);
  const end = at + (size & ~7);
  let word: u64 = 0;
  for (let from = at; ; from += 8) {
    if (from < end) word = load<u64>(from);
    else if (from == end) word = lastWord(at, size);
    else {
      word = 0;
      const pass = from - end;
      if (pass == 8) v2 ^= 0xee;
      else if (pass == 24) {
        store<u64>(digest, v0 ^ v1 ^ v2 ^ v3);
        v1 ^= 0xdd;
      } else if (pass == 40) break;
    }
    v3 ^= word;
    v0 += v1;
    v1 = rotl(v1, 13) ^ v0;
    v0 = rotl(v0, 32);
    v2 += v3;
    v3 = rotl(v3, 16) ^ v2;
    v0 += v3;
    v3 = rotl(v3, 21) ^ v0;
    v2 += v1;
    v1 = rotl(v1, 17) ^ v2;
    v2 = rotl(v2, 32);
    v0 += v1;
    v1 = rotl(v1, 13) ^ v0;
    v0 = rotl(v0, 32);
    v2 += v3;
    v3 = rotl(v3, 16) ^ v2;
    v0 += v3;
    v3 = rotl(v3, 21) ^ v0;
    v2 += v1;
    v1 = rotl(v1, 17) ^ v2;
    v2 = rotl(v2, 32);
    v0 ^= word;
  }
  store<u64>(digest, v0 ^ v1 ^ v2 ^ v3, 8);
}

/** The bytes after the last whole word, and the length's lowest byte above them. */
function lastWord(at: usize, length: u32): u64 {
  let word = (<u64>length) << 56;
  for (let i = length & ~7; i < length; i++) word |= (<u64>load<u8>(at + i)) << (8 * (i & 7));
  return word;
}
