import fc from "fast-check";
import { expect, test } from "vitest";
import { compileAssembly } from "../../../workshop/gate/compile-assembly.ts";
import {
  add,
  B,
  decodePoint,
  encodeInteger,
  encodePoint,
  L,
  multiply,
  negate,
  p,
  pointsOfSmallOrder,
} from "./edwards25519.ts";

interface PointExports {
  readonly ADDEND_BYTES: { readonly value: number };
  decode(encoded: number): number;
  encode(encoded: number): void;
  double(): void;
  storeAddend(addend: number): void;
  addTo(addend: number, subtracting: number): void;
  isOfSmallOrder(): number;
}

const { exports: point, memory } = await compileAssembly<PointExports>("crypto/ed25519/point.ts");
const smallOrder = pointsOfSmallOrder();

const points = fc
  .tuple(fc.bigInt({ min: 0n, max: L - 1n }), fc.nat({ max: 7 }))
  .map(([scalar, torsion]) => add(multiply(B, scalar), smallOrder[torsion]!));

function decode(encoded: Uint8Array): boolean {
  memory.clear();
  return point.decode(memory.place(encoded)) === 1;
}

function encode(): Buffer {
  const out = memory.reserve(32);
  point.encode(out);
  return memory.read(out, 32);
}

test("exactly the canonical encodings of points are decoded, and encode to the same bytes", () => {
  const nearZeroAndP = Array.from({ length: 40 }, (_, i) => [BigInt(i), p - 20n + BigInt(i)]).flat();
  const encodings = nearZeroAndP
    .filter((y) => y < 2n ** 255n)
    .flatMap((y) => [encodeInteger(y), encodeInteger(y | (1n << 255n))]);
  const check = (encoded: Uint8Array) => {
    expect(decode(encoded)).toBe(decodePoint(encoded) !== undefined);
    if (decodePoint(encoded)) expect(encode()).toEqual(Buffer.from(encoded));
  };
  for (const encoded of encodings) check(encoded);
  fc.assert(fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), check), { numRuns: 200 });
});

test("any two points are added, subtracted and doubled, equal, opposite and neutral ones too", () => {
  const check = (a: Parameters<typeof add>[0], b: typeof a) => {
    decode(encodePoint(b));
    const addend = memory.reserve(point.ADDEND_BYTES.value);
    point.storeAddend(addend);
    const after = (operation: () => void) => {
      point.decode(memory.place(encodePoint(a)));
      operation();
      return encode();
    };
    expect(after(() => point.addTo(addend, 0))).toEqual(encodePoint(add(a, b)));
    expect(after(() => point.addTo(addend, 1))).toEqual(encodePoint(add(a, negate(b))));
    expect(after(() => point.double())).toEqual(encodePoint(add(a, a)));
  };
  for (const a of smallOrder) for (const b of [...smallOrder, B]) check(a, b);
  fc.assert(
    fc.property(points, points, (a, b) => {
      check(a, b);
      check(a, a);
      check(a, negate(a));
    }),
    { numRuns: 50 },
  );
});

test("the eight points of small order, and no others, are told as such", () => {
  for (const T of smallOrder) {
    expect(decode(encodePoint(T)) && point.isOfSmallOrder()).toBe(1);
    expect(decode(encodePoint(add(B, T))) && point.isOfSmallOrder()).toBe(0);
  }
});
