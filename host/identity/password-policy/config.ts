// The password_policy section: what new passwords must be like. The keys are Authelia's.
import { named } from "../../kit/config/named.ts";
import { configSection } from "../../kit/config/section.ts";
import { flag, wholeNumber } from "../../kit/config/values.ts";
import { describe, leaf, Mistake, section } from "../../kit/yaml/schema.ts";

export interface PasswordPolicyConfig {
  readonly standard: {
    readonly enabled: boolean;
    /** Code points, as maxLength. */
    readonly minLength: number;
    /** null: as long as a login takes. */
    readonly maxLength: number | null;
    readonly requireUppercase: boolean;
    readonly requireLowercase: boolean;
    readonly requireNumber: boolean;
    readonly requireSpecial: boolean;
  };
  readonly zxcvbn: {
    readonly enabled: boolean;
    /** 1 to 4. */
    readonly minScore: number;
  };
}

/** NIST SP 800-63B-4 asks for a maximum of no less than 64. */
const leastMaximum = 64;
const longest = 1024;

const maximum = leaf(parseMaximum, `\`0\` or a whole number from ${leastMaximum} to ${longest}`, {
  anyOf: [{ const: 0 }, { type: "integer", minimum: leastMaximum, maximum: longest }],
});

export const passwordPolicySection = configSection({
  keys: {
    password_policy: section({
      standard: section({
        enabled: flag(true),
        min_length: wholeNumber(1, leastMaximum).prefault(12),
        max_length: maximum.prefault(0),
        require_uppercase: flag(false),
        require_lowercase: flag(false),
        require_number: flag(false),
        require_special: flag(false),
      }),
      zxcvbn: section({
        enabled: flag(true),
        min_score: wholeNumber(1, 4).prefault(3),
      }),
    }),
  },
  config: ({ password_policy: { standard, zxcvbn } }): PasswordPolicyConfig => ({
    standard: named(standard),
    zxcvbn: named(zxcvbn),
  }),
});

function parseMaximum(value: unknown): number | null {
  if (value === 0) return null;
  if (typeof value !== "number" || !Number.isInteger(value) || value < leastMaximum || value > longest)
    throw new Mistake(
      `must be 0 (none) or a whole number from ${leastMaximum} to ${longest}, not ${describe(value)}: long passwords are good ones`,
    );
  return value;
}
