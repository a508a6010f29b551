// Encryption at rest of private keys: AES-256-GCM under a key derived from storage.encryption_key with scrypt (RFC 7914).
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, scryptSync } from "node:crypto";
import { HostError } from "../errors.ts";
import type { Store } from "../store/store.ts";

/** N = 2^15, r = 8: 32 MiB and about 0.1 s, once per start. It makes a weak passphrase dear to guess. */
const scryptCost = { N: 32_768, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };

/** Sealed form: format (1 byte), nonce (12), ciphertext, tag (16). */
const format = 1;
const nonceLength = 12;
const tagLength = 16;

export class KeyEncryption {
  readonly #key: Uint8Array;

  private constructor(key: Uint8Array) {
    this.#key = key;
  }

  /** Derives the key. Its salt is made at the first start and kept in the store. */
  static async open(store: Store, passphrase: string): Promise<KeyEncryption> {
    const salt = await store.constant("key_encryption_salt", randomBytes(16).toString("base64url"));
    return new KeyEncryption(scryptSync(passphrase, Buffer.from(salt, "base64url"), 32, scryptCost));
  }

  /** A key of 32 bytes for one purpose other than encryption (HKDF, RFC 5869). */
  derive(purpose: string): Uint8Array {
    return new Uint8Array(hkdfSync("sha256", this.#key, "", purpose, 32));
  }

  /** Encrypts; `context` (what the plaintext is) has to be the same to decrypt it. */
  seal(plaintext: Uint8Array, context: string): Uint8Array {
    const nonce = randomBytes(nonceLength);
    const cipher = createCipheriv("aes-256-gcm", this.#key, nonce, { authTagLength: tagLength });
    cipher.setAAD(Buffer.from(context));
    return Buffer.concat([Buffer.of(format), nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  }

  /** Decrypts what `seal` made. Throws HostError "encryption_key" when it was made with another key. */
  open(sealed: Uint8Array, context: string): Uint8Array {
    const wrong = (cause?: unknown) =>
      new HostError(
        "encryption_key",
        "storage.encryption_key is not the key that the database was made with: its private keys cannot be decrypted",
        { cause },
      );
    if (sealed.length < 1 + nonceLength + tagLength || sealed[0] !== format) throw wrong();
    const nonce = sealed.subarray(1, 1 + nonceLength);
    const decipher = createDecipheriv("aes-256-gcm", this.#key, nonce, { authTagLength: tagLength });
    decipher.setAAD(Buffer.from(context));
    decipher.setAuthTag(sealed.subarray(-tagLength));
    try {
      return Buffer.concat([decipher.update(sealed.subarray(1 + nonceLength, -tagLength)), decipher.final()]);
    } catch (error) {
      throw wrong(error);
    }
  }
}
