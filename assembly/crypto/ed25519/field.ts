// Arithmetic modulo p = 2^255 - 19, the field of Ed25519 (RFC 8032, section 5.1).
//
// An element is ten signed limbs of alternately 26 and 25 bits, limb i weighing 2^ceil(25.5 i), each in 32 bits of memory:
//
//   limb    0      1      2      3      4      5      6      7      8      9
//   weight  2^0    2^26   2^51   2^77   2^102  2^128  2^153  2^179  2^204  2^230
//
// `multiply` and `square` take even limbs up to 2^28 and odd ones up to 2^27 in magnitude: then the largest of their sums of
// ten products stays below 2^63. They return even limbs below 2^26 and odd ones within 2^17 of [0, 2^25), so that sums and
// differences of a few results can be multiplied again without any carrying. Results may overwrite operands.
//
// Nothing here hides a secret by its timing: verification handles public data only.

/** The size of an element in memory. */
export const FIELD_BYTES: usize = 40;

/** The size of an encoded element, 255 bits in little-endian order. */
export const ENCODED_BYTES: usize = 32;

const LIMBS: u32 = 10;
const EVEN_MASK: i64 = (1 << 26) - 1;
const ODD_MASK: i64 = (1 << 25) - 1;

const SCRATCH: usize = memory.data(160);
const A11: usize = SCRATCH;
const RUN: usize = SCRATCH + FIELD_BYTES;
const SHORT_RUN: usize = SCRATCH + 2 * FIELD_BYTES;
const SHIFTED: usize = SCRATCH + 3 * FIELD_BYTES;

/** out = value, for a value below 2^25. */
export function setSmall(out: usize, value: i32): void {
  memory.fill(out, 0, FIELD_BYTES);
  store<i32>(out, value);
}

/** out = a + b, limb by limb. */
export function add(out: usize, a: usize, b: usize): void {
  for (let i: usize = 0; i < FIELD_BYTES; i += 4) store<i32>(out + i, load<i32>(a + i) + load<i32>(b + i));
}

/** out = a - b, limb by limb. */
export function subtract(out: usize, a: usize, b: usize): void {
  for (let i: usize = 0; i < FIELD_BYTES; i += 4) store<i32>(out + i, load<i32>(a + i) - load<i32>(b + i));
}

/**
 * out = a b. A product of limbs beyond limb 9 wraps around 19-fold, as 2^255 = 19 (upper-case B); one of two odd limbs counts
 * twice, as both their weights were rounded up (upper-case A).
 */
export function multiply(out: usize, a: usize, b: usize): void {
  const a0 = limb(a, 0);
  const a1 = limb(a, 1);
  const a2 = limb(a, 2);
  const a3 = limb(a, 3);
  const a4 = limb(a, 4);
  const a5 = limb(a, 5);
  const a6 = limb(a, 6);
  const a7 = limb(a, 7);
  const a8 = limb(a, 8);
  const a9 = limb(a, 9);
  const b0 = limb(b, 0);
  const b1 = limb(b, 1);
  const b2 = limb(b, 2);
  const b3 = limb(b, 3);
  const b4 = limb(b, 4);
  const b5 = limb(b, 5);
  const b6 = limb(b, 6);
  const b7 = limb(b, 7);
  const b8 = limb(b, 8);
  const b9 = limb(b, 9);
  const A1 = 2 * a1;
  const A3 = 2 * a3;
  const A5 = 2 * a5;
  const A7 = 2 * a7;
  const A9 = 2 * a9;
  const B1 = 19 * b1;
  const B2 = 19 * b2;
  const B3 = 19 * b3;
  const B4 = 19 * b4;
  const B5 = 19 * b5;
  const B6 = 19 * b6;
  const B7 = 19 * b7;
  const B8 = 19 * b8;
  const B9 = 19 * b9;
  const h0 = a0 * b0 + A1 * B9 + a2 * B8 + A3 * B7 + a4 * B6 + A5 * B5 + a6 * B4 + A7 * B3 + a8 * B2 + A9 * B1;
  const h1 = a0 * b1 + a1 * b0 + a2 * B9 + a3 * B8 + a4 * B7 + a5 * B6 + a6 * B5 + a7 * B4 + a8 * B3 + a9 * B2;
  const h2 = a0 * b2 + A1 * b1 + a2 * b0 + A3 * B9 + a4 * B8 + A5 * B7 + a6 * B6 + A7 * B5 + a8 * B4 + A9 * B3;
  const h3 = a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0 + a4 * B9 + a5 * B8 + a6 * B7 + a7 * B6 + a8 * B5 + a9 * B4;
  const h4 = a0 * b4 + A1 * b3 + a2 * b2 + A3 * b1 + a4 * b0 + A5 * B9 + a6 * B8 + A7 * B7 + a8 * B6 + A9 * B5;
  const h5 = a0 * b5 + a1 * b4 + a2 * b3 + a3 * b2 + a4 * b1 + a5 * b0 + a6 * B9 + a7 * B8 + a8 * B7 + a9 * B6;
  const h6 = a0 * b6 + A1 * b5 + a2 * b4 + A3 * b3 + a4 * b2 + A5 * b1 + a6 * b0 + A7 * B9 + a8 * B8 + A9 * B7;
  const h7 = a0 * b7 + a1 * b6 + a2 * b5 + a3 * b4 + a4 * b3 + a5 * b2 + a6 * b1 + a7 * b0 + a8 * B9 + a9 * B8;
  const h8 = a0 * b8 + A1 * b7 + a2 * b6 + A3 * b5 + a4 * b4 + A5 * b3 + a6 * b2 + A7 * b1 + a8 * b0 + A9 * B9;
  const h9 = a0 * b9 + a1 * b8 + a2 * b7 + a3 * b6 + a4 * b5 + a5 * b4 + a6 * b3 + a7 * b2 + a8 * b1 + a9 * b0;
  storeCarried(out, h0, h1, h2, h3, h4, h5, h6, h7, h8, h9);
}

