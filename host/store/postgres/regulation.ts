// Failed attempts in PostgreSQL.

import { capacity, type RegulationRecord, type RegulationStore } from "../regulation-store.ts";
import { type RegulationRow, regulationRecordFrom } from "../rows/regulation.ts";
import type { PostgresDatabase } from "./database.ts";

/** The first of the two numbers of the lock on a subject or an owner. */
const lockSpace = 0x7a72;

export class PostgresRegulation implements RegulationStore {
  readonly #database: PostgresDatabase;

  constructor(database: PostgresDatabase) {
    this.#database = database;
  }

  async records(subjects: readonly string[]): Promise<readonly RegulationRecord[]> {
    const rows = await this.#database.rows<RegulationRow>(
      `SELECT * FROM regulation WHERE subject IN (SELECT jsonb_array_elements_text($1::jsonb))`,
      JSON.stringify(subjects),
    );
    const bySubject = new Map(rows.map((row) => [row.subject, regulationRecordFrom(row)]));
    return subjects.flatMap((subject) => bySubject.get(subject) ?? []);
  }

  async update(
    subject: string,
    change: (before: RegulationRecord | undefined) => RegulationRecord,
  ): Promise<RegulationRecord> {
    return this.#database.transaction(async ({ rows, changes }) => {
      // A lock on the name: the row may not exist yet.
      await rows("SELECT pg_advisory_xact_lock($1, hashtext($2))", lockSpace, subject);
      const [row] = await rows<RegulationRow>("SELECT * FROM regulation WHERE subject = $1", subject);
      const record = change(row && regulationRecordFrom(row));
      await changes(
        `INSERT INTO regulation (subject, owner, kind, label, failures, held_until, banned, bans, forget_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (subject) DO UPDATE SET owner = excluded.owner, kind = excluded.kind, label = excluded.label,
           failures = excluded.failures, held_until = excluded.held_until, banned = excluded.banned,
           bans = excluded.bans, forget_at = excluded.forget_at`,
        subject,
        record.owner,
        record.kind,
        record.label,
        JSON.stringify(record.failures),
        record.heldUntil,
        record.banned ? 1 : 0,
        record.bans,
        record.forgetAt,
      );
      return record;
    });
  }

  async remove(subject: string): Promise<void> {
    await this.#database.changes("DELETE FROM regulation WHERE subject = $1", subject);
  }

  async removeOf(owner: string): Promise<number> {
    return this.#database.changes("DELETE FROM regulation WHERE owner = $1", owner);
  }

  async bans(now: number): Promise<readonly RegulationRecord[]> {
    const rows = await this.#database.rows<RegulationRow>(
      `SELECT * FROM regulation WHERE banned = 1 AND held_until > $1 ORDER BY held_until DESC, subject COLLATE "C"`,
      now,
    );
    return rows.map(regulationRecordFrom);
  }

  async knownPlaces(places: readonly string[]): Promise<readonly string[]> {
    const rows = await this.#database.rows<{ place: string }>(
      "SELECT place FROM known_places WHERE place IN (SELECT jsonb_array_elements_text($1::jsonb))",
      JSON.stringify(places),
    );
    const known = new Set(rows.map(({ place }) => place));
    return places.filter((place) => known.has(place));
  }

  async addPlaces(places: readonly string[], owner: string, now: number, limit: number): Promise<void> {
    await this.#database.transaction(async ({ rows, changes }) => {
      await rows("SELECT pg_advisory_xact_lock($1, hashtext($2))", lockSpace, owner);
      // In one order, so that two owners who share a place do not wait for each other.
      for (const place of [...places].sort())
        await changes(
          `INSERT INTO known_places (place, owner, seen_at) VALUES ($1, $2, $3)
           ON CONFLICT (place) DO UPDATE SET owner = excluded.owner, seen_at = excluded.seen_at`,
          place,
          owner,
          now,
        );
      // Of places seen in the same second, those of this call stay.
      await changes(
        `DELETE FROM known_places WHERE owner = $1 AND place NOT IN
           (SELECT place FROM known_places WHERE owner = $1
            ORDER BY seen_at DESC, place IN (SELECT jsonb_array_elements_text($3::jsonb)) DESC LIMIT $2::bigint)`,
        owner,
        limit,
        JSON.stringify(places),
      );
    });
  }

  async removeExpired(now: number, placesSeenBefore: number): Promise<void> {
    await this.#database.changes("DELETE FROM regulation WHERE forget_at <= $1", now);
    await this.#database.changes(
      "DELETE FROM regulation WHERE subject IN (SELECT subject FROM regulation ORDER BY forget_at DESC OFFSET $1)",
      capacity,
    );
    await this.#database.changes("DELETE FROM known_places WHERE seen_at < $1", placesSeenBefore);
  }
}
