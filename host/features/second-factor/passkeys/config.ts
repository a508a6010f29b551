// Passkeys and security keys: the keys of `webauthn`, which are Authelia's.
import { named } from "../../../kit/config/named.ts";
import { configSection } from "../../../kit/config/section.ts";
import { flag, optionalName } from "../../../kit/config/values.ts";
import { section } from "../../../kit/yaml/schema.ts";

export interface WebauthnConfig {
  readonly disable: boolean;
  /** Whether they can stand for a name and a password. */
  readonly enablePasskeyLogin: boolean;
  /** What browsers call the portal. */
  readonly displayName: string;
}

export const webauthnSection = configSection({
  keys: {
    webauthn: section({
      disable: flag(false),
      enable_passkey_login: flag(true),
      display_name: optionalName,
    }),
  },
  config: ({ webauthn }, { portalName }): WebauthnConfig => ({
    ...named(webauthn),
    displayName: webauthn.display_name ?? portalName,
  }),
});
