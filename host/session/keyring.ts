// The host's keys: the root key that signs bundles, the session key that signs tokens, and older public keys.
import type { KeyObject } from "node:crypto";
import type { Clock } from "../kit/clock.ts";
import type { KeyEncryption } from "../kit/encryption/key-encryption.ts";
import type { KeyStore, StoredKey } from "./key-store.ts";
import { keyHandover } from "./lease.ts";
import { makeKey, openKey, type PublicJwk, publicJwk, publicKeyFrom, type SigningKey } from "./signing-key.ts";

export class Keyring {
  readonly #store: KeyStore;
  readonly #encryption: KeyEncryption;
  readonly #clock: Clock;
  #root!: SigningKey;
  #session!: SigningKey;
  /** The key that goes on signing after `#session` has come, and since when that is so (seconds). */
  #before: { readonly key: SigningKey; readonly since: number } | undefined;
  #sessionKeys: readonly StoredKey[] = [];
  #verificationKeys: ReadonlyMap<string, KeyObject> = new Map();

  private constructor(store: KeyStore, encryption: KeyEncryption, clock: Clock) {
    this.#store = store;
    this.#encryption = encryption;
    this.#clock = clock;
  }

  /** Reads the keys, and makes them at the first start. Throws HostError "encryption_key" when they cannot be decrypted. */
  static async open(store: KeyStore, encryption: KeyEncryption, clock: Clock): Promise<Keyring> {
    const keyring = new Keyring(store, encryption, clock);
    const now = clock();
    await store.addMissing([makeKey("root", encryption, now), makeKey("session", encryption, now)]);
    await keyring.reload();
    return keyring;
  }

  /** Reads the keys again: another process may have rotated them. */
  async reload(): Promise<void> {
    const keys = await this.#store.all();
    const signing = (purpose: StoredKey["purpose"]) =>
      keys.find((key) => key.purpose === purpose && key.retiredAt === null)!;
    const [root, session] = [signing("root"), signing("session")];
    if (root.kid !== this.#root?.kid) this.#root = openKey(root, this.#encryption);
    if (session.kid !== this.#session?.kid) {
      const next = openKey(session, this.#encryption);
      this.#before = this.#session && { key: this.session, since: this.#clock() };
      this.#session = next;
    }
    this.#sessionKeys = keys.filter(({ purpose }) => purpose === "session");
    this.#verificationKeys = new Map(this.#sessionKeys.map(({ kid, publicKey }) => [kid, publicKeyFrom(publicKey)]));
    // One that has leaked signs nothing more.
    if (this.#before && !this.#verificationKeys.has(this.#before.key.kid)) this.#before = undefined;
  }

  /** Makes a new session key, which signs in a moment (`session`). Tokens of the old one stay valid to their end. */
  async rotateSessionKey(): Promise<string> {
    const next = makeKey("session", this.#encryption, this.#clock());
    await this.#store.replace(next);
    await this.reload();
    return next.kid;
  }

  /**
   * For a key that somebody else may have: makes a new session key and believes no other from now on, so that every session
   * ends. Returns its kid, and how many sessions there were.
   */
  async revokeSessionKeys(): Promise<{ readonly kid: string; readonly ended: number }> {
    const next = makeKey("session", this.#encryption, this.#clock());
    const ended = await this.#store.revokeSessionKeys(next);
    await this.reload();
    return { kid: next.kid, ended };
  }

  /** Signs bundles. */
  get root(): SigningKey {
    return this.#root;
  }

  /** Signs session tokens: the latest key, or for `keyHandover` the one before, for gates have still to be told of that. */
  get session(): SigningKey {
    const passed = this.#clock() - (this.#before?.since ?? 0);
    if (passed < 0 || passed >= keyHandover) this.#before = undefined;
    return this.#before?.key ?? this.#session;
  }

  /** The kid of the latest session key, which may not sign yet. */
  get latest(): string {
    return this.#session.kid;
  }

  /** Every key that a token of a session may still carry, by kid. */
  get verificationKeys(): ReadonlyMap<string, KeyObject> {
    return this.#verificationKeys;
  }

  /** The session keys that gates need now: the current one, and others for `retention` seconds after their retirement. */
  publicKeys(retention: number): readonly PublicJwk[] {
    const oldest = this.#clock() - retention;
    return this.#sessionKeys.filter(({ retiredAt }) => retiredAt === null || retiredAt > oldest).map(publicJwk);
  }
}
