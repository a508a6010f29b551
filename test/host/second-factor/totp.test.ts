import fc from "fast-check";
import { Secret, TOTP, URI } from "otpauth";
import { describe, expect, test } from "vitest";
import { base32 } from "../../../host/features/second-factor/totp/base32.ts";
import type { TotpAlgorithm } from "../../../host/features/second-factor/totp/store.ts";
import { matchingStep, totpCode, totpUri } from "../../../host/features/second-factor/totp/totp.ts";

/** RFC 6238, appendix B: the secret is the digits over and over, as long as the hash. */
const vectors: readonly (readonly [time: number, sha1: string, sha256: string, sha512: string])[] = [
  [59, "94287082", "46119246", "90693936"],
  [1111111109, "07081804", "68084774", "25091201"],
  [1111111111, "14050471", "67062674", "99943326"],
  [1234567890, "89005924", "91819424", "93441116"],
  [2000000000, "69279037", "90698825", "38618901"],
  [20000000000, "65353130", "77737706", "47863826"],
];
const lengths = { SHA1: 20, SHA256: 32, SHA512: 64 };

describe("time-based one-time passwords", () => {
  test.each(vectors)("are those of RFC 6238 at %i s", (time, ...codes) => {
    const computed = Object.entries(lengths).map(([algorithm, length]) =>
      totpCode(Buffer.from("1234567890".repeat(7).slice(0, length)), Math.floor(time / 30), {
        algorithm: algorithm as TotpAlgorithm,
        digits: 8,
        period: 30,
      }),
    );
    expect(computed).toEqual(codes);
  });

  test("are those of another implementation, whatever the secret, the time and the parameters", () => {
    const arbitrary = fc.record({
      bytes: fc.uint8Array({ minLength: 20, maxLength: 64 }),
      time: fc.integer({ min: 0, max: 4_000_000_000 }),
      algorithm: fc.constantFrom<TotpAlgorithm>("SHA1", "SHA256", "SHA512"),
      digits: fc.constantFrom(6, 8),
      period: fc.integer({ min: 15, max: 300 }),
    });
    fc.assert(
      fc.property(arbitrary, ({ bytes, time, algorithm, digits, period }) => {
        const parameters = { algorithm, digits, period };
        const other = new TOTP({ ...parameters, secret: new Secret({ buffer: new Uint8Array(bytes).buffer }) });
        expect(totpCode(bytes, Math.floor(time / period), parameters)).toBe(other.generate({ timestamp: time * 1000 }));
        const read = URI.parse(totpUri(bytes, "Zerohop", "alice", parameters)) as TOTP;
        expect(read).toMatchObject({ ...parameters, issuer: "Zerohop", label: "alice" });
        expect([...new Uint8Array(read.secret.buffer)]).toEqual([...bytes]);
      }),
    );
  });

  test("name any account in their address without breaking it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (account) => {
        const uri = totpUri(Buffer.alloc(20), "A & B", account, { algorithm: "SHA1", digits: 6, period: 30 });
        const { pathname, searchParams } = new URL(uri);
        expect(decodeURIComponent(pathname)).toContain(account);
        expect(searchParams.get("issuer")).toBe("A & B");
      }),
    );
  });

  const secret = Buffer.from("12345678901234567890");
  const parameters = { algorithm: "SHA1", digits: 6, period: 30 } as const;
  const now = 1_790_000_010;
  const step = Math.floor(now / 30);
  const match = (offset: number, skew: number, lastStep = -1) =>
    matchingStep(secret, { code: totpCode(secret, step + offset, parameters), now, skew, lastStep }, parameters);

  test("are accepted as far from the current one as the skew allows, and no further", () => {
    expect([-2, -1, 0, 1, 2].map((offset) => match(offset, 1))).toEqual([
      undefined,
      step - 1,
      step,
      step + 1,
      undefined,
    ]);
    expect([-1, 0, 1].map((offset) => match(offset, 0))).toEqual([undefined, step, undefined]);
  });

  test("are not accepted of a step that was used, nor of one before it", () => {
    expect([-1, 0, 1].map((offset) => match(offset, 1, step))).toEqual([undefined, undefined, step + 1]);
  });

  test.each(["", "1", "12345", "1234567", "abcdef", "１２３４５６", "12345\0", "-12345", "1e5000"])(
    "are not %j",
    (code) => {
      expect(matchingStep(secret, { code, now, skew: 1, lastStep: -1 }, parameters)).toBeUndefined();
    },
  );

  test("of a base32 secret are spelled as RFC 4648 has it", () => {
    const spelled = ["", "f", "fo", "foo", "foob", "fooba", "foobar"].map((text) => base32(Buffer.from(text)));
    expect(spelled).toEqual(["", "MY", "MZXQ", "MZXW6", "MZXW6YQ", "MZXW6YTB", "MZXW6YTBOI"]);
  });
});
