// PBKDF2 hashes (RFC 8018) in passlib's form, which Authelia has too: `$pbkdf2-sha512$310000$SALT$KEY`.
import { pbkdf2, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { inLimits, type ParsedHash, unpaddedBase64 } from "./hash-encoding.ts";

const derive = promisify(pbkdf2);

/** Two seconds or so. */
const iterationLimits = [1, 3_000_000] as const;
/** Bytes. A key that is longer than the digest takes as many times the work. */
const keyLengths = { sha1: 20, sha224: 28, sha256: 32, sha384: 48, sha512: 64 } as const;
const saltLimits = [8, 1024] as const;
const shortestKey = 16;

/** Throws an Error that says what is wrong, without the hash. */
export function parsePbkdf2(text: string): ParsedHash {
  const match = /^\$pbkdf2(?:-(sha1|sha224|sha256|sha384|sha512))?\$(\d+)\$([A-Za-z0-9+/.]+)\$([A-Za-z0-9+/.]+)$/.exec(
    text,
  );
  if (!match) throw new Error("is not a pbkdf2 hash of the form $pbkdf2-sha512$ITERATIONS$SALT$KEY");
  const digest = (match[1] ?? "sha1") as keyof typeof keyLengths;
  const iterations = Number(match[2]);
  const salt = unpaddedBase64(match[3]!);
  const key = unpaddedBase64(match[4]!);
  inLimits("iterations", iterations, iterationLimits);
  inLimits("salt (bytes)", salt.length, saltLimits);
  inLimits("key (bytes)", key.length, [shortestKey, keyLengths[digest]]);
  return {
    cost: `pbkdf2 ${digest} ${iterations}`,
    outdated: true,
    verify: async (password) => timingSafeEqual(await derive(password, salt, iterations, key.length, digest), key),
  };
}