/** out = a². D is twice a limb; M is one times 19, and also times 2 where its index is odd. */
export function square(out: usize, a: usize): void {
  const a0 = limb(a, 0);
  const a1 = limb(a, 1);
  const a2 = limb(a, 2);
  const a3 = limb(a, 3);
  const a4 = limb(a, 4);
  const a5 = limb(a, 5);
  const a6 = limb(a, 6);
  const a7 = limb(a, 7);
  const a8 = limb(a, 8);
  const a9 = limb(a, 9);
  const D0 = 2 * a0;
  const D1 = 2 * a1;
  const D2 = 2 * a2;
  const D3 = 2 * a3;
  const D4 = 2 * a4;
  const D5 = 2 * a5;
  const D6 = 2 * a6;
  const D7 = 2 * a7;
  const M5 = 38 * a5;
  const M6 = 19 * a6;
  const M7 = 38 * a7;
  const M8 = 19 * a8;
  const M9 = 38 * a9;
  const h0 = a0 * a0 + D1 * M9 + D2 * M8 + D3 * M7 + D4 * M6 + a5 * M5;
  const h1 = D0 * a1 + a2 * M9 + D3 * M8 + a4 * M7 + D5 * M6;
  const h2 = D0 * a2 + D1 * a1 + D3 * M9 + D4 * M8 + D5 * M7 + a6 * M6;
  const h3 = D0 * a3 + D1 * a2 + a4 * M9 + D5 * M8 + a6 * M7;
  const h4 = D0 * a4 + D1 * D3 + a2 * a2 + D5 * M9 + D6 * M8 + a7 * M7;
  const h5 = D0 * a5 + D1 * a4 + D2 * a3 + a6 * M9 + D7 * M8;
  const h6 = D0 * a6 + D1 * D5 + D2 * a4 + D3 * a3 + D7 * M9 + a8 * M8;
  const h7 = D0 * a7 + D1 * a6 + D2 * a5 + D3 * a4 + a8 * M9;
  const h8 = D0 * a8 + D1 * D7 + D2 * a6 + D3 * D5 + a4 * a4 + a9 * M9;
  const h9 = D0 * a9 + D1 * a8 + D2 * a7 + D3 * a6 + D4 * a5;
  storeCarried(out, h0, h1, h2, h3, h4, h5, h6, h7, h8, h9);
}

/** out = a^(2^times), for at least one time. */
export function squareTimes(out: usize, a: usize, times: i32): void {
  square(out, a);
  for (let i = 1; i < times; i++) square(out, out);
}

/** out = 1 / a = a^(p - 2), and 0 for 0. */
export function invert(out: usize, a: usize): void {
  power250(a);
  squareTimes(RUN, RUN, 5);
  multiply(out, RUN, A11);
}

/** out = a^((p - 5) / 8), the power that a square root modulo p takes (RFC 8032, section 5.1.3). */
export function powerForRoot(out: usize, a: usize): void {
  power250(a);
  squareTimes(RUN, RUN, 2);
  multiply(out, RUN, a);
}

/** out = the 255 low bits at `encoded`. Whether they are below p is not checked. */
export function fromBytes(out: usize, encoded: usize): void {
  for (let i: u32 = 0; i < LIMBS; i++) {
    const bit = firstBit(i);
    const bits = load<u32>(encoded + (bit >> 3)) >> (bit & 7);
    store<u32>(out + 4 * i, bits & ((1 << widthOf(i)) - 1));
  }
}

