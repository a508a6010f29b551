import fc from "fast-check";
import { expect, test } from "vitest";
import { compileAssembly } from "../../../workshop/gate/compile-assembly.ts";
import { decodeInteger, encodeInteger, L } from "./edwards25519.ts";

interface ScalarExports {
  reduce(scalar: number, wide: number): void;
  recode(digits: number, scalar: number, width: number): void;
}

const { exports: scalar, memory } = await compileAssembly<ScalarExports>("crypto/ed25519/scalar.ts");

function reduce(wide: bigint): bigint {
  memory.clear();
  const at = memory.place(encodeInteger(wide, 64));
  const out = memory.reserve(32);
  scalar.reduce(out, at);
  return decodeInteger(memory.read(out, 32));
}

const near = (value: bigint) => [-2n, -1n, 0n, 1n, 2n].map((distance) => value + distance);

test("512 bits are reduced modulo L", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 512n - 1n }), (wide) => {
      expect(reduce(wide)).toBe(wide % L);
    }),
    { numRuns: 2000 },
  );
});

test("integers of any size, next to powers of two and to multiples of L, are reduced modulo L", () => {
  const powers = Array.from({ length: 512 }, (_, bits) => near(1n << BigInt(bits))).flat();
  const multiples = Array.from({ length: 260 }, (_, bits) => near(L << BigInt(bits))).flat();
  const largest = near((2n ** 512n / L) * L).concat(2n ** 512n - 1n);
  for (const wide of [...powers, ...multiples, ...largest]) {
    if (wide >= 0n && wide < 2n ** 512n) expect(reduce(wide), `${wide}`).toBe(wide % L);
  }
});

test("digits add up to the scalar, are odd or zero, small, and apart by the width", () => {
  const scalars = fc.oneof(
    fc.bigInt({ min: 0n, max: L - 1n }),
    fc.constantFrom(0n, 1n, L - 1n, 2n ** 252n - 1n, 2n ** 252n, 2n ** 253n - 1n),
  );
  fc.assert(
    fc.property(scalars, fc.integer({ min: 2, max: 8 }), (value, width) => {
      memory.clear();
      const at = memory.place(encodeInteger(value));
      const out = memory.reserve(256);
      scalar.recode(out, at, width);
      const digits = Array.from({ length: 256 }, (_, i) => memory.bytes.readInt8(out + i));
      const positions = digits.flatMap((digit, i) => (digit === 0 ? [] : [i]));
      expect(digits.reduce((sum, digit, i) => sum + (BigInt(digit) << BigInt(i)), 0n)).toBe(value);
      expect(positions.every((i) => digits[i]! % 2 !== 0 && Math.abs(digits[i]!) < 2 ** (width - 1))).toBe(true);
      expect(positions.every((position, i) => i === 0 || position - positions[i - 1]! >= width)).toBe(true);
    }),
    { numRuns: 1000 },
  );
});
