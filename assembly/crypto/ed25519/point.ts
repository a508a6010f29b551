// Points of edwards25519, the curve -x² + y² = 1 + d x² y² (RFC 8032, section 5.1), and one accumulator that all operations
// work on. It holds X, Y, Z with x = X / Z and y = Y / Z; the extended coordinate T = X Y / Z is kept as the two factors E
// and H, T = E H, because an addition needs it and a doubling does not.
//
// The addition and doubling formulas are those of section 5.1.4. They are complete: no pair of points needs a case of its own.
import { isSame } from "../../memory/bytes";
import {
  add,
  ENCODED_BYTES,
  FIELD_BYTES,
  fromBytes,
  invert,
  multiply,
  powerForRoot,
  setSmall,
  square,
  subtract,
  toBytes,
} from "./field";

/** The size of an encoded point: y, and the lowest bit of x as the highest bit. */
export const ENCODED_POINT_BYTES: usize = ENCODED_BYTES;

/**
 * The size of an addend, a point in the form in which it is cheapest to add:
 *
 *   ┌───────┬───────┬────────┬─────┐
 *   │ Y + X │ Y - X │ 2 d T  │ 2 Z │
 *   └───────┴───────┴────────┴─────┘
 */
export const ADDEND_BYTES: usize = 4 * FIELD_BYTES;
const SUM: usize = 0;
const DIFFERENCE: usize = FIELD_BYTES;
const PRODUCT: usize = 2 * FIELD_BYTES;
const SCALE: usize = 3 * FIELD_BYTES;

/** d = -121665 / 121666. */
const CURVE_D: usize = memory.data<u32>([
  56195235, 13857412, 51736253, 6949390, 114729, 24766616, 60832955, 30306712, 48412415, 21499315,
]);

/** 2^((p - 1) / 4), a square root of -1. */
const ROOT_OF_MINUS_ONE: usize = memory.data<u32>([
  34513072, 25610706, 9377949, 3500415, 12389472, 33281959, 41962654, 31548777, 326685, 11406482,
]);

// The accumulator.
const X: usize = memory.data(40);
const Y: usize = memory.data(40);
const Z: usize = memory.data(40);
const E: usize = memory.data(40);
const H: usize = memory.data(40);

// Intermediate values, with the names of the RFC's formulas where it has one.
const A: usize = memory.data(40);
const B: usize = memory.data(40);
const C: usize = memory.data(40);
const D: usize = memory.data(40);
const F: usize = memory.data(40);
const G: usize = memory.data(40);
const ENCODED: usize = memory.data(32);

/** The accumulator becomes the neutral element, (0, 1). */
export function setNeutral(): void {
  setSmall(X, 0);
  setSmall(Y, 1);
  setSmall(Z, 1);
  setSmall(E, 0);
  setSmall(H, 1);
}

/** Doubles the accumulator. */
export function double(): void {
  add(E, X, Y);
  square(E, E);
  square(A, X);
  square(B, Y);
  square(C, Z);
  add(C, C, C);
  add(H, A, B);
  subtract(E, E, H);
  subtract(G, B, A);
  subtract(F, C, G);
  complete();
}

/** Adds an addend to the accumulator, or subtracts it. */
export function addTo(addend: usize, subtracting: bool): void {
  // -(x, y) = (-x, y): the sum and the difference change places, and the product changes its sign.
  const sum = subtracting ? DIFFERENCE : SUM;
  const difference = DIFFERENCE - sum;
  multiply(C, E, H);
  multiply(C, C, addend + PRODUCT);
  multiply(D, Z, addend + SCALE);
  subtract(A, Y, X);
  multiply(A, A, addend + difference);
  add(B, Y, X);
  multiply(B, B, addend + sum);
  subtract(E, B, A);
  add(H, B, A);
  subtract(subtracting ? G : F, D, C);
  add(subtracting ? F : G, D, C);
  complete();
}

/** The last step of both formulas. */
function complete(): void {
  multiply(X, E, F);
  multiply(Y, G, H);
  multiply(Z, F, G);
}

/** Stores the accumulator as an addend. */
export function storeAddend(addend: usize): void {
  add(addend + SUM, Y, X);
  subtract(addend + DIFFERENCE, Y, X);
  multiply(C, E, H);
  multiply(C, C, CURVE_D);
  add(addend + PRODUCT, C, C);
  add(addend + SCALE, Z, Z);
}

/**
 * Sets the accumulator to an encoded point (section 5.1.3). False where there is none, where y is not below p, and where
 * x = 0 is encoded with the sign of an odd x.
 */
export function decode(encoded: usize): bool {
  fromBytes(Y, encoded);
  const sign = load<u8>(encoded, ENCODED_BYTES - 1) >> 7;
  toBytes(ENCODED, Y);
  store<u8>(ENCODED, load<u8>(ENCODED, ENCODED_BYTES - 1) | (sign << 7), ENCODED_BYTES - 1);
  if (!isSame(ENCODED, encoded, <i32>ENCODED_BYTES)) return false;

  // x² = u / v with u = y² - 1 and v = d y² + 1, so x = u v³ (u v⁷)^((p - 5) / 8) or that times the root of -1.
  setSmall(Z, 1);
  square(A, Y);
  multiply(B, A, CURVE_D);
  subtract(A, A, Z);
  add(B, B, Z);
  square(C, B);
  multiply(D, C, B);
  multiply(D, D, A);
  square(C, C);
  multiply(C, C, D);
  powerForRoot(X, C);
  multiply(X, X, D);
  square(C, X);
  multiply(C, C, B);
  subtract(D, C, A);
  if (!isZero(D)) {
    add(D, C, A);
    if (!isZero(D)) return false;
    multiply(X, X, ROOT_OF_MINUS_ONE);
  }
  if (isOdd(X) != sign) {
    if (isZero(X)) return false;
    setSmall(A, 0);
    subtract(X, A, X);
  }
  memory.copy(E, X, FIELD_BYTES);
  memory.copy(H, Y, FIELD_BYTES);
  return true;
}

/** Stores the encoding of the accumulator (section 5.1.2). */
export function encode(encoded: usize): void {
  invert(A, Z);
  multiply(B, X, A);
  const sign = isOdd(B);
  multiply(B, Y, A);
  toBytes(encoded, B);
  store<u8>(encoded, load<u8>(encoded, ENCODED_BYTES - 1) | (sign << 7), ENCODED_BYTES - 1);
}

/**
 * Whether the accumulator is one of the eight points of an order that divides 8, with which a signature fits more than one
 * message. Changes the accumulator.
 */
export function isOfSmallOrder(): bool {
  double();
  double();
  double();
  // Eight times any point has an odd order, and of such points the neutral one alone has x = 0.
  return isZero(X);
}

function isZero(element: usize): bool {
  toBytes(ENCODED, element);
  return (load<u64>(ENCODED) | load<u64>(ENCODED, 8) | load<u64>(ENCODED, 16) | load<u64>(ENCODED, 24)) == 0;
}

/** The lowest bit of an element's encoding, which the RFC takes for the sign of x. */
function isOdd(element: usize): u8 {
  toBytes(ENCODED, element);
  return load<u8>(ENCODED) & 1;
}
