import { createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { compileAssembly } from "../../../workshop/gate/compile-assembly.ts";
import {
  add,
  B,
  challenge,
  decodeInteger,
  decodePoint,
  encodeInteger,
  encodePoint,
  equationHolds,
  isNeutral,
  L,
  modulo,
  multiply,
  negate,
  neutral,
  p,
  pointsOfSmallOrder,
} from "./edwards25519.ts";

interface Ed25519Exports {
  readonly PREPARED_KEY_BYTES: { readonly value: number };
  prepareKey(encoded: number, prepared: number): number;
  verify(prepared: number, message: number, messageLength: number, signature: number): number;
}

type Verdict = "valid" | "invalid" | "bad key";

const { exports: ed25519, memory } = await compileAssembly<Ed25519Exports>("crypto/ed25519/verify.ts");
const preparedBytes = ed25519.PREPARED_KEY_BYTES.value;
const smallOrder = pointsOfSmallOrder();

function gateVerdict(key: Uint8Array, message: Uint8Array, signature: Uint8Array): Verdict {
  memory.clear();
  const [messageAt, signatureAt, keyAt] = [message, signature, key].map((bytes) => memory.place(bytes)) as [
    number,
    number,
    number,
  ];
  const prepared = memory.reserve(preparedBytes);
  if (!ed25519.prepareKey(keyAt, prepared)) return "bad key";
  return ed25519.verify(prepared, messageAt, message.length, signatureAt) ? "valid" : "invalid";
}

/** OpenSSL's verdict, through node:crypto. */
function nodeVerdict(key: Uint8Array, message: Uint8Array, signature: Uint8Array): Verdict {
  return verify(null, message, nodeKey(key), signature) ? "valid" : "invalid";
}

function nodeKey(key: Uint8Array): KeyObject {
  return createPublicKey({
    key: { kty: "OKP", crv: "Ed25519", x: Buffer.from(key).toString("base64url") },
    format: "jwk",
  });
}

function newKey(): { key: Buffer; sign: (message: Uint8Array) => Buffer } {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  return {
    key: Buffer.from(publicKey.export({ format: "jwk" }).x!, "base64url"),
    sign: (message) => sign(null, message, privateKey),
  };
}

/** A signature with this R for the secret scalar a, whatever point the key really is: S = r + k a. */
function signatureOf(R: Uint8Array, r: bigint, key: Uint8Array, a: bigint, message: Uint8Array): Buffer {
  return Buffer.concat([R, encodeInteger(modulo(r + challenge(R, key, message) * a, L))]);
}

function flipBit(bytes: Uint8Array, bit: number): Buffer {
  const flipped = Buffer.from(bytes);
  flipped[bit >> 3]! ^= 1 << (bit & 7);
  return flipped;
}

const withSignBit = (encoded: Uint8Array) => flipBit(encoded, 255);
const scalars = fc.bigInt({ min: 1n, max: L - 1n });
const messages = fc.uint8Array({ maxLength: 2048 });
const signer = newKey();

test("what node:crypto signs is valid, for any message and key", () => {
  fc.assert(
    fc.property(messages, (message) => {
      const { key, sign } = newKey();
      expect(gateVerdict(key, message, sign(message))).toBe("valid");
    }),
    { numRuns: 200 },
  );
});

test("messages of every length around the hash's block boundaries are verified", () => {
  for (let length = 0; length <= 270; length++) {
    const message = Buffer.alloc(length, 7);
    expect(gateVerdict(signer.key, message, signer.sign(message)), `${length} bytes`).toBe("valid");
  }
});

test("a signature with any one bit changed is invalid", () => {
  const message = Buffer.from("message");
  const signature = signer.sign(message);
  for (let bit = 0; bit < 512; bit++) {
    expect(gateVerdict(signer.key, message, flipBit(signature, bit)), `bit ${bit}`).toBe("invalid");
  }
});

test("a message with a bit changed, a byte more or a byte less makes the signature invalid", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 2048 }), fc.nat(), (message, position) => {
      const signature = signer.sign(message);
      const altered = [
        flipBit(message, position % (8 * message.length)),
        message.subarray(1),
        Buffer.concat([message, Buffer.of(0)]),
      ];
      expect(altered.map((other) => gateVerdict(signer.key, other, signature))).toEqual([
        "invalid",
        "invalid",
        "invalid",
      ]);
    }),
    { numRuns: 100 },
  );
});

test("a key with any one bit changed verifies nothing", () => {
  const message = Buffer.from("message");
  const signature = signer.sign(message);
  for (let bit = 0; bit < 256; bit++) {
    expect(gateVerdict(flipBit(signer.key, bit), message, signature), `bit ${bit}`).not.toBe("valid");
  }
});

