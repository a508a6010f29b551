// What the host keeps about second factors: authenticator apps, recovery codes, passkeys, and what is being set up or
// asked for at the moment. All times are integer seconds; every method is atomic, as in store.ts.
import type { Database, Value } from "../../kit/sql/queries.ts";

export type TotpAlgorithm = "SHA1" | "SHA256" | "SHA512";

/** The authenticator app of a user (RFC 6238). It keeps the parameters that it was set up with. */
export interface StoredTotp {
  readonly username: string;
  /** Encrypted. */
  readonly secret: Uint8Array;
  readonly algorithm: TotpAlgorithm;
  readonly digits: number;
  /** Seconds. */
  readonly period: number;
  readonly createdAt: number;
  /** The time step of the latest code that was accepted: no code of it or of an earlier one counts again. */
  readonly lastStep: number;
  readonly lastUsedAt: number;
}

/** A secret that was shown to a browser and waits for its first code. */
export interface TotpEnrolment {
  /** The session that it was shown to. */
  readonly sid: string;
  readonly username: string;
  /** Encrypted. */
  readonly secret: Uint8Array;
  readonly expiresAt: number;
}

export interface RecoveryCodeCount {
  readonly left: number;
  readonly total: number;
  readonly createdAt: number;
}

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

interface TotpRow {
  readonly username: string;
  readonly secret: Uint8Array;
  readonly algorithm: TotpAlgorithm;
  readonly digits: number;
  readonly period: number;
  readonly created_at: number;
  readonly last_step: number;
  readonly last_used_at: number;
}

interface PasskeyRow {
  readonly id: string;
  readonly username: string;
  readonly rp_id: string;
  readonly public_key: Uint8Array;
  readonly counter: number;
  readonly transports: string;
  readonly synced: 0 | 1;
  readonly discoverable: 0 | 1;
  readonly name: string;
  readonly created_at: number;
  readonly last_used_at: number | null;
}

