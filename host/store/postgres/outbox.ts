// Mails on their way in PostgreSQL.

import type { ClaimedEntry, OutboxEntry, OutboxLimit, OutboxStore } from "../outbox-store.ts";
import { claimedEntryFrom, type OutboxRow } from "../rows/outbox.ts";
import type { PostgresDatabase, Queries } from "./database.ts";

/** The first of the two numbers of the lock on whom a mail is for. */
const lockSpace = 0x7a6d;

export class PostgresOutbox implements OutboxStore {
  readonly #database: PostgresDatabase;

  constructor(database: PostgresDatabase) {
    this.#database = database;
  }

  async add(entry: OutboxEntry, limit: OutboxLimit): Promise<boolean> {
    return this.#database.transaction((queries) => addOutboxEntry(queries, entry, limit));
  }

  async claim(now: number, until: number): Promise<ClaimedEntry | undefined> {
    const [row] = await this.#database.rows<OutboxRow>(
      `UPDATE outbox SET due_at = $2, attempts = attempts + 1 WHERE id =
         (SELECT id FROM outbox WHERE message IS NOT NULL AND due_at <= $1 ORDER BY due_at, created_at LIMIT 1
          FOR UPDATE SKIP LOCKED)
       RETURNING *`,
      now,
      until,
    );
    return row && claimedEntryFrom(row);
  }

  async finish({ id, attempt }: ClaimedEntry): Promise<void> {
    await this.#database.changes("UPDATE outbox SET message = NULL WHERE id = $1 AND attempts = $2", id, attempt);
  }

  async postpone({ id, attempt }: ClaimedEntry, dueAt: number): Promise<void> {
    const update = "UPDATE outbox SET due_at = $1 WHERE id = $2 AND attempts = $3";
    await this.#database.changes(update, dueAt, id, attempt);
  }

  async waiting(): Promise<number> {
    const select = "SELECT count(*) AS count FROM outbox WHERE message IS NOT NULL";
    return (await this.#database.rows<{ count: number }>(select))[0]!.count;
  }

  async removeExpired(before: number): Promise<void> {
    await this.#database.changes(
      "DELETE FROM outbox WHERE created_at < $1 AND (message IS NULL OR expires_at < $1)",
      before,
    );
  }
}

/** Adds an entry within somebody's transaction. False, and nothing added, when there were too many. */
export async function addOutboxEntry(queries: Queries, entry: OutboxEntry, limit: OutboxLimit): Promise<boolean> {
  const { id, purpose, user, address, message, createdAt, expiresAt } = entry;
  // In one order, so that two mails with the same two hashes do not wait for each other.
  for (const hash of [user, address].sort())
    await queries.rows("SELECT pg_advisory_xact_lock($1, hashtext($2))", lockSpace, hash);
  const [counts] = await queries.rows<{ by_user: number; by_address: number }>(
    `SELECT (SELECT count(*) FROM outbox WHERE purpose = $1 AND user_hash = $2 AND created_at > $4) AS by_user,
       (SELECT count(*) FROM outbox WHERE purpose = $1 AND address_hash = $3 AND created_at > $4) AS by_address`,
    purpose,
    user,
    address,
    limit.since,
  );
  if (counts!.by_user >= limit.most || counts!.by_address >= limit.most) return false;
  await queries.changes(
    `INSERT INTO outbox (id, purpose, user_hash, address_hash, message, created_at, expires_at, due_at, attempts)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $6, 0)`,
    id,
    purpose,
    user,
    address,
    message,
    createdAt,
    expiresAt,
  );
  return true;
}
