// The key of `authentication_backend.password_change`.
import { configSection } from "../../kit/config/section.ts";
import { flag } from "../../kit/config/values.ts";
import { section } from "../../kit/yaml/schema.ts";

export interface PasswordChangeConfig {
  /** Whether people can change their passwords on the account page. */
  readonly enabled: boolean;
}

export const passwordChangeSection = configSection({
  keys: { "authentication_backend.password_change": section({ disable: flag(false) }) },
  config: ({ "authentication_backend.password_change": { disable } }): PasswordChangeConfig => ({ enabled: !disable }),
});
