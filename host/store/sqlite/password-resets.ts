// Forgotten passwords in SQLite.

import type { DatabaseSync } from "node:sqlite";
import type { PasswordResetStore, RequestCount, StoredPasswordReset } from "../password-reset-store.ts";
import { type PasswordResetRow, passwordResetFrom } from "../rows/password-resets.ts";
import { inTransaction } from "./transaction.ts";

export class SqlitePasswordResets implements PasswordResetStore {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  async put(reset: StoredPasswordReset): Promise<void> {
    this.#insert("INSERT OR REPLACE", reset);
  }

  async putBack(reset: StoredPasswordReset): Promise<void> {
    this.#insert("INSERT OR IGNORE", reset);
  }

  #insert(how: "INSERT OR REPLACE" | "INSERT OR IGNORE", reset: StoredPasswordReset): void {
    const { username, token, browser, createdAt, notBefore, expiresAt } = reset;
    this.#database
      .prepare(
        `${how} INTO password_resets (username, token, browser, created_at, not_before, expires_at)
         VALUES (?, ?, ?, ?, ?, ?)`,
      )
      .run(username, token, browser, createdAt, notBefore, expiresAt);
  }

  async find(token: Uint8Array, now: number): Promise<StoredPasswordReset | undefined> {
    const row = this.#database
      .prepare("SELECT * FROM password_resets WHERE token = ? AND expires_at > ?")
      .get(token, now) as unknown as PasswordResetRow | undefined;
    return row && passwordResetFrom(row);
  }

  async take(token: Uint8Array): Promise<boolean> {
    return this.#database.prepare("DELETE FROM password_resets WHERE token = ?").run(token).changes === 1;
  }

  async countRequest(counts: readonly RequestCount[], now: number): Promise<boolean> {
    return inTransaction(this.#database, () => {
      const count = this.#database.prepare("SELECT count(*) AS count FROM reset_requests WHERE subject = ? AND at > ?");
      const tooMany = ({ subject, most, since }: RequestCount) =>
        (count.get(subject, since) as { count: number }).count >= most;
      if (counts.some(tooMany)) return false;
      const insert = this.#database.prepare("INSERT INTO reset_requests (subject, at) VALUES (?, ?)");
      for (const { subject } of counts) insert.run(subject, now);
      return true;
    });
  }

  async removeExpired(now: number, countedBefore: number): Promise<void> {
    this.#database.prepare("DELETE FROM password_resets WHERE expires_at <= ?").run(now);
    this.#database.prepare("DELETE FROM reset_requests WHERE at < ?").run(countedBefore);
  }
}
