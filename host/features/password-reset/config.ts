// How people get at a new password: the keys of authentication_backend.password_reset and identity_validation.reset_password.
import { duration } from "../../kit/config/duration.ts";
import { configSection } from "../../kit/config/section.ts";
import { flag } from "../../kit/config/values.ts";
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

/** The keys are Authelia's. A link that is good for longer than an hour lies about in a mailbox. */
export const passwordResetSection = configSection({
  keys: {
    "authentication_backend.password_reset": section({
      disable: flag(false),
      custom_url: leaf(parseCustomUrl, "an `https` URL"),
    }),
    "identity_validation.reset_password": section({ lifespan: duration("1m", "1h").prefault("10m") }),
  },
  config: ({
    "authentication_backend.password_reset": { disable, custom_url },
    "identity_validation.reset_password": { lifespan },
  }): PasswordResetConfig => ({
    enabled: !disable && custom_url === null,
    customUrl: disable ? null : custom_url,
    lifespan,
  }),
});

/** null when there is none. */
function parseCustomUrl(value: unknown): string | null {
  if (value === undefined || value === null || value === "") return null;
  const url = typeof value === "string" && URL.canParse(value) ? new URL(value) : undefined;
  if (url?.protocol !== "https:" || url.username || url.password)
    throw new Mistake(`must be an https URL such as https://passwords.example.com/forgot, not ${describe(value)}`);
  return url.href;
}
