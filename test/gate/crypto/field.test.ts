import fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import { compileAssembly } from "../../../workshop/gate/compile-assembly.ts";
import { decodeInteger, encodeInteger, modulo, p, power } from "./edwards25519.ts";

interface FieldExports {
  add(out: number, a: number, b: number): void;
  subtract(out: number, a: number, b: number): void;
  multiply(out: number, a: number, b: number): void;
  square(out: number, a: number): void;
  invert(out: number, a: number): void;
  powerForRoot(out: number, a: number): void;
  fromBytes(out: number, encoded: number): void;
  toBytes(encoded: number, a: number): void;
}

const { exports: field, memory } = await compileAssembly<FieldExports>("crypto/ed25519/field.ts");
const weights = [0n, 26n, 51n, 77n, 102n, 128n, 153n, 179n, 204n, 230n].map((bits) => 1n << bits);

/** Limbs as large as an operand may have them: 28 bits and a sign where the index is even, 27 where it is odd. */
const operand = fc.tuple(
  ...weights.map((_, i) => {
    const limit = i % 2 === 0 ? 2 ** 28 : 2 ** 27;
    return fc.oneof(fc.integer({ min: -limit, max: limit }), fc.constantFrom(-limit, limit));
  }),
);

const encoded = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 255n - 1n }),
  fc.bigInt({ min: p - 40n, max: 2n ** 255n - 1n }),
  fc.bigInt({ min: 0n, max: 40n }),
);

const elementOf = (limbs: readonly number[]) =>
  modulo(limbs.reduce((sum, limb, i) => sum + BigInt(limb) * weights[i]!, 0n));
const place = (limbs: readonly number[]) => memory.place(Buffer.from(Int32Array.from(limbs).buffer));
const limbsAt = (at: number) => Array.from({ length: 10 }, (_, i) => memory.bytes.readInt32LE(at + 4 * i));

/** The canonical integer of an element, as the code under test encodes it. */
function encodingOf(at: number): bigint {
  const out = memory.reserve(32);
  field.toBytes(out, at);
  return decodeInteger(memory.read(out, 32));
}

beforeEach(() => memory.clear());

test("a product and a square of the largest limbs are right and have small limbs again", () => {
  fc.assert(
    fc.property(operand, operand, (a, b) => {
      memory.clear();
      const out = memory.reserve(40);
      const [left, right] = [place(a), place(b)];
      const expectProduct = (value: bigint) => {
        expect(encodingOf(out)).toBe(value);
        const limbs = limbsAt(out);
        expect(limbs.every((limb, i) => limb >= -(2 ** 17) && limb < (i % 2 === 0 ? 2 ** 26 : 2 ** 25 + 2 ** 17))).toBe(
          true,
        );
      };
      field.multiply(out, left, right);
      expectProduct(modulo(elementOf(a) * elementOf(b)));
      field.square(out, left);
      expectProduct(modulo(elementOf(a) ** 2n));
    }),
    { numRuns: 1000 },
  );
});

test("an element is encoded as the one integer below p, however its limbs are spread", () => {
  fc.assert(
    fc.property(operand, (a) => {
      memory.clear();
      expect(encodingOf(place(a))).toBe(elementOf(a));
    }),
    { numRuns: 1000 },
  );
});

test("an element next to any multiple of 2^255 is encoded below p", () => {
  for (let multiple = -4; multiple <= 4; multiple++) {
    for (let distance = -200; distance <= 200; distance++) {
      memory.clear();
      const limbs = [distance, 0, 0, 0, 0, 0, 0, 0, 0, multiple * 2 ** 25];
      expect(encodingOf(place(limbs)), `${multiple} 2^255 + ${distance}`).toBe(elementOf(limbs));
    }
  }
});

test("every integer below 2^255 is decoded, those from p on too, and the highest bit is ignored", () => {
  fc.assert(
    fc.property(encoded, fc.boolean(), (value, highestBit) => {
      memory.clear();
      const out = memory.reserve(40);
      field.fromBytes(out, memory.place(encodeInteger(highestBit ? value | (1n << 255n) : value)));
      expect(elementOf(limbsAt(out))).toBe(modulo(value));
      expect(encodingOf(out)).toBe(modulo(value));
    }),
    { numRuns: 1000 },
  );
});

test("sums and differences are right", () => {
  fc.assert(
    fc.property(operand, operand, (a, b) => {
      memory.clear();
      const out = memory.reserve(40);
      field.add(out, place(a), place(b));
      expect(elementOf(limbsAt(out))).toBe(modulo(elementOf(a) + elementOf(b)));
      field.subtract(out, place(a), place(b));
      expect(elementOf(limbsAt(out))).toBe(modulo(elementOf(a) - elementOf(b)));
    }),
  );
});

test("a result may take the place of an operand", () => {
  fc.assert(
    fc.property(operand, operand, (a, b) => {
      memory.clear();
      const left = place(a);
      const right = place(b);
      field.multiply(left, left, right);
      expect(encodingOf(left)).toBe(modulo(elementOf(a) * elementOf(b)));
      field.multiply(right, left, right);
      expect(encodingOf(right)).toBe(modulo(elementOf(a) * elementOf(b) ** 2n));
      field.square(left, left);
      expect(encodingOf(left)).toBe(modulo((elementOf(a) * elementOf(b)) ** 2n));
    }),
  );
});

test("the inverse and the power for a root are the powers that Fermat's theorem asks for", () => {
  fc.assert(
    fc.property(operand, (a) => {
      memory.clear();
      const out = memory.reserve(40);
      const at = place(a);
      field.invert(out, at);
      expect(encodingOf(out)).toBe(power(elementOf(a), p - 2n));
      field.powerForRoot(out, at);
      expect(encodingOf(out)).toBe(power(elementOf(a), (p - 5n) / 8n));
    }),
  );
});

test("zero in any of its forms has the inverse zero", () => {
  for (const zero of [0n, p]) {
    const out = memory.reserve(40);
    field.fromBytes(out, memory.place(encodeInteger(zero)));
    field.invert(out, out);
    expect(encodingOf(out)).toBe(0n);
  }
});