test("32 random bytes are a key exactly if they encode a point of large order", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (key) => {
      const expected = decodePoint(key) ? "invalid" : "bad key";
      expect(gateVerdict(key, Buffer.alloc(0), Buffer.alloc(64))).toBe(expected);
    }),
    { numRuns: 300 },
  );
});

test("random bytes as a signature get the verdict of node:crypto", () => {
  const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
  fc.assert(
    fc.property(scalars, messages, bytes(64), (a, message, signature) => {
      const key = encodePoint(multiply(B, a));
      expect(gateVerdict(key, message, signature)).toBe(nodeVerdict(key, message, signature));
    }),
    { numRuns: 30 },
  );
});

test("S + n L, for all n that fit 32 bytes, is invalid as it is in node:crypto", () => {
  const message = Buffer.from("message");
  const signature = signer.sign(message);
  const S = decodeInteger(signature.subarray(32));
  for (let n = 1n; S + n * L < 2n ** 256n; n++) {
    const malleated = Buffer.concat([signature.subarray(0, 32), encodeInteger(S + n * L)]);
    expect([gateVerdict, nodeVerdict].map((verdict) => verdict(signer.key, message, malleated))).toEqual([
      "invalid",
      "invalid",
    ]);
  }
});

test("a signature by a key of mixed order is judged by the equation without the cofactor, as in node:crypto", () => {
  fc.assert(
    fc.property(scalars, scalars, fc.integer({ min: 1, max: 7 }), messages, (a, r, torsion, message) => {
      const T = smallOrder[torsion]!;
      const key = encodePoint(add(multiply(B, a), T));
      const R = encodePoint(multiply(B, r));
      const signature = signatureOf(R, r, key, a, message);
      const verdict = gateVerdict(key, message, signature);
      expect(verdict).toBe(isNeutral(multiply(T, challenge(R, key, message))) ? "valid" : "invalid");
      expect(verdict).toBe(nodeVerdict(key, message, signature));
    }),
    { numRuns: 60 },
  );
});

test("an R of mixed order is valid only where the key's own part of small order makes up for it, as in node:crypto", () => {
  const [a, r] = [1234567n, 7654321n];
  const T = smallOrder[1]!;
  const key = encodePoint(add(multiply(B, a), T));
  const verdicts = new Map<Verdict, number>();
  for (let i = 0; i < 32; i++) {
    const message = Buffer.of(i);
    const R = encodePoint(add(multiply(B, r), smallOrder[3]!));
    const signature = signatureOf(R, r, key, a, message);
    const verdict = gateVerdict(key, message, signature);
    expect(verdict).toBe(nodeVerdict(key, message, signature));
    const remainder = add(smallOrder[3]!, multiply(T, challenge(R, key, message)));
    expect(verdict).toBe(isNeutral(remainder) ? "valid" : "invalid");
    verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
  }
  expect([...verdicts.keys()].toSorted()).toEqual(["invalid", "valid"]);
});

test("a signature by an honest key with an R of mixed order is invalid, though a verifier with the cofactor takes it", () => {
  const [a, r] = [1234567n, 7654321n];
  const key = encodePoint(multiply(B, a));
  for (const T of smallOrder.slice(1)) {
    const signature = signatureOf(encodePoint(add(multiply(B, r), T)), r, key, a, Buffer.alloc(3));
    expect(gateVerdict(key, Buffer.alloc(3), signature)).toBe("invalid");
    expect(nodeVerdict(key, Buffer.alloc(3), signature)).toBe("invalid");
  }
});

test("the negative of the key, or of R, verifies nothing", () => {
  const message = Buffer.from("message");
  const signature = signer.sign(message);
  expect(gateVerdict(encodePoint(negate(decodePoint(signer.key)!)), message, signature)).toBe("invalid");
  const negated = Buffer.concat([withSignBit(signature.subarray(0, 32)), signature.subarray(32)]);
  expect(gateVerdict(signer.key, message, negated)).toBe("invalid");
});

// OpenSSL takes the points of the next five tests, and node:crypto did until it began to refuse those of small order by a
// list. That the points are the reason, and not the equation, is therefore shown with the bare equation.

test("stricter than OpenSSL: a key of small order is refused, under which one signature fits many messages", () => {
  const messages = Array.from({ length: 64 }, (_, i) => Buffer.of(i));
  const signature = Buffer.concat([encodePoint(multiply(B, 5n)), encodeInteger(5n)]);
  for (const T of smallOrder) {
    const key = encodePoint(T);
    expect(messages.some((message) => equationHolds(key, message, signature))).toBe(true);
    expect(gateVerdict(key, messages[0]!, signature)).toBe("bad key");
  }
});

