// Second factors in PostgreSQL.
import { type PasskeyRow, passkeyFrom, type TotpRow, totpFrom } from "../rows/second-factors.ts";
import {
  openChallengeLimit,
  type RecoveryCodeCount,
  type SecondFactorStore,
  type StoredChallenge,
  type StoredPasskey,
  type StoredTotp,
  type TotpEnrolment,
} from "../second-factor-store.ts";
import type { PostgresDatabase, Value } from "./database.ts";

export class PostgresSecondFactors implements SecondFactorStore {
  readonly #database: PostgresDatabase;

  constructor(database: PostgresDatabase) {
    this.#database = database;
  }

  async totp(username: string): Promise<StoredTotp | undefined> {
    const [row] = await this.#database.rows<TotpRow>("SELECT * FROM totp WHERE username = $1", username);
    return row && totpFrom(row);
  }

  async confirmTotp(totp: StoredTotp, sid: string): Promise<boolean> {
    return this.#database.transaction(async ({ changes }) => {
      if ((await changes("DELETE FROM totp_enrolments WHERE sid = $1", sid)) === 0) return false;
      await changes(
        `INSERT INTO totp (username, secret, algorithm, digits, period, created_at, last_step, last_used_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (username) DO UPDATE SET secret = excluded.secret, algorithm = excluded.algorithm,
           digits = excluded.digits, period = excluded.period, created_at = excluded.created_at,
           last_step = excluded.last_step, last_used_at = excluded.last_used_at`,
        totp.username,
        totp.secret,
        totp.algorithm,
        totp.digits,
        totp.period,
        totp.createdAt,
        totp.lastStep,
        totp.lastUsedAt,
      );
      return true;
    });
  }

  async useTotp({ username, secret }: StoredTotp, step: number, at: number): Promise<boolean> {
    return this.#changed(
      "UPDATE totp SET last_step = $1, last_used_at = $2 WHERE username = $3 AND secret = $4 AND last_step < $1",
      step,
      at,
      username,
      secret,
    );
  }

  async removeTotp(username: string): Promise<boolean> {
    return this.#changed("DELETE FROM totp WHERE username = $1", username);
  }

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
      sid,
      username,
      secret,
      expiresAt,
    );
  }

  async replaceRecoveryCodes(username: string, hashes: readonly Uint8Array[], at: number): Promise<void> {
    await this.#database.transaction(async ({ rows, changes }) => {
      // Two replacements at once would otherwise leave the codes of both.
      await rows("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", `recovery codes of ${username}`);
      await changes("DELETE FROM recovery_codes WHERE username = $1", username);
      const insert = "INSERT INTO recovery_codes (username, hash, created_at, used) VALUES ($1, $2, $3, 0)";
      for (const hash of hashes) await changes(insert, username, hash, at);
    });
  }

  async useRecoveryCode(username: string, hash: Uint8Array): Promise<boolean> {
    return this.#changed(
      "UPDATE recovery_codes SET used = 1 WHERE username = $1 AND hash = $2 AND used = 0",
      username,
      hash,
    );
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

  async passkeys(username: string): Promise<readonly StoredPasskey[]> {
    const select = `SELECT * FROM passkeys WHERE username = $1 ORDER BY created_at, id COLLATE "C"`;
    return (await this.#database.rows<PasskeyRow>(select, username)).map(passkeyFrom);
  }

  async passkey(id: string): Promise<StoredPasskey | undefined> {
    const [row] = await this.#database.rows<PasskeyRow>("SELECT * FROM passkeys WHERE id = $1", id);
    return row && passkeyFrom(row);
  }

  async addPasskey(passkey: StoredPasskey): Promise<boolean> {
    return this.#changed(
      `INSERT INTO passkeys (id, username, rp_id, public_key, counter, transports, synced, discoverable, name,
         created_at, last_used_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING`,
      passkey.id,
      passkey.username,
      passkey.rpId,
      passkey.publicKey,
      passkey.counter,
      JSON.stringify(passkey.transports),
      passkey.synced ? 1 : 0,
      passkey.discoverable ? 1 : 0,
      passkey.name,
      passkey.createdAt,
      passkey.lastUsedAt,
    );
  }

  async usePasskey(id: string, counter: number, at: number): Promise<boolean> {
    return this.#changed(
      `UPDATE passkeys SET counter = $1::bigint, last_used_at = $2
       WHERE id = $3 AND (counter < $1::bigint OR (counter = 0 AND $1::bigint = 0))`,
      counter,
      at,
      id,
    );
  }

  async renamePasskey(username: string, id: string, name: string): Promise<boolean> {
    return this.#changed("UPDATE passkeys SET name = $1 WHERE username = $2 AND id = $3", name, username, id);
  }

  async removePasskey(username: string, id: string): Promise<boolean> {
    return this.#changed("DELETE FROM passkeys WHERE username = $1 AND id = $2", username, id);
  }

  async userHandle(username: string, initial: string): Promise<string> {
    const insert = "INSERT INTO user_handles (username, handle) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    await this.#database.changes(insert, username, initial);
    const select = "SELECT handle FROM user_handles WHERE username = $1";
    return (await this.#database.rows<{ handle: string }>(select, username))[0]!.handle;
  }

  async removeUser(username: string): Promise<void> {
    await this.#database.transaction(async ({ changes }) => {
      for (const table of ["totp", "totp_enrolments", "recovery_codes", "passkeys", "user_handles"])
        await changes(`DELETE FROM ${table} WHERE username = $1`, username);
    });
  }

  async addChallenge({ hash, purpose, boundTo, expiresAt }: StoredChallenge): Promise<void> {
    await this.#database.transaction(async ({ changes }) => {
      const insert = "INSERT INTO challenges (hash, purpose, bound_to, expires_at) VALUES ($1, $2, $3, $4)";
      await changes(insert, hash, purpose, boundTo, expiresAt);
      await changes(
        `DELETE FROM challenges WHERE hash IN
           (SELECT hash FROM challenges WHERE purpose = $1 ORDER BY ordinal DESC OFFSET $2)`,
        purpose,
        openChallengeLimit,
      );
    });
  }

  async takeChallenge({ hash, purpose, boundTo }: Omit<StoredChallenge, "expiresAt">, now: number): Promise<boolean> {
    return this.#changed(
      "DELETE FROM challenges WHERE hash = $1 AND purpose = $2 AND bound_to = $3 AND expires_at > $4",
      hash,
      purpose,
      boundTo,
      now,
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
