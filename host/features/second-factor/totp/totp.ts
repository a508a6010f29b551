// Time-based one-time passwords (RFC 6238, on HOTP, RFC 4226).
import { createHmac, timingSafeEqual } from "node:crypto";
import { base32 } from "./base32.ts";
import type { TotpAlgorithm } from "./store.ts";

export interface TotpParameters {
  readonly algorithm: TotpAlgorithm;
  readonly digits: number;
  /** Seconds that a code is for: the time step. */
  readonly period: number;
}

/** The code of a time step. */
export function totpCode(secret: Uint8Array, step: number, { algorithm, digits }: TotpParameters): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const hash = createHmac(algorithm, secret).update(counter).digest();
  // Dynamic truncation (RFC 4226, section 5.3): the last four bits say where the 31 bits of the code begin.
  const number = hash.readUInt32BE(hash.at(-1)! & 0xf) & 0x7fffffff;
  return String(number % 10 ** digits).padStart(digits, "0");
}

export interface TotpAttempt {
  /** What somebody typed. */
  readonly code: string;
  /** Seconds since the epoch. */
  readonly now: number;
  /** How many steps the clocks may differ, either way. */
  readonly skew: number;
  /** The latest step whose code was accepted; only later ones count. */
  readonly lastStep: number;
}

/** The time step that a code is of, or undefined when it is wrong, too old, too early, or was accepted before. */
export function matchingStep(
  secret: Uint8Array,
  { code, now, skew, lastStep }: TotpAttempt,
  parameters: TotpParameters,
): number | undefined {
  const given = Buffer.from(code);
  const current = Math.floor(now / parameters.period);
  let found: number | undefined;
  // All steps are computed and compared, so that the time taken says nothing.
  for (let step = Math.max(0, current - skew); step <= current + skew; step++) {
    const expected = Buffer.from(totpCode(secret, step, parameters));
    const equal = given.length === expected.length && timingSafeEqual(given, expected);
    if (equal && step > lastStep && found === undefined) found = step;
  }
  return found;
}

/** The address that a QR code brings to an authenticator app (https://github.com/google/google-authenticator/wiki/Key-Uri-Format). */
export function totpUri(
  secret: Uint8Array,
  issuer: string,
  account: string,
  { algorithm, digits, period }: TotpParameters,
): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account.toWellFormed())}`;
  const key = `secret=${base32(secret)}&issuer=${encodeURIComponent(issuer)}`;
  return `otpauth://totp/${label}?${key}&algorithm=${algorithm}&digits=${digits}&period=${period}`;
}