/** Stores the one encoding of a that is below p: 32 bytes, the highest bit clear. */
export function toBytes(encoded: usize, a: usize): void {
  memory.copy(RUN, a, FIELD_BYTES);
  let overflow = carryThrough(RUN, 0);
  overflow = carryThrough(RUN, 19 * overflow);
  // Now 0 <= RUN + 19 overflow < 2^255, and adding 19 overflows once more exactly if that is p or beyond.
  overflow = carryThrough(RUN, 19 * overflow + 19);
  carryThrough(RUN, 19 * overflow - 19);
  memory.fill(encoded, 0, ENCODED_BYTES);
  for (let i: u32 = 0; i < LIMBS; i++) {
    const bit = firstBit(i);
    const at = encoded + (bit >> 3);
    store<u32>(at, load<u32>(at) | (load<u32>(RUN + 4 * i) << (bit & 7)));
  }
}

/** Adds to limb 0, carries through all limbs and returns what passes 2^255, leaving 0 <= value < 2^255. */
function carryThrough(value: usize, addend: i32): i32 {
  for (let i: u32 = 0; i < LIMBS; i++) {
    const at = value + 4 * i;
    const sum = load<i32>(at) + addend;
    addend = sum >> widthOf(i);
    store<i32>(at, sum & ((1 << widthOf(i)) - 1));
  }
  return addend;
}

/** RUN = a^(2^250 - 1) and A11 = a^11, from runs of one bits in the exponent that are shifted and put together. */
function power250(a: usize): void {
  square(A11, a);
  squareTimes(RUN, A11, 2);
  multiply(RUN, RUN, a);
  multiply(A11, A11, RUN);
  square(SHIFTED, A11);
  multiply(RUN, RUN, SHIFTED); // 5 ones
  appendOnes(5, RUN); // 10
  memory.copy(SHORT_RUN, RUN, FIELD_BYTES);
  appendOnes(10, RUN); // 20
  appendOnes(20, RUN); // 40
  appendOnes(10, SHORT_RUN); // 50
  memory.copy(SHORT_RUN, RUN, FIELD_BYTES);
  appendOnes(50, RUN); // 100
  appendOnes(100, RUN); // 200
  appendOnes(50, SHORT_RUN); // 250
}

/** Appends a run of `count` one bits, which is the exponent of `power`, to the exponent of RUN. */
function appendOnes(count: i32, power: usize): void {
  squareTimes(SHIFTED, RUN, count);
  multiply(RUN, SHIFTED, power);
}

/** Carries the ten sums of a product, in two chains that a processor can work on at once, and stores them as limbs. */
// @ts-ignore: decorator
@inline
function storeCarried(
  out: usize,
  h0: i64,
  h1: i64,
  h2: i64,
  h3: i64,
  h4: i64,
  h5: i64,
  h6: i64,
  h7: i64,
  h8: i64,
  h9: i64,
): void {
  h1 += h0 >> 26;
  h0 &= EVEN_MASK;
  h5 += h4 >> 26;
  h4 &= EVEN_MASK;
  h2 += h1 >> 25;
  h1 &= ODD_MASK;
  h6 += h5 >> 25;
  h5 &= ODD_MASK;
  h3 += h2 >> 26;
  h2 &= EVEN_MASK;
  h7 += h6 >> 26;
  h6 &= EVEN_MASK;
  h4 += h3 >> 25;
  h3 &= ODD_MASK;
  h8 += h7 >> 25;
  h7 &= ODD_MASK;
  h5 += h4 >> 26;
  h4 &= EVEN_MASK;
  h9 += h8 >> 26;
  h8 &= EVEN_MASK;
  h0 += 19 * (h9 >> 25);
  h9 &= ODD_MASK;
  h1 += h0 >> 26;
  h0 &= EVEN_MASK;
  storeLimb(out, 0, h0);
  storeLimb(out, 1, h1);
  storeLimb(out, 2, h2);
  storeLimb(out, 3, h3);
  storeLimb(out, 4, h4);
  storeLimb(out, 5, h5);
  storeLimb(out, 6, h6);
  storeLimb(out, 7, h7);
  storeLimb(out, 8, h8);
  storeLimb(out, 9, h9);
}

// @ts-ignore: decorator
@inline
function limb(element: usize, index: u32): i64 {
  return load<i32>(element + 4 * index);
}

// @ts-ignore: decorator
@inline
function storeLimb(element: usize, index: u32, value: i64): void {
  store<i32>(element + 4 * index, <i32>value);
}

/** Where limb `index` begins among the 255 bits. */
// @ts-ignore: decorator
@inline
function firstBit(index: u32): u32 {
  return (51 * index + 1) >> 1;
}

/** How many bits limb `index` has. */
// @ts-ignore: decorator
@inline
function widthOf(index: u32): u32 {
  return 26 - (index & 1);
}
