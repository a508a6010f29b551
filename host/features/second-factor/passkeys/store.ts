// Passkeys, the handles that name their users to authenticators, and the challenges that were answered. All times are integer
// seconds; every method is atomic.
import { insertion, type RowOf } from "../../../kit/sql/rows.ts";
import { Store } from "../../../kit/sql/store.ts";
import { holdSession } from "../../../session/hold.ts";

/** A WebAuthn credential: a passkey or a security key. */
export interface StoredPasskey {
  /** The credential's own id, base64url. */
  readonly id: string;
  readonly username: string;
  /** The relying party that it was made for: a portal's host name. */
  readonly rpId: string;
  /** COSE_Key (RFC 9052). */
  readonly publicKey: Uint8Array;
  /** The signature counter last seen; authenticators without one always say 0. */
  readonly counter: number;
  /** How browsers reach the authenticator: usb, nfc, internal, ... */
  readonly transports: readonly string[];
  /** Whether the key can leave its authenticator, as passkeys do that sync between devices. */
  readonly synced: boolean;
  /** Whether a login can begin with it, without a user name. */
  readonly discoverable: boolean;
  /** The name that its owner gave it. */
  readonly name: string;
  readonly createdAt: number;
  readonly lastUsedAt: number | null;
}

export type ChallengePurpose = "register" | "second-factor" | "login";

/** A WebAuthn challenge that was answered. One that was not is kept nowhere: whoever is asked for it need not be logged in. */
export interface AnsweredChallenge {
  /** SHA-256 of the challenge. */
  readonly hash: Uint8Array;
  readonly purpose: ChallengePurpose;
  /** Whose answer counts: the id of a session, or the hash of a browser's own cookie. */
  readonly boundTo: string;
  /** Until then nobody may answer it again. */
  readonly expiresAt: number;
}

type PasskeyRow = RowOf<StoredPasskey>;

export class PasskeyStore extends Store {
  /** A user's passkeys, of every relying party, oldest first. */
  async of(username: string): Promise<readonly StoredPasskey[]> {
    const select = `SELECT * FROM passkeys WHERE username = $1 ORDER BY created_at, id COLLATE "C"`;
    return (await this.database.rows<PasskeyRow>(select, username)).map(passkeyFrom);
  }

  async find(id: string): Promise<StoredPasskey | undefined> {
    const row = await this.row<PasskeyRow>("SELECT * FROM passkeys WHERE id = $1", id);
    return row && passkeyFrom(row);
  }

  /** Adds a passkey; one that was made here in a session, `sid`. False when there is one of this id, or the session has ended. */
  async add(passkey: StoredPasskey, sid?: string): Promise<boolean> {
    return this.database.transaction(async (queries) => {
      if (sid !== undefined && !(await holdSession(queries, sid))) return false;
      return (await queries.changes(...insertion("passkeys", passkey, "ON CONFLICT DO NOTHING"))) > 0;
    });
  }

  /** Notes the counter of an accepted signature. False when the passkey is gone, or its counter did not grow and is no 0. */
  async use(id: string, counter: number, at: number): Promise<boolean> {
    return this.changed(
      `UPDATE passkeys SET counter = CAST($1 AS BIGINT), last_used_at = $2
       WHERE id = $3 AND (counter < CAST($1 AS BIGINT) OR (counter = 0 AND CAST($1 AS BIGINT) = 0))`,
      ...[counter, at, id],
    );
  }

  async rename(username: string, id: string, name: string): Promise<boolean> {
    return this.changed("UPDATE passkeys SET name = $1 WHERE username = $2 AND id = $3", name, username, id);
  }

  async remove(username: string, id: string): Promise<boolean> {
    return this.changed("DELETE FROM passkeys WHERE username = $1 AND id = $2", username, id);
  }

  /** The WebAuthn user handle of a user at a relying party, base64url; undefined when there is none. */
  async userHandle(username: string, rpId: string): Promise<string | undefined> {
    // One of before there was one for each relying party has none, and counts for all that have no own.
    const select =
      "SELECT handle FROM user_handles WHERE username = $1 AND rp_id IN ($2, '') ORDER BY rp_id DESC LIMIT 1";
    return (await this.row<{ handle: string }>(select, username, rpId))?.handle;
  }

  /** The same; `initial` when there was none. The first writer sets it. */
  async madeUserHandle(username: string, rpId: string, initial: string): Promise<string> {
    const known = await this.userHandle(username, rpId);
    if (known !== undefined) return known;
    await this.database.changes(
      ...insertion("user_handles", { username, rpId, handle: initial }, "ON CONFLICT DO NOTHING"),
    );
    return (await this.userHandle(username, rpId))!;
  }

  /** Notes that a challenge was answered. False when it was before. */
  async useChallenge(challenge: AnsweredChallenge): Promise<boolean> {
    return this.changed(...insertion("challenges", challenge, "ON CONFLICT DO NOTHING"));
  }

  async removeExpired(now: number): Promise<void> {
    await this.database.changes("DELETE FROM challenges WHERE expires_at <= $1", now);
  }
}

function passkeyFrom(row: PasskeyRow): StoredPasskey {
  const [synced, discoverable] = [row.synced === 1, row.discoverable === 1];
  return { ...row, transports: JSON.parse(row.transports) as string[], synced, discoverable };
}
