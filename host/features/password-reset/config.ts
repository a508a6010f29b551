// How people get at a new password: the keys of authentication_backend.password_reset and identity_validation.reset_password.
import { z } from "zod";
import { parseDuration } from "../../kit/config/duration.ts";
import { describe, leaf, Mistake, section } from "../../kit/yaml/schema.ts";

/** New passwords for those who have forgotten theirs. */
export interface PasswordResetConfig {
  /** Whether the portal itself resets passwords. */
  readonly enabled: boolean;
  /** Where the login page leads instead; null: nowhere else. */
  readonly customUrl: string | null;
  /** How long a link from an e-mail is good for. Seconds. */
  readonly lifespan: number;
}

/** Authelia's keys. */
export const passwordResetSection = section({
  disable: z.boolean().default(false),
  custom_url: leaf(parseCustomUrl),
});

/** Longer than that, and a link lies about in a mailbox. Seconds. */
const longestLifespan = 3600;

export const resetPasswordSection = section({
  lifespan: leaf(parseLifespan).prefault("10m"),
});

/** null when there is none. */
function parseCustomUrl(value: unknown): string | null {
  if (value === undefined || value === null || value === "") return null;
  const url = typeof value === "string" && URL.canParse(value) ? new URL(value) : undefined;
  if (url?.protocol !== "https:" || url.username || url.password)
    throw new Mistake(`must be an https URL such as https://passwords.example.com/forgot, not ${describe(value)}`);
  return url.href;
}

function parseLifespan(value: unknown): number {
  const seconds = parseDuration(value, 60);
  if (seconds > longestLifespan) throw new Mistake(`must be at most 1h, not ${describe(value)}`);
  return seconds;
}
