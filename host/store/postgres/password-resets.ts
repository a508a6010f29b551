// Forgotten passwords in PostgreSQL.

import type { PasswordResetStore, RequestCount, StoredPasswordReset } from "../password-reset-store.ts";
import { type PasswordResetRow, passwordResetFrom } from "../rows/password-resets.ts";
import type { PostgresDatabase } from "./database.ts";

/** The first of the two numbers of the lock on a subject whose requests are counted. */
const lockSpace = 0x7a70;

const insert = `INSERT INTO password_resets (username, token, browser, created_at, not_before, expires_at)
  VALUES ($1, $2, $3, $4, $5, $6)`;

export class PostgresPasswordResets implements PasswordResetStore {
  readonly #database: PostgresDatabase;

  constructor(database: PostgresDatabase) {
    this.#database = database;
  }

  async put(reset: StoredPasswordReset): Promise<void> {
    await this.#database.changes(
      `${insert} ON CONFLICT (username) DO UPDATE SET token = excluded.token, browser = excluded.browser,
         created_at = excluded.created_at, not_before = excluded.not_before, expires_at = excluded.expires_at`,
      ...valuesOf(reset),
    );
  }

  async putBack(reset: StoredPasswordReset): Promise<void> {
    await this.#database.changes(`${insert} ON CONFLICT DO NOTHING`, ...valuesOf(reset));
  }

  async find(token: Uint8Array, now: number): Promise<StoredPasswordReset | undefined> {
    const select = "SELECT * FROM password_resets WHERE token = $1 AND expires_at > $2";
    const [row] = await this.#database.rows<PasswordResetRow>(select, token, now);
    return row && passwordResetFrom(row);
  }

  async take(token: Uint8Array): Promise<boolean> {
    return (await this.#database.changes("DELETE FROM password_resets WHERE token = $1", token)) === 1;
  }

  async countRequest(counts: readonly RequestCount[], now: number): Promise<boolean> {
    return this.#database.transaction(async ({ rows, changes }) => {
      // In one order, so that two requests with the same subjects do not wait for each other.
      for (const subject of counts.map((count) => count.subject).sort())
        await rows("SELECT pg_advisory_xact_lock($1, hashtext($2))", lockSpace, subject);
      const select = "SELECT count(*) AS count FROM reset_requests WHERE subject = $1 AND at > $2";
      for (const { subject, most, since } of counts)
        if ((await rows<{ count: number }>(select, subject, since))[0]!.count >= most) return false;
      for (const { subject } of counts)
        await changes("INSERT INTO reset_requests (subject, at) VALUES ($1, $2)", subject, now);
      return true;
    });
  }

  async removeExpired(now: number, countedBefore: number): Promise<void> {
    await this.#database.changes("DELETE FROM password_resets WHERE expires_at <= $1", now);
    await this.#database.changes("DELETE FROM reset_requests WHERE at < $1", countedBefore);
  }
}

function valuesOf({ username, token, browser, createdAt, notBefore, expiresAt }: StoredPasswordReset) {
  return [username, token, browser, createdAt, notBefore, expiresAt] as const;
}
