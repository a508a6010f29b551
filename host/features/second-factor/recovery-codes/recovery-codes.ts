// A user's recovery codes: made, counted, and used up one by one.
import type { Clock } from "../../../kit/clock.ts";
import { isRecoveryCode, makeRecoveryCode, recoveryCodeCount, recoveryCodeHash } from "./recovery-code.ts";
import type { RecoveryCodeCount, RecoveryCodeStore } from "./store.ts";

export class RecoveryCodes {
  readonly #store: RecoveryCodeStore;
  readonly #clock: Clock;

  constructor(store: RecoveryCodeStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Undefined when the user never had any. */
  of(username: string): Promise<RecoveryCodeCount | undefined> {
    return this.#store.count(username);
  }

  /** Whether a code is one of the user's that is left; it is used up. */
  async verify(username: string, code: string): Promise<boolean> {
    return isRecoveryCode(code) && this.#store.use(username, recoveryCodeHash(username, code));
  }

  /**
   * New codes in place of all earlier ones. They are not kept: this is the only time that they are seen. `used`: how many of the
   * earlier ones had been. Undefined when the session that they are made in has ended.
   */
  async make(
    username: string,
    sid: string,
  ): Promise<{ readonly codes: readonly string[]; readonly used: number } | undefined> {
    const codes = Array.from({ length: recoveryCodeCount }, makeRecoveryCode);
    const hashes = codes.map((code) => recoveryCodeHash(username, code));
    const used = await this.#store.replace(username, hashes, this.#clock(), sid);
    return used === undefined ? undefined : { codes, used };
  }

  remove(username: string): Promise<void> {
    return this.#store.remove(username);
  }
}
