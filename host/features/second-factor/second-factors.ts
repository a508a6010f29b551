// A user's second factors as a whole: what there is, what is accepted, and what goes when the last one goes.

import type { CodeSource, Regulate, Regulated } from "../../identity/regulation/codes.ts";
import type { Clock } from "../../kit/clock.ts";
import type { KeyEncryption } from "../../kit/encryption/key-encryption.ts";
import { passkeyMethod, secondFactorMethods } from "./methods.ts";
import type { WebauthnConfig } from "./passkeys/config.ts";
import { Passkeys } from "./passkeys/passkeys.ts";
import {
  isRecoveryCode,
  makeRecoveryCode,
  recoveryCodeCount,
  recoveryCodeHash,
} from "./recovery-codes/recovery-code.ts";
import type { RecoveryCodeCount, SecondFactorStore, StoredPasskey, StoredTotp } from "./store.ts";
import { AuthenticatorApps } from "./totp/authenticator-apps.ts";
import type { TotpConfig } from "./totp/config.ts";

export interface FactorOverview {
  readonly totp: StoredTotp | undefined;
  /** Those for other portals too. */
  readonly passkeys: readonly StoredPasskey[];
  readonly recoveryCodes: RecoveryCodeCount | undefined;
}

export class SecondFactors {
  readonly apps: AuthenticatorApps;
  readonly passkeys: Passkeys;
  readonly #store: SecondFactorStore;
  readonly #clock: Clock;
  readonly #regulate: Regulate;

  constructor(
    config: { readonly totp: TotpConfig; readonly webauthn: WebauthnConfig },
    parts: { store: SecondFactorStore; encryption: KeyEncryption; clock: Clock; regulate: Regulate },
  ) {
    const { store, encryption, clock, regulate } = parts;
    this.apps = new AuthenticatorApps(config.totp, store, encryption, clock);
    this.passkeys = new Passkeys(config.webauthn, store, encryption.hashKey("passkey challenges"), clock);
    this.#store = store;
    this.#clock = clock;
    this.#regulate = regulate;
  }

  async of(username: string): Promise<FactorOverview> {
    return {
      totp: await this.apps.of(username),
      passkeys: await this.passkeys.of(username),
      recoveryCodes: await this.#store.recoveryCodes(username),
    };
  }

  /** Whether the user has any second factor; recovery codes alone are none, for they go with the last of the others. */
  async has(username: string): Promise<boolean> {
    return (await this.apps.of(username)) !== undefined || (await this.passkeys.of(username)).length > 0;
  }

  /** The methods that the user's second factors raise a session by. */
  async methods(username: string): Promise<readonly string[]> {
    const { totp, passkeys, recoveryCodes } = await this.of(username);
    const code = totp || recoveryCodes ? [secondFactorMethods.code] : [];
    return [...new Set([...code, ...passkeys.map(passkeyMethod)])];
  }

  /** Checks a code of the user's app. */
  verifyTotp(source: CodeSource, code: string): Promise<Regulated> {
    return this.#regulate(source, () => this.apps.verify(source.username, code));
  }

  /** Checks a recovery code and uses it up. */
  verifyRecoveryCode(source: CodeSource, code: string): Promise<Regulated> {
    const { username } = source;
    return this.#regulate(
      source,
      async () =>
        isRecoveryCode(code) && (await this.#store.useRecoveryCode(username, recoveryCodeHash(username, code))),
    );
  }

  /**
   * New recovery codes in place of all earlier ones. They are not kept: this is the only time that they are seen. `used`: how
   * many of the earlier ones had been.
   */
  async makeRecoveryCodes(username: string): Promise<{ readonly codes: readonly string[]; readonly used: number }> {
    const codes = Array.from({ length: recoveryCodeCount }, makeRecoveryCode);
    const hashes = codes.map((code) => recoveryCodeHash(username, code));
    return { codes, used: await this.#store.replaceRecoveryCodes(username, hashes, this.#clock()) };
  }

  /** False when there is none. */
  async removeTotp(username: string): Promise<boolean> {
    const removed = await this.apps.remove(username);
    await this.#removeOrphanedCodes(username);
    return removed;
  }

  /** False when the user has none of this id. */
  async removePasskey(username: string, id: string): Promise<boolean> {
    const removed = await this.passkeys.remove(username, id);
    await this.#removeOrphanedCodes(username);
    return removed;
  }

  async #removeOrphanedCodes(username: string): Promise<void> {
    if (!(await this.has(username))) await this.#store.removeRecoveryCodes(username);
  }
}
