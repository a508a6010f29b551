// Encryption at rest: AES-256-GCM under a key derived from storage.encryption_key with scrypt (RFC 7914).
import { hkdfSync, randomBytes, scryptSync } from "node:crypto";
import { HostError } from "../errors.ts";
import { decrypt, encrypt, shortestCiphertext } from "./aes-gcm.ts";
import {
  type HashPurpose,
  hashPurposes,
  keyIdConstant,
  keyIdLength,
  type Sealing,
  saltConstant,
  sealings,
} from "./sealed-columns.ts";
import type { EncryptionStore, SealedValue } from "./store.ts";

/** N = 2^15, r = 8: 32 MiB and about 0.1 s, once per start. It makes a weak passphrase dear to guess. */
const scryptCost = { N: 32_768, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };

/** Sealed form: format (1 byte), key id (8), and what `encrypt` makes. */
const format = 2;
/** The same without the key id, as the first releases wrote it. */
const formatWithoutKeyId = 1;

/** How many values there were to open, and those that could not be. */
export interface EncryptionCheck {
  readonly opened: ReadonlyMap<string, number>;
  readonly broken: readonly SealedValue[];
}

export class KeyEncryption {
  readonly #store: EncryptionStore;
  readonly #key: Uint8Array;
  readonly #keyId: Buffer;
  readonly #hashKeys = new Map<HashPurpose, Uint8Array>();

  private constructor(store: EncryptionStore, passphrase: string, salt: string) {
    this.#store = store;
    this.#key = scryptSync(passphrase, Buffer.from(salt, "base64url"), 32, scryptCost);
    // A name for the key that says nothing about it.
    this.#keyId = Buffer.from(hkdfSync("sha256", this.#key, "", "key id", keyIdLength));
  }

  /** Derives the key. Its salt is made at the first start. Throws HostError "encryption_key" when another key is in force. */
  static async open(store: EncryptionStore, passphrase: string): Promise<KeyEncryption> {
    const salt = await store.constant(saltConstant, newSalt());
    const encryption = new KeyEncryption(store, passphrase, salt);
    // What the first releases sealed names no key: it must open, before the database is said to be of this one.
    for (const { sealed, sealing } of await store.values("signing_keys"))
      if (sealed[0] === formatWithoutKeyId) encryption.open(sealed, sealing);
    if (!(await encryption.isInForce())) throw wrongKey();
    for (const purpose of hashPurposes) await encryption.#openHashKey(purpose);
    return encryption;
  }

  /** Whether this is the key in force, which another process may have changed. */
  async isInForce(): Promise<boolean> {
    const keyId = this.#keyId.toString("hex");
    return (await this.#store.constant(keyIdConstant, keyId)) === keyId;
  }

  /** Encrypts. The database takes the value while this is the key in force. */
  seal(plaintext: Uint8Array, { context }: Sealing): Uint8Array {
    return Buffer.concat([Buffer.of(format), this.#keyId, encrypt(this.#key, plaintext, context)]);
  }

  /** Decrypts what `seal` made with this key for this place. Throws HostError "encryption_key" when it did not. */
  open(sealed: Uint8Array, { context }: Sealing): Uint8Array {
    const head = sealed[0] === format ? 1 + keyIdLength : 1;
    const named = sealed[0] === format;
    if (sealed.length < head + shortestCiphertext) throw damaged();
    if (named ? !this.#keyId.equals(sealed.subarray(1, head)) : sealed[0] !== formatWithoutKeyId) throw wrongKey();
    try {
      return decrypt(this.#key, sealed.subarray(head), context);
    } catch (error) {
      throw named ? damaged(error) : wrongKey(error);
    }
  }

  /** A key of 32 bytes to hash with, for one purpose. It stays when the encryption key is changed. */
  hashKey(purpose: HashPurpose): Uint8Array {
    return this.#hashKeys.get(purpose)!;
  }

  async #openHashKey(purpose: HashPurpose): Promise<void> {
    // What the first releases hashed with, so that what they hashed is found again.
    const initial = new Uint8Array(hkdfSync("sha256", this.#key, "", purpose, 32));
    const sealing = sealings.hashKey(purpose);
    const sealed = await this.#store.hashKey(purpose, this.seal(initial, sealing));
    this.#hashKeys.set(purpose, this.open(sealed, sealing));
  }

  /** Tries to open everything that is sealed. */
  async check(): Promise<EncryptionCheck> {
    const opened = new Map<string, number>();
    const broken: SealedValue[] = [];
    for (const value of await this.#store.values()) {
      if (this.#opens(value)) opened.set(value.column, (opened.get(value.column) ?? 0) + 1);
      else broken.push(value);
    }
    return { opened, broken };
  }

  #opens({ sealed, sealing }: SealedValue): boolean {
    try {
      this.open(sealed, sealing);
      return true;
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      return false;
    }
  }

  /**
   * Seals everything anew, with a key derived from another passphrase, which is in force from then on: in one step, so that
   * there is never a value that needs the other key. Returns how many values there were. Throws HostError "encryption_key",
   * with nothing changed, when one of them cannot be opened.
   */
  async change(passphrase: string): Promise<number> {
    const salt = newSalt();
    const next = new KeyEncryption(this.#store, passphrase, salt);
    const reseal = ({ column, row, sealed, sealing }: SealedValue) => {
      if (!this.#opens({ column, row, sealed, sealing }))
        throw new HostError("encryption_key", `${column} of ${row} cannot be decrypted; nothing was changed`);
      return next.seal(this.open(sealed, sealing), sealing);
    };
    const ids = [this.#keyId.toString("hex"), next.#keyId.toString("hex")] as const;
    const count = await this.#store.changeKey(ids[0], { keyId: ids[1], salt }, reseal);
    if (count === undefined) throw wrongKey();
    return count;
  }
}

function newSalt(): string {
  return randomBytes(16).toString("base64url");
}

function wrongKey(cause?: unknown): HostError {
  const message = "storage.encryption_key is not the key that the database is encrypted with";
  return new HostError("encryption_key", message, { cause });
}

function damaged(cause?: unknown): HostError {
  const message = "a value in the database cannot be decrypted: it was damaged, or moved from another place";
  return new HostError("encryption_key", message, { cause });
}
