// Mails on their way in SQLite.

import type { DatabaseSync } from "node:sqlite";
import type { ClaimedEntry, OutboxEntry, OutboxLimit, OutboxStore } from "../outbox-store.ts";
import { claimedEntryFrom, type OutboxRow } from "../rows/outbox.ts";
import { inTransaction } from "./transaction.ts";

export class SqliteOutbox implements OutboxStore {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  async add(entry: OutboxEntry, limit: OutboxLimit): Promise<boolean> {
    return inTransaction(this.#database, () => addOutboxEntry(this.#database, entry, limit));
  }

  async claim(now: number, until: number): Promise<ClaimedEntry | undefined> {
    // Looked for first: an update locks the database also where it changes nothing.
    const due = this.#database.prepare("SELECT 1 FROM outbox WHERE message IS NOT NULL AND due_at <= ? LIMIT 1");
    if (!due.get(now)) return undefined;
    const row = this.#database
      .prepare(
        `UPDATE outbox SET due_at = ?2, attempts = attempts + 1 WHERE id =
           (SELECT id FROM outbox WHERE message IS NOT NULL AND due_at <= ?1 ORDER BY due_at, created_at LIMIT 1)
         RETURNING *`,
      )
      .get(now, until);
    return row && claimedEntryFrom(row as unknown as OutboxRow);
  }

  async finish({ id, attempt }: ClaimedEntry): Promise<void> {
    this.#database.prepare("UPDATE outbox SET message = NULL WHERE id = ? AND attempts = ?").run(id, attempt);
  }

  async postpone({ id, attempt }: ClaimedEntry, dueAt: number): Promise<void> {
    this.#database.prepare("UPDATE outbox SET due_at = ? WHERE id = ? AND attempts = ?").run(dueAt, id, attempt);
  }

  async waiting(): Promise<number> {
    const row = this.#database.prepare("SELECT count(*) AS count FROM outbox WHERE message IS NOT NULL").get();
    return (row as { count: number }).count;
  }

  async removeExpired(before: number): Promise<void> {
    this.#database
      .prepare("DELETE FROM outbox WHERE created_at < ?1 AND (message IS NULL OR expires_at < ?1)")
      .run(before);
  }
}

/** Adds an entry within somebody's transaction. False, and nothing added, when there were too many. */
export function addOutboxEntry(database: DatabaseSync, entry: OutboxEntry, { most, since }: OutboxLimit): boolean {
  const { id, purpose, user, address, message, createdAt, expiresAt } = entry;
  const { by_user, by_address } = database
    .prepare(
      `SELECT (SELECT count(*) FROM outbox WHERE purpose = ?1 AND user_hash = ?2 AND created_at > ?4) AS by_user,
         (SELECT count(*) FROM outbox WHERE purpose = ?1 AND address_hash = ?3 AND created_at > ?4) AS by_address`,
    )
    .get(purpose, user, address, since) as { by_user: number; by_address: number };
  if (by_user >= most || by_address >= most) return false;
  database
    .prepare(
      `INSERT INTO outbox (id, purpose, user_hash, address_hash, message, created_at, expires_at, due_at, attempts)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?6, 0)`,
    )
    .run(id, purpose, user, address, message, createdAt, expiresAt);
  return true;
}
