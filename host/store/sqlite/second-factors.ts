// Second factors on SQLite.

import type { DatabaseSync } from "node:sqlite";
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
import { inTransaction } from "./transaction.ts";

interface EnrolmentRow {
  sid: string;
  username: string;
  secret: Uint8Array;
  expires_at: number;
}

export class SqliteSecondFactors implements SecondFactorStore {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  async totp(username: string): Promise<StoredTotp | undefined> {
    const row = this.#database.prepare("SELECT * FROM totp WHERE username = ?").get(username);
    return row && totpFrom(row as unknown as TotpRow);
  }

  async confirmTotp(totp: StoredTotp, sid: string): Promise<boolean> {
    return inTransaction(this.#database, () => {
      const { changes } = this.#database.prepare("DELETE FROM totp_enrolments WHERE sid = ?").run(sid);
      if (changes === 0) return false;
      this.#database
        .prepare(
          `INSERT OR REPLACE INTO totp (username, secret, algorithm, digits, period, created_at, last_step, last_used_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(
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
    return this.#changes(
      "UPDATE totp SET last_step = ?1, last_used_at = ?2 WHERE username = ?3 AND secret = ?4 AND last_step < ?1",
      step,
      at,
      username,
      secret,
    );
  }

  async removeTotp(username: string): Promise<boolean> {
    return this.#changes("DELETE FROM totp WHERE username = ?", username);
  }

  async totpEnrolment(sid: string, now: number): Promise<TotpEnrolment | undefined> {
    const row = this.#database.prepare("SELECT * FROM totp_enrolments WHERE sid = ? AND expires_at > ?").get(sid, now);
    if (!row) return undefined;
    const { username, secret, expires_at } = row as unknown as EnrolmentRow;
    return { sid, username, secret, expiresAt: expires_at };
  }

  async addTotpEnrolment({ sid, username, secret, expiresAt }: TotpEnrolment): Promise<void> {
    this.#changes(
      "INSERT OR REPLACE INTO totp_enrolments (sid, username, secret, expires_at) VALUES (?, ?, ?, ?)",
      sid,
      username,
      secret,
      expiresAt,
    );
  }

  async replaceRecoveryCodes(username: string, hashes: readonly Uint8Array[], at: number): Promise<void> {
    inTransaction(this.#database, () => {
      this.#changes("DELETE FROM recovery_codes WHERE username = ?", username);
      const insert = this.#database.prepare(
        "INSERT INTO recovery_codes (username, hash, created_at, used) VALUES (?, ?, ?, 0)",
      );
      for (const hash of hashes) insert.run(username, hash, at);
    });
  }

  async useRecoveryCode(username: string, hash: Uint8Array): Promise<boolean> {
    return this.#changes(
      "UPDATE recovery_codes SET used = 1 WHERE username = ? AND hash = ? AND used = 0",
      username,
      hash,
    );
  }

  async recoveryCodes(username: string): Promise<RecoveryCodeCount | undefined> {
    const row = this.#database
      .prepare(
        `SELECT count(*) AS total, coalesce(sum(used = 0), 0) AS "left", max(created_at) AS created_at
         FROM recovery_codes WHERE username = ?`,
      )
      .get(username) as { total: number; left: number; created_at: number | null };
    return row.total === 0 ? undefined : { left: row.left, total: row.total, createdAt: row.created_at! };
  }

  async removeRecoveryCodes(username: string): Promise<void> {
    this.#changes("DELETE FROM recovery_codes WHERE username = ?", username);
  }

  async passkeys(username: string): Promise<readonly StoredPasskey[]> {
    const rows = this.#database
      .prepare("SELECT * FROM passkeys WHERE username = ? ORDER BY created_at, id")
      .all(username);
    return (rows as unknown as PasskeyRow[]).map(passkeyFrom);
  }

  async passkey(id: string): Promise<StoredPasskey | undefined> {
    const row = this.#database.prepare("SELECT * FROM passkeys WHERE id = ?").get(id);
    return row && passkeyFrom(row as unknown as PasskeyRow);
  }

  async addPasskey(passkey: StoredPasskey): Promise<boolean> {
    return this.#changes(
      `INSERT OR IGNORE INTO passkeys (id, username, rp_id, public_key, counter, transports, synced, discoverable, name,
         created_at, last_used_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
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
    return this.#changes(
      `UPDATE passkeys SET counter = ?1, last_used_at = ?2
       WHERE id = ?3 AND (counter < ?1 OR (counter = 0 AND ?1 = 0))`,
      counter,
      at,
      id,
    );
  }

  async renamePasskey(username: string, id: string, name: string): Promise<boolean> {
    return this.#changes("UPDATE passkeys SET name = ? WHERE username = ? AND id = ?", name, username, id);
  }

  async removePasskey(username: string, id: string): Promise<boolean> {
    return this.#changes("DELETE FROM passkeys WHERE username = ? AND id = ?", username, id);
  }

  async userHandle(username: string, initial: string): Promise<string> {
    this.#changes("INSERT OR IGNORE INTO user_handles (username, handle) VALUES (?, ?)", username, initial);
    const row = this.#database.prepare("SELECT handle FROM user_handles WHERE username = ?").get(username);
    return (row as { handle: string }).handle;
  }

  async removeUser(username: string): Promise<void> {
    inTransaction(this.#database, () => {
      for (const table of ["totp", "totp_enrolments", "recovery_codes", "passkeys", "user_handles"])
        this.#changes(`DELETE FROM ${table} WHERE username = ?`, username);
    });
  }

  async addChallenge({ hash, purpose, boundTo, expiresAt }: StoredChallenge): Promise<void> {
    inTransaction(this.#database, () => {
      this.#changes(
        "INSERT INTO challenges (hash, purpose, bound_to, expires_at) VALUES (?, ?, ?, ?)",
        hash,
        purpose,
        boundTo,
        expiresAt,
      );
      this.#changes(
        `DELETE FROM challenges WHERE rowid IN
           (SELECT rowid FROM challenges WHERE purpose = ? ORDER BY rowid DESC LIMIT -1 OFFSET ${openChallengeLimit})`,
        purpose,
      );
    });
  }

  async takeChallenge({ hash, purpose, boundTo }: Omit<StoredChallenge, "expiresAt">, now: number): Promise<boolean> {
    return this.#changes(
      "DELETE FROM challenges WHERE hash = ? AND purpose = ? AND bound_to = ? AND expires_at > ?",
      hash,
      purpose,
      boundTo,
      now,
    );
  }

  async removeExpired(now: number): Promise<void> {
    inTransaction(this.#database, () => {
      this.#changes("DELETE FROM totp_enrolments WHERE expires_at <= ?", now);
      this.#changes("DELETE FROM challenges WHERE expires_at <= ?", now);
    });
  }

  /** Whether the statement changed a row. */
  #changes(sql: string, ...values: readonly (string | number | Uint8Array | null)[]): boolean {
    return this.#database.prepare(sql).run(...values).changes > 0;
  }
}
