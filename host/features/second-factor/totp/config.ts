// How authenticator apps are set up: the keys of `totp`, which are Authelia's.

import { named } from "../../../kit/config/named.ts";
import { configSection } from "../../../kit/config/section.ts";
import { flag, listed, optionalName, wholeNumber } from "../../../kit/config/values.ts";
import { describe, leaf, Mistake, section } from "../../../kit/yaml/schema.ts";
import type { TotpAlgorithm } from "./store.ts";
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
const algorithmNames = algorithms.map((name) => name.toLowerCase());

export const totpSection = configSection({
  keys: {
    totp: section({
      disable: flag(false),
      issuer: optionalName,
      algorithm: leaf(parseAlgorithm, listed(algorithmNames, "or"), {
        enum: [...algorithmNames, ...algorithms],
      }).prefault("sha1"),
      digits: leaf(parseDigits, "`6` or `8`", { enum: [6, 8] }).prefault(6),
      period: wholeNumber(15, 300).prefault(30),
      skew: wholeNumber(0, 10).prefault(1),
      secret_size: wholeNumber(20, 64).prefault(20),
    }),
  },
  config: ({ totp }, { portalName }): TotpConfig => ({ ...named(totp), issuer: totp.issuer ?? portalName }),
});

function parseAlgorithm(value: unknown): TotpAlgorithm {
  const algorithm = algorithms.find((name) => typeof value === "string" && name === value.toUpperCase());
  if (!algorithm) throw new Mistake(`must be one of ${algorithmNames.join(", ")}, not ${describe(value)}`);
  return algorithm;
}

/** Apps show six digits or eight. */
function parseDigits(value: unknown): number {
  if (value !== 6 && value !== 8) throw new Mistake(`must be 6 or 8, not ${describe(value)}`);
  return value;
}