export class SecondFactorStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async totp(username: string): Promise<StoredTotp | undefined> {
    const [row] = await this.#database.rows<TotpRow>("SELECT * FROM totp WHERE username = $1", username);
    if (!row) return undefined;
    const { secret, algorithm, digits, period } = row;
    return {
      ...{ username, secret, algorithm, digits, period },
      ...{ createdAt: row.created_at, lastStep: row.last_step, lastUsedAt: row.last_used_at },
    };
  }

  /** Sets a user's authenticator app in place of the one before, and forgets the enrolment of `sid`. False when that is gone. */
  async confirmTotp(totp: StoredTotp, sid: string): Promise<boolean> {
    const { username, secret, algorithm, digits, period, createdAt, lastStep, lastUsedAt } = totp;
    return this.#database.transaction(async ({ changes }) => {
      if ((await changes("DELETE FROM totp_enrolments WHERE sid = $1", sid)) === 0) return false;
      await changes(
        `INSERT INTO totp (username, secret, algorithm, digits, period, created_at, last_step, last_used_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (username) DO UPDATE SET secret = excluded.secret, algorithm = excluded.algorithm,
           digits = excluded.digits, period = excluded.period, created_at = excluded.created_at,
           last_step = excluded.last_step, last_used_at = excluded.last_used_at`,
        ...[username, secret, algorithm, digits, period, createdAt, lastStep, lastUsedAt],
      );
      return true;
    });
  }

  /** Notes the time step of an accepted code. False when the app was changed or a code of this step or a later one came first. */
  async useTotp({ username, secret }: StoredTotp, step: number, at: number): Promise<boolean> {
    return this.#changed(
      "UPDATE totp SET last_step = $1, last_used_at = $2 WHERE username = $3 AND secret = $4 AND last_step < $1",
      ...[step, at, username, secret],
    );
  }

  async removeTotp(username: string): Promise<boolean> {
    return this.#changed("DELETE FROM totp WHERE username = $1", username);
  }

  /** The enrolment of a session that is open at `now`. */
  async totpEnrolment(sid: string, now: number): Promise<TotpEnrolment | undefined> {
    const [row] = await this.#database.rows<{ username: string; secret: Uint8Array; expires_at: number }>(
      "SELECT * FROM totp_enrolments WHERE sid = $1 AND expires_at > $2",
      sid,
      now,
    );
    return row && { sid, username: row.username, secret: row.secret, expiresAt: row.expires_at };
  }

  async addTotpEnrolment({ sid, username, secret, expiresAt }: TotpEnrolment): Promise<void> {
    await this.#database.changes(
      `INSERT INTO totp_enrolments (sid, username, secret, expires_at) VALUES ($1, $2, $3, $4)
       ON CONFLICT (sid) DO UPDATE SET username = excluded.username, secret = excluded.secret,
         expires_at = excluded.expires_at`,
      ...[sid, username, secret, expiresAt],
    );
  }

  /** Replaces all recovery codes of a user. Returns how many of them had been used. */
  async replaceRecoveryCodes(username: string, hashes: readonly Uint8Array[], at: number): Promise<number> {
    return this.#database.transaction(async ({ lock, changes }) => {
      // Two replacements at once would otherwise leave the codes of both.
      await lock(`recovery codes of ${username}`);
      await changes("DELETE FROM recovery_codes WHERE username = $1 AND used = 0", username);
      const used = await changes("DELETE FROM recovery_codes WHERE username = $1", username);
      const insert = "INSERT INTO recovery_codes (username, hash, created_at, used) VALUES ($1, $2, $3, 0)";
      for (const hash of hashes) await changes(insert, username, hash, at);
      return used;
    });
  }

  /** Uses a code up. False when the user has none like it, or has used it before. */
  async useRecoveryCode(username: string, hash: Uint8Array): Promise<boolean> {
    const update = "UPDATE recovery_codes SET used = 1 WHERE username = $1 AND hash = $2 AND used = 0";
    return this.#changed(update, username, hash);
  }

  async recoveryCodes(username: string): Promise<RecoveryCodeCount | undefined> {
    const [row] = await this.#database.rows<{ total: number; left: number; created_at: number | null }>(
      `SELECT count(*) AS total, count(*) FILTER (WHERE used = 0) AS "left", max(created_at) AS created_at
       FROM recovery_codes WHERE username = $1`,
      username,
    );
    const { total, left, created_at } = row!;
    return total === 0 ? undefined : { left, total, createdAt: created_at! };
  }

  async removeRecoveryCodes(username: string): Promise<void> {
    await this.#database.changes("DELETE FROM recovery_codes WHERE username = $1", username);
  }

  /** A user's passkeys, of every relying party, oldest first. */
  async passkeys(username: string): Promise<readonly StoredPasskey[]> {
    const select = `SELECT * FROM passkeys WHERE username = $1 ORDER BY created_at, id COLLATE "C"`;
    return (await this.#database.rows<PasskeyRow>(select, username)).map(passkeyFrom);
  }

  async passkey(id: string): Promise<StoredPasskey | undefined> {
    const [row] = await this.#database.rows<PasskeyRow>("SELECT * FROM passkeys WHERE id = $1", id);
    return row && passkeyFrom(row);
  }

  /** False when there is one of this id. */
  async addPasskey(passkey: StoredPasskey): Promise<boolean> {
    const { id, username, rpId, publicKey, counter, transports, synced, discoverable, name } = passkey;
    return this.#changed(
      `INSERT INTO passkeys (id, username, rp_id, public_key, counter, transports, synced, discoverable, name,
         created_at, last_used_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING`,
      ...[id, username, rpId, publicKey, counter, JSON.stringify(transports), synced ? 1 : 0, discoverable ? 1 : 0],
      ...[name, passkey.createdAt, passkey.lastUsedAt],
    );
  }

  /** Notes the counter of an accepted signature. False when the passkey is gone, or its counter did not grow and is no 0. */
  async usePasskey(id: string, counter: number, at: number): Promise<boolean> {
    return this.#changed(
      `UPDATE passkeys SET counter = CAST($1 AS BIGINT), last_used_at = $2
       WHERE id = $3 AND (counter < CAST($1 AS BIGINT) OR (counter = 0 AND CAST($1 AS BIGINT) = 0))`,
      ...[counter, at, id],
    );
  }

  async renamePasskey(username: string, id: string, name: string): Promise<boolean> {
    return this.#changed("UPDATE passkeys SET name = $1 WHERE username = $2 AND id = $3", name, username, id);
  }

  async removePasskey(username: string, id: string): Promise<boolean> {
    return this.#changed("DELETE FROM passkeys WHERE username = $1 AND id = $2", username, id);
  }

  /** The WebAuthn user handle of a user: `initial` when there was none. Base64url. */
  async userHandle(username: string, initial: string): Promise<string> {
    const select = "SELECT handle FROM user_handles WHERE username = $1";
    const find = async () => (await this.#database.rows<{ handle: string }>(select, username))[0]?.handle;
    const known = await find();
    if (known !== undefined) return known;
    const insert = "INSERT INTO user_handles (username, handle) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    await this.#database.changes(insert, username, initial);
    return (await find())!;
  }

  /** Removes all that a user can pass a second factor with; also the user handle. */
  async removeUser(username: string): Promise<void> {
    await this.#database.transaction(async ({ changes }) => {
      for (const table of ["totp", "totp_enrolments", "recovery_codes", "passkeys", "user_handles"])
        await changes(`DELETE FROM ${table} WHERE username = $1`, username);
    });
  }

  /** Notes that a challenge was answered. False when it was before. */
  async useChallenge({ hash, purpose, boundTo, expiresAt }: AnsweredChallenge): Promise<boolean> {
    return this.#changed(
      "INSERT INTO challenges (hash, purpose, bound_to, expires_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
      ...[hash, purpose, boundTo, expiresAt],
    );
  }

  async removeExpired(now: number): Promise<void> {
    await this.#database.changes("DELETE FROM totp_enrolments WHERE expires_at <= $1", now);
    await this.#database.changes("DELETE FROM challenges WHERE expires_at <= $1", now);
  }

  async #changed(sql: string, ...values: readonly Value[]): Promise<boolean> {
    return (await this.#database.changes(sql, ...values)) > 0;
  }
}

function passkeyFrom(row: PasskeyRow): StoredPasskey {
  const { id, username, counter, name } = row;
  return {
    ...{ id, username, rpId: row.rp_id, publicKey: row.public_key, counter, name },
    ...{ transports: JSON.parse(row.transports) as string[], synced: row.synced === 1 },
    ...{ discoverable: row.discoverable === 1, createdAt: row.created_at, lastUsedAt: row.last_used_at },
  };
}
