// Mails that were promised to somebody and are not delivered yet, and how many there were. Times are integer seconds; every
// method is atomic, as in store.ts.
import { countedUntil } from "../kit/clock.ts";
import type { Transaction } from "../kit/sql/queries.ts";
import { insertion } from "../kit/sql/rows.ts";
import { Store } from "../kit/sql/store.ts";

export interface OutboxEntry {
  readonly id: string;
  /** The purpose of the mail. Limits count each purpose by itself. */
  readonly purpose: string;
  /** Keyed hashes of whom it is for, by each of which mails are counted. */
  readonly user: string;
  readonly address: string;
  /** Encrypted. */
  readonly message: Uint8Array;
  readonly createdAt: number;
  /** No try is made after this time. */
  readonly expiresAt: number;
}

/** An entry that one host has taken to deliver. */
export interface ClaimedEntry extends OutboxEntry {
  /** Tries so far, with this one. */
  readonly attempt: number;
}

/** So many mails of one purpose since a time, for a user and for an address. */
export interface OutboxLimit {
  readonly most: number;
  readonly since: number;
}

export class OutboxStore extends Store {
  /** Adds a mail, due at once. False, and nothing added, when there were too many. */
  async add(entry: OutboxEntry, limit: OutboxLimit): Promise<boolean> {
    return this.database.transaction((queries) => addOutboxEntry(queries, entry, limit));
  }

  /** Takes a mail that is due at `now`, which nobody else gets before `until`. */
  async claim(now: number, until: number): Promise<ClaimedEntry | undefined> {
    // Looked for first: an update locks SQLite also where it changes nothing.
    const due = "SELECT 1 FROM outbox WHERE message IS NOT NULL AND due_at <= $1 LIMIT 1";
    if ((await this.database.rows(due, now)).length === 0) return undefined;
    const [row] = await this.database.returning<ClaimedEntry>(
      `UPDATE outbox SET due_at = $2, attempts = attempts + 1 WHERE id =
         (SELECT id FROM outbox WHERE message IS NOT NULL AND due_at <= $1 ORDER BY due_at, created_at LIMIT 1
          FOR UPDATE SKIP LOCKED)
       RETURNING id, purpose, user_hash AS "user", address_hash AS address, message, created_at, expires_at, attempts AS attempt`,
      now,
      until,
    );
    return row;
  }

  /** Ends a claim: the message is forgotten, the entry still counts. Nothing happens when another claim came after it. */
  async finish({ id, attempt }: ClaimedEntry): Promise<void> {
    await this.database.changes("UPDATE outbox SET message = NULL WHERE id = $1 AND attempts = $2", id, attempt);
  }

  /** Ends a claim: the next one can be had at `dueAt`. Nothing happens when another claim came after it. */
  async postpone({ id, attempt }: ClaimedEntry, dueAt: number): Promise<void> {
    const update = "UPDATE outbox SET due_at = $1 WHERE id = $2 AND attempts = $3";
    await this.database.changes(update, dueAt, id, attempt);
  }

  /** How many wait. */
  async waiting(): Promise<number> {
    const select = "SELECT count(*) AS count FROM outbox WHERE message IS NOT NULL";
    return (await this.row<{ count: number }>(select))!.count;
  }

  /** Removes entries that were made before a time and are finished, or of no use since before it. */
  async removeExpired(before: number): Promise<void> {
    const remove = "DELETE FROM outbox WHERE created_at < $1 AND (message IS NULL OR expires_at < $1)";
    await this.database.changes(remove, before);
  }
}

/** Adds an entry within somebody's transaction. False, and nothing added, when there were too many. */
export async function addOutboxEntry(queries: Transaction, entry: OutboxEntry, limit: OutboxLimit): Promise<boolean> {
  const { user, address, purpose, ...rest } = entry;
  // In one order, so that two mails with the same two hashes do not wait for each other.
  for (const hash of [user, address].sort()) await queries.lock(`mails to ${hash}`);
  const [counts] = await queries.rows<{ byUser: number; byAddress: number }>(
    `SELECT (SELECT count(*) FILTER (WHERE created_at < $5) FROM outbox WHERE purpose = $1 AND user_hash = $2 AND created_at > $4) AS by_user,
       (SELECT count(*) FILTER (WHERE created_at < $5) FROM outbox WHERE purpose = $1 AND address_hash = $3 AND created_at > $4) AS by_address`,
    ...[purpose, user, address, limit.since, countedUntil(limit.since, entry.createdAt)],
  );
  if (counts!.byUser >= limit.most || counts!.byAddress >= limit.most) return false;
  const hashes = { userHash: user, addressHash: address };
  await queries.changes(...insertion("outbox", { ...rest, ...hashes, purpose, dueAt: entry.createdAt, attempts: 0 }));
  return true;
}
