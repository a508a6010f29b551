// Authenticator apps, and those that are being set up. All times are integer seconds; every method is atomic.
import type { Database, Value } from "../../../kit/sql/queries.ts";

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

export class TotpStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async of(username: string): Promise<StoredTotp | undefined> {
    const [row] = await this.#database.rows<TotpRow>("SELECT * FROM totp WHERE username = $1", username);
    if (!row) return undefined;
    const { secret, algorithm, digits, period } = row;
    return {
      ...{ username, secret, algorithm, digits, period },
      ...{ createdAt: row.created_at, lastStep: row.last_step, lastUsedAt: row.last_used_at },
    };
  }

  /** Sets a user's authenticator app in place of the one before, and forgets the enrolment of `sid`. False when that is gone. */
  async confirm(totp: StoredTotp, sid: string): Promise<boolean> {
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
  async use({ username, secret }: StoredTotp, step: number, at: number): Promise<boolean> {
    return this.#changed(
      "UPDATE totp SET last_step = $1, last_used_at = $2 WHERE username = $3 AND secret = $4 AND last_step < $1",
      ...[step, at, username, secret],
    );
  }

  async remove(username: string): Promise<boolean> {
    return this.#changed("DELETE FROM totp WHERE username = $1", username);
  }

  /** The enrolment of a session that is open at `now`. */
  async enrolment(sid: string, now: number): Promise<TotpEnrolment | undefined> {
    const [row] = await this.#database.rows<{ username: string; secret: Uint8Array; expires_at: number }>(
      "SELECT * FROM totp_enrolments WHERE sid = $1 AND expires_at > $2",
      sid,
      now,
    );
    return row && { sid, username: row.username, secret: row.secret, expiresAt: row.expires_at };
  }

  async addEnrolment({ sid, username, secret, expiresAt }: TotpEnrolment): Promise<void> {
    await this.#database.changes(
      `INSERT INTO totp_enrolments (sid, username, secret, expires_at) VALUES ($1, $2, $3, $4)
       ON CONFLICT (sid) DO UPDATE SET username = excluded.username, secret = excluded.secret,
         expires_at = excluded.expires_at`,
      ...[sid, username, secret, expiresAt],
    );
  }

  async removeExpired(now: number): Promise<void> {
    await this.#database.changes("DELETE FROM totp_enrolments WHERE expires_at <= $1", now);
  }

  async #changed(sql: string, ...values: readonly Value[]): Promise<boolean> {
    return (await this.#database.changes(sql, ...values)) > 0;
  }
}
