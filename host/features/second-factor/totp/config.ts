// How authenticator apps are set up: the keys of `totp`, which are Authelia's.

import { describe, Mistake } from "../../../kit/yaml/schema.ts";
import type { TotpAlgorithm } from "../store.ts";
import type { TotpParameters } from "./totp.ts";

/** Authenticator apps; the parameters are those that new ones are set up with. */
export interface TotpConfig extends TotpParameters {
  readonly disable: boolean;
  /** Whom apps name as the one that the codes are for. */
  readonly issuer: string;
  /** Time steps that a code may be early or late. */
  readonly skew: number;
  /** Bytes. */
  readonly secretSize: number;
}

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

/** A colon would end the issuer within the label that apps read. */
export function parseIssuer(value: unknown): string {
  if (typeof value !== "string" || !/^[^\p{Cc}\p{Cs}:]{1,64}$/u.test(value))
    throw new Mistake(`must be a text of 1 to 64 characters without colons, not ${describe(value)}`);
  return value;
}
