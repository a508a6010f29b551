// Passkeys and security keys: what the keys of `webauthn`, which are Authelia's, say.

export interface WebauthnConfig {
  readonly disable: boolean;
  /** Whether they can stand for a name and a password. */
  readonly enablePasskeyLogin: boolean;
  /** What browsers call the portal. */
  readonly displayName: string;
}
