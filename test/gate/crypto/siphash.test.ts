import fc from "fast-check";
import { expect, test } from "vitest";
import { compileAssembly } from "../../../workshop/gate/compile-assembly.ts";

interface SipHashExports {
  siphash(key: number, at: number, length: number): bigint;
}

const { exports, memory } = await compileAssembly<SipHashExports>("crypto/siphash.ts");

function siphash(key: Uint8Array, message: Uint8Array): bigint {
  memory.clear();
  const at = memory.place(message);
  return BigInt.asUintN(64, exports.siphash(memory.place(key), at, message.length));
}

/** SipHash-2-4 in BigInt, as the paper's section 2 describes it, or the first half of its variant with 128 bits. */
function reference(key: Uint8Array, message: Uint8Array, bits: 64 | 128): bigint {
  const word = (bytes: Uint8Array, at: number) => Buffer.from(bytes).readBigUInt64LE(at);
  const rotate = (value: bigint, bits: bigint) => BigInt.asUintN(64, (value << bits) | (value >> (64n - bits)));
  const [k0, k1] = [word(key, 0), word(key, 8)];
  const constants = Buffer.from("somepseudorandomlygeneratedbytes");
  let [v0, v1, v2, v3] = [k0, k1, k0, k1].map((k, i) => k ^ constants.readBigUInt64BE(8 * i)) as [
    bigint,
    bigint,
    bigint,
    bigint,
  ];
  if (bits === 128) v1 ^= 0xeen;
  const rounds = (count: number) => {
    for (let i = 0; i < count; i++) {
      v0 = BigInt.asUintN(64, v0 + v1);
      v2 = BigInt.asUintN(64, v2 + v3);
      v1 = rotate(v1, 13n) ^ v0;
      v3 = rotate(v3, 16n) ^ v2;
      v0 = rotate(v0, 32n);
      v2 = BigInt.asUintN(64, v2 + v1);
      v0 = BigInt.asUintN(64, v0 + v3);
      v1 = rotate(v1, 17n) ^ v2;
      v3 = rotate(v3, 21n) ^ v0;
      v2 = rotate(v2, 32n);
    }
  };
  const padded = Buffer.alloc((message.length & ~7) + 8);
  padded.set(message);
  padded[padded.length - 1] = message.length & 255;
  for (let at = 0; at < padded.length; at += 8) {
    v3 ^= word(padded, at);
    rounds(2);
    v0 ^= word(padded, at);
  }
  v2 ^= bits === 128 ? 0xeen : 0xffn;
  rounds(4);
  return v0 ^ v1 ^ v2 ^ v3;
}

test("the reference gives the SipHash-2-4 value of the paper's appendix A", () => {
  const counting = (length: number) => Uint8Array.from({ length }, (_, i) => i);
  expect(reference(counting(16), counting(15), 64)).toBe(0xa129ca6149be45e5n);
});

test("every key and message hash as in SipHash-2-4 of 128 bits", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.uint8Array({ maxLength: 600 }), (key, message) => {
      expect(siphash(key, message)).toBe(reference(key, message, 128));
    }),
    { numRuns: 1000 },
  );
});

test("a negative length is answered too", () => {
  expect(typeof exports.siphash(memory.place(Buffer.alloc(16)), 0, -1)).toBe("bigint");
});
