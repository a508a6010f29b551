// How authenticator apps are set up: the keys of `totp`, which are Authelia's.

import { describe, Mistake } from "../../../kit/yaml/schema.ts";
import type { TotpAlgorithm } from "../store.ts";

const algorithms: readonly TotpAlgorithm[] = ["SHA1", "SHA256", "SHA512"];

export function parseTotpAlgorithm(value: unknown): TotpAlgorithm {
  const algorithm = algorithms.find((name) => typeof value === "string" && name === value.toUpperCase());
  if (!algorithm) throw new Mistake(`must be one of ${algorithms.join(", ").toLowerCase()}, not ${describe(value)}`);
  return algorithm;
}

/** Apps show six digits or eight. */
export function parseTotpDigits(value: unknown): number {
  if (value !== 6 && value !== 8) throw new Mistake(`must be 6 or 8, not ${describe(value)}`);
  return value;
}

/** Reads a whole number from `least` to `most`. */
export function parseWholeNumber(value: unknown, least: number, most: number): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > most)
    throw new Mistake(`must be a whole number from ${least} to ${most}, not ${describe(value)}`);
  return value;
}

/** A colon would end the issuer within the label that apps read. */
export function parseIssuer(value: unknown): string {
  if (typeof value !== "string" || !/^[^\p{Cc}\p{Cs}:]{1,64}$/u.test(value))
    throw new Mistake(`must be a text of 1 to 64 characters without colons, not ${describe(value)}`);
  return value;
}