test("stricter than OpenSSL: the neutral R is refused, also under an honest key", () => {
  const message = Buffer.from("message");
  const a = 424242n;
  const key = encodePoint(multiply(B, a));
  const signature = signatureOf(encodePoint(neutral), 0n, key, a, message);
  expect(equationHolds(key, message, signature)).toBe(true);
  expect(gateVerdict(key, message, signature)).toBe("invalid");
});

test("stricter than OpenSSL: every R of small order is refused, though a key of mixed order makes the equation hold", () => {
  const a = 424242n;
  const key = encodePoint(add(multiply(B, a), smallOrder[1]!));
  for (const T of smallOrder) {
    const R = encodePoint(T);
    const message = Array.from({ length: 256 }, (_, i) => Buffer.of(i)).find((candidate) =>
      equationHolds(key, candidate, signatureOf(R, 0n, key, a, candidate)),
    )!;
    expect(gateVerdict(key, message, signatureOf(R, 0n, key, a, message))).toBe("invalid");
  }
});

test("stricter than OpenSSL: a key encoded with y >= p is refused, with either sign", () => {
  for (let y = p; y < 2n ** 255n; y++) {
    for (const key of [encodeInteger(y), withSignBit(encodeInteger(y))]) {
      expect(gateVerdict(key, Buffer.alloc(0), Buffer.alloc(64)), `p + ${y - p}`).toBe("bad key");
    }
  }
});

test("stricter than OpenSSL: a key with x = 0 and the sign of an odd x is refused", () => {
  for (const y of [1n, p - 1n]) {
    expect(gateVerdict(withSignBit(encodeInteger(y)), Buffer.alloc(0), Buffer.alloc(64))).toBe("bad key");
  }
});

test("an R in another encoding of the right point is invalid, as in node:crypto", () => {
  const a = 424242n;
  const key = encodePoint(multiply(B, a));
  // Only 19 values of y have a second encoding, and of their points the neutral one alone has a known logarithm.
  for (const R of [encodeInteger(p + 1n), withSignBit(encodeInteger(1n)), withSignBit(encodeInteger(p + 1n))]) {
    const signature = signatureOf(R, 0n, key, a, Buffer.alloc(0));
    expect([gateVerdict, nodeVerdict].map((verdict) => verdict(key, Buffer.alloc(0), signature))).toEqual([
      "invalid",
      "invalid",
    ]);
  }
});

test("y values that are on no point are no keys", () => {
  for (let y = 0n; y < 64n; y++) {
    const key = encodeInteger(y);
    const point = decodePoint(key);
    const usable = point !== undefined && !isNeutral(multiply(point, 8n));
    expect(gateVerdict(key, Buffer.alloc(0), Buffer.alloc(64)), `y = ${y}`).toBe(usable ? "invalid" : "bad key");
  }
});

test("memory of a refused key, or none that was prepared, verifies nothing", () => {
  memory.clear();
  const prepared = memory.reserve(preparedBytes);
  const signature = memory.place(Buffer.alloc(64));
  memory.bytes.fill(0, prepared, prepared + preparedBytes);
  expect(ed25519.verify(prepared, signature, 0, signature)).toBe(0);
  expect(ed25519.prepareKey(memory.place(encodePoint(neutral)), prepared)).toBe(0);
  expect(ed25519.verify(prepared, signature, 0, signature)).toBe(0);
});

test("keys prepared side by side, at odd addresses, verify their own signatures only", () => {
  memory.clear();
  const signers = [newKey(), newKey(), newKey()];
  const message = Buffer.from("message");
  const messageAt = memory.place(message);
  const prepared = signers.map(({ key }) => {
    const at = memory.reserve(preparedBytes + 1);
    expect(ed25519.prepareKey(memory.place(key), at)).toBe(1);
    return at;
  });
  const verdicts = signers.map(({ sign }) => {
    const signature = memory.place(sign(message));
    return prepared.map((key) => ed25519.verify(key, messageAt, message.length, signature));
  });
  expect(verdicts).toEqual([
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ]);
});

test("a negative message length counts as an empty message", () => {
  memory.clear();
  const signature = memory.place(signer.sign(Buffer.alloc(0)));
  const prepared = memory.reserve(preparedBytes);
  ed25519.prepareKey(memory.place(signer.key), prepared);
  expect(ed25519.verify(prepared, 0, -1, signature)).toBe(1);
});
