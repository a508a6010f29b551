// edwards25519 in BigInt, straight from RFC 8032 (sections 5.1.1 to 5.1.4): what the tests compare with,
// and what they build points and signatures with that node:crypto would never make.
import { createHash } from "node:crypto";

export interface Point {
  readonly x: bigint;
  readonly y: bigint;
}

export const p = 2n ** 255n - 19n;
export const L = 2n ** 252n + 27742317777372353535851937790883648493n;

const d = modulo(-121665n * inverse(121666n));
const rootOfMinusOne = power(2n, (p - 1n) / 4n);

export const neutral: Point = { x: 0n, y: 1n };
export const B: Point = decodePoint(encodeInteger(modulo(4n * inverse(5n))))!;

/** The residue of a in [0, m). */
export function modulo(a: bigint, m = p): bigint {
  const rest = a % m;
  return rest < 0n ? rest + m : rest;
}

export function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = modulo(base);
  for (let bits = exponent; bits > 0n; bits >>= 1n) {
    if (bits & 1n) result = modulo(result * square);
    square = modulo(square * square);
  }
  return result;
}

export function inverse(a: bigint): bigint {
  return power(a, p - 2n);
}

export function add(a: Point, b: Point): Point {
  return toAffine(addExtended(toExtended(a), toExtended(b)));
}

export function negate(a: Point): Point {
  return { x: modulo(-a.x), y: a.y };
}

export function multiply(a: Point, scalar: bigint): Point {
  let result = toExtended(neutral);
  let doubled = toExtended(a);
  for (let bits = scalar; bits > 0n; bits >>= 1n) {
    if (bits & 1n) result = addExtended(result, doubled);
    doubled = addExtended(doubled, doubled);
  }
  return toAffine(result);
}

/** x = X / Z, y = Y / Z, x y = T / Z. */
type Extended = readonly [X: bigint, Y: bigint, Z: bigint, T: bigint];

/** The complete addition of section 5.1.4. */
function addExtended([X1, Y1, Z1, T1]: Extended, [X2, Y2, Z2, T2]: Extended): Extended {
  const A = (Y1 - X1) * (Y2 - X2);
  const B = (Y1 + X1) * (Y2 + X2);
  const C = modulo(2n * d * T1) * T2;
  const D = 2n * Z1 * Z2;
  const [E, F, G, H] = [B - A, D - C, D + C, B + A].map((value) => modulo(value)) as [bigint, bigint, bigint, bigint];
  return [modulo(E * F), modulo(G * H), modulo(F * G), modulo(E * H)];
}

function toExtended({ x, y }: Point): Extended {
  return [x, y, 1n, modulo(x * y)];
}

function toAffine([X, Y, Z]: Extended): Point {
  const reciprocal = inverse(Z);
  return { x: modulo(X * reciprocal), y: modulo(Y * reciprocal) };
}

export function isNeutral(a: Point): boolean {
  return a.x === 0n && a.y === 1n;
}

/** The point with this y and the wished lowest bit of x, if y² - 1 over d y² + 1 is a square. */
export function pointAt(y: bigint, sign: bigint): Point | undefined {
  const square = modulo((y * y - 1n) * inverse(d * y * y + 1n));
  let x = power(square, (p + 3n) / 8n);
  if (modulo(x * x) !== square) x = modulo(x * rootOfMinusOne);
  if (modulo(x * x) !== square) return undefined;
  return { x: (x & 1n) === sign ? x : modulo(-x), y };
}

/** The strict decoding: undefined for y >= p, for no point, and for x = 0 with a sign. */
export function decodePoint(encoded: Uint8Array): Point | undefined {
  const bits = decodeInteger(encoded);
  const y = bits & (2n ** 255n - 1n);
  const sign = bits >> 255n;
  if (y >= p) return undefined;
  const point = pointAt(y, sign);
  return point && (point.x & 1n) === sign ? point : undefined;
}

/** Decoding without the checks of canonical form: y modulo p, and a sign on x = 0 means nothing. */
export function decodePointLeniently(encoded: Uint8Array): Point | undefined {
  const bits = decodeInteger(encoded);
  return pointAt(modulo(bits & (2n ** 255n - 1n)), bits >> 255n);
}

export function encodePoint(point: Point): Buffer {
  return encodeInteger(point.y | ((point.x & 1n) << 255n));
}

/** Little-endian. */
export function encodeInteger(value: bigint, length = 32): Buffer {
  const bytes = Buffer.alloc(length);
  for (let i = 0; i < length; i++) bytes[i] = Number((value >> BigInt(8 * i)) & 255n);
  return bytes;
}

/** Little-endian. */
export function decodeInteger(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

/** k of a signature: SHA-512(R || A || M) modulo L. */
export function challenge(R: Uint8Array, A: Uint8Array, message: Uint8Array): bigint {
  const digest = createHash("sha512").update(R).update(A).update(message).digest();
  return modulo(decodeInteger(digest), L);
}

/** Whether S B = R + k A, the bare equation without the cofactor, with the points in whatever encoding. */
export function equationHolds(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const encodedR = signature.subarray(0, 32);
  const R = decodePointLeniently(encodedR);
  const A = decodePointLeniently(key);
  if (!R || !A) return false;
  const left = multiply(B, decodeInteger(signature.subarray(32)));
  const right = add(R, multiply(A, challenge(encodedR, key, message)));
  return left.x === right.x && left.y === right.y;
}

/** The eight points whose order divides 8: the multiples of L Q, for the first Q that makes them all different. */
export function pointsOfSmallOrder(): Point[] {
  for (let y = 2n; ; y++) {
    const candidate = pointAt(y, 0n);
    if (!candidate) continue;
    const generator = multiply(candidate, L);
    if (!isNeutral(multiply(generator, 4n))) return Array.from({ length: 8 }, (_, i) => multiply(generator, BigInt(i)));
  }
}
