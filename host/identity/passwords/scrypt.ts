// Scrypt hashes (RFC 7914) in passlib's form, which Authelia has too: `$scrypt$ln=16,r=8,p=1$SALT$KEY`.
import { type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";
import { inLimits, numbersIn, type ParsedHash, UnverifiableHash, unpaddedBase64 } from "./hash-encoding.ts";

const limits = {
  ln: [1, 20],
  r: [1, 32],
  p: [1, 16],
  /** N times r times p: a few seconds. */
  work: 2 ** 23,
  /** N times r, of 128 bytes each: 512 MiB. */
  memory: 2 ** 22,
  salt: [8, 1024],
  key: [16, 128],
} as const;

/** What a parameter is that the text leaves out, as Authelia has it. */
const defaults = { ln: 16, r: 8, p: 1 };

/** Throws an Error that says what is wrong, without the hash. */
export function parseScrypt(text: string): ParsedHash {
  const match = /^\$scrypt\$([a-z0-9=,]*)\$([A-Za-z0-9+/.]+)\$([A-Za-z0-9+/.]+)$/.exec(text);
  const parameters = match && numbersIn(match[1]!, defaults);
  if (!parameters) throw new Error("is not a scrypt hash of the form $scrypt$ln=16,r=8,p=1$SALT$KEY");
  const { ln, r, p } = parameters;
  const salt = unpaddedBase64(match[2]!);
  const key = unpaddedBase64(match[3]!);
  inLimits("ln", ln, limits.ln);
  inLimits("r", r, limits.r);
  inLimits("p", p, limits.p);
  inLimits("salt (bytes)", salt.length, limits.salt);
  inLimits("key (bytes)", key.length, limits.key);
  const N = 2 ** ln;
  if (N * r * p > limits.work || N * r > limits.memory)
    throw new UnverifiableHash(
      "is too dear to verify: 2^ln times r must be at most 2^22, and that times p at most 2^23",
    );
  // What OpenSSL needs beside the blocks is little; the limit is checked above.
  const options = { N, r, p, maxmem: 128 * r * (N + p + 32) + 1024 * 1024 };
  return {
    cost: `scrypt ${ln} ${r} ${p}`,
    outdated: true,
    verify: async (password) => timingSafeEqual(await derive(password, salt, key.length, options), key),
  };
}

function derive(password: string, salt: Buffer, length: number, options: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, length, options, (error, key) => (error ? reject(error) : resolve(key)));
  });
}
