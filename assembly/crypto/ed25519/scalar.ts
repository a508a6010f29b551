// Scalars of Ed25519: integers modulo the group order L = 2^252 + 27742317777372353535851937790883648493 (RFC 8032,
// section 5.1), and their signed digits. In memory a scalar is 32 bytes in little-endian order.

/** The size of a scalar in memory. */
export const SCALAR_BYTES: usize = 32;

/** The number of digits that `recode` stores, one byte each. */
export const DIGITS: u32 = 256;

// L in limbs of 28 bits: nine of them make 252 bits, so what lies above 2^252 is whole limbs.
const LIMB_BITS: u32 = 28;
const LIMB_MASK: i64 = (1 << 28) - 1;
const HIGH_LIMB: usize = 9 * 8;
const L0: i64 = 0xcf5d3ed;
const L1: i64 = 0x12631a5;
const L2: i64 = 0x79cd658;
const L3: i64 = 0xf9dea2f;
const L4: i64 = 0x00014de;

/** 19 limbs for 512 bits, as signed 64-bit integers. */
const LIMBS: usize = memory.data(152);
const LAST_LIMB: usize = 18 * 8;

/** Stores the 64-byte integer at `wide` modulo L at `scalar`. */
export function reduce(scalar: usize, wide: usize): void {
  for (let i: u32 = 0; i < 19; i++) {
    const bit = i * LIMB_BITS;
    const at = min(bit >> 3, 60);
    store<i64>(LIMBS + 8 * i, ((<i64>load<u32>(wide + at)) >> (bit - 8 * at)) & LIMB_MASK);
  }
  // What each fold leaves: below 2^252, with 385 bits below 0; from 0, with 258 bits; between -2^131 and 2^252; and, as a high
  // part of -1 adds L, from 0 to L - 1.
  for (let i = 0; i < 4; i++) foldHighLimbs();
  memory.fill(scalar, 0, SCALAR_BYTES);
  for (let i: u32 = 0; i < 10; i++) {
    const bit = i * LIMB_BITS;
    const at = min(bit >> 3, 28);
    const bits = (<u32>load<i64>(LIMBS + 8 * i)) << (bit - 8 * at);
    store<u32>(scalar + at, load<u32>(scalar + at) | bits);
  }
}

/** Replaces high 2^252 + low by its equal modulo L, low - high (L - 2^252). */
function foldHighLimbs(): void {
  for (let at = HIGH_LIMB; at <= LAST_LIMB; at += 8) {
    const limb = LIMBS + at;
    const high = load<i64>(limb);
    const low = limb - HIGH_LIMB;
    store<i64>(limb, 0);
    store<i64>(low, load<i64>(low) - high * L0);
    store<i64>(low, load<i64>(low, 8) - high * L1, 8);
    store<i64>(low, load<i64>(low, 16) - high * L2, 16);
    store<i64>(low, load<i64>(low, 24) - high * L3, 24);
    store<i64>(low, load<i64>(low, 32) - high * L4, 32);
  }
  for (let limb = LIMBS; limb < LIMBS + LAST_LIMB; limb += 8) {
    const value = load<i64>(limb);
    store<i64>(limb, value & LIMB_MASK);
    store<i64>(limb, load<i64>(limb, 8) + (value >> LIMB_BITS), 8);
  }
}

/**
 * Stores the non-adjacent form of width `width` (2 to 8) of a scalar below 2^253: 256 digits at `digits`, of which each is
 * 0 or odd, smaller than 2^(width - 1) in magnitude, and followed by at least width - 1 zeros. scalar = Σ digit[i] 2^i.
 */
export function recode(digits: usize, scalar: usize, width: u32): void {
  memory.fill(digits, 0, DIGITS);
  const mask: u32 = (1 << (<u32>width)) - 1;
  let carry: u32 = 0;
  let bit: u32 = 0;
  while (bit < DIGITS) {
    const at = min(bit >> 3, 28);
    const window = ((load<u32>(scalar + at) >> (bit - 8 * at)) & mask) + carry;
    if (window & 1) {
      carry = window >> (width - 1);
      store<i8>(digits + bit, <i8>(window - (carry << width)));
      bit += width;
    } else {
      bit++;
    }
  }
}
