// The signing keys of the hosts that share a database. All times are integer seconds; every method is atomic.
import { insertion } from "../kit/sql/rows.ts";
import { Store } from "../kit/sql/store.ts";

export type KeyPurpose = "root" | "session";

/** An Ed25519 key pair. */
export interface StoredKey {
  /** RFC 7638 thumbprint. */
  readonly kid: string;
  readonly purpose: KeyPurpose;
  /** The public key's 32 bytes in base64url: `x` of its JWK (RFC 8037). */
  readonly publicKey: string;
  /** Encrypted; null once the key is retired. */
  readonly privateKey: Uint8Array | null;
  readonly createdAt: number;
  /** null while the key signs. */
  readonly retiredAt: number | null;
}

/** What is locked while keys change. */
const signingKeys = "signing keys";

export class KeyStore extends Store {
  /** All keys, also retired ones. */
  async all(): Promise<readonly StoredKey[]> {
    const select = `SELECT * FROM signing_keys ORDER BY created_at, retired_at IS NULL, kid COLLATE "C"`;
    return this.database.rows<StoredKey>(select);
  }

  /** Adds keys for those purposes that have no signing key yet; ignores the others. */
  async addMissing(keys: readonly StoredKey[]): Promise<void> {
    await this.locked(signingKeys, async (queries) => {
      const signing = "SELECT 1 FROM signing_keys WHERE purpose = $1 AND retired_at IS NULL";
      for (const key of keys)
        if ((await queries.rows(signing, key.purpose)).length === 0)
          await queries.changes(...insertion("signing_keys", key));
    });
  }

  /** Makes `next` the signing key of its purpose. The key before it is retired and loses its private part. */
  async replace(next: StoredKey): Promise<void> {
    await this.locked(signingKeys, async (queries) => {
      await queries.changes(
        "UPDATE signing_keys SET retired_at = $1, private_key = NULL WHERE purpose = $2 AND retired_at IS NULL",
        next.createdAt,
        next.purpose,
      );
      await queries.changes(...insertion("signing_keys", next));
    });
  }

  /** Makes `next` the only session key there is and removes all sessions, whose tokens nobody believes any more. Returns how many. */
  async revokeSessionKeys(next: StoredKey): Promise<number> {
    return this.locked(signingKeys, async (queries) => {
      await queries.changes("DELETE FROM signing_keys WHERE purpose = 'session'");
      await queries.changes(...insertion("signing_keys", next));
      return queries.changes("DELETE FROM sessions");
    });
  }

  /** Removes the keys that were retired before a time. */
  async removeRetired(before: number): Promise<void> {
    await this.database.changes("DELETE FROM signing_keys WHERE retired_at < $1", before);
  }
}
