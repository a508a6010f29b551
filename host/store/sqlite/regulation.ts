// Failed attempts in SQLite.

import type { DatabaseSync } from "node:sqlite";
import { capacity, type RegulationRecord, type RegulationStore } from "../regulation-store.ts";
import { type RegulationRow, regulationRecordFrom } from "../rows/regulation.ts";
import { inTransaction } from "./transaction.ts";

export class SqliteRegulation implements RegulationStore {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  async records(subjects: readonly string[]): Promise<readonly RegulationRecord[]> {
    return subjects.flatMap((subject) => this.#record(subject) ?? []);
  }

  #record(subject: string): RegulationRecord | undefined {
    const row = this.#database.prepare("SELECT * FROM regulation WHERE subject = ?").get(subject);
    return row && regulationRecordFrom(row as unknown as RegulationRow);
  }

  async update(
    subject: string,
    change: (before: RegulationRecord | undefined) => RegulationRecord,
  ): Promise<RegulationRecord> {
    return inTransaction(this.#database, () => {
      const record = change(this.#record(subject));
      this.#database
        .prepare(
          `INSERT OR REPLACE INTO regulation
             (subject, owner, kind, label, failures, held_until, banned, bans, forget_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(
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
    this.#database.prepare("DELETE FROM regulation WHERE subject = ?").run(subject);
  }

  async removeOf(owner: string): Promise<number> {
    return Number(this.#database.prepare("DELETE FROM regulation WHERE owner = ?").run(owner).changes);
  }

  async bans(now: number): Promise<readonly RegulationRecord[]> {
    const rows = this.#database
      .prepare("SELECT * FROM regulation WHERE banned = 1 AND held_until > ? ORDER BY held_until DESC, subject")
      .all(now);
    return (rows as unknown as RegulationRow[]).map(regulationRecordFrom);
  }

  async knownPlaces(places: readonly string[]): Promise<readonly string[]> {
    const statement = this.#database.prepare("SELECT 1 FROM known_places WHERE place = ?");
    return places.filter((place) => statement.get(place) !== undefined);
  }

  async addPlaces(places: readonly string[], owner: string, now: number, limit: number): Promise<void> {
    inTransaction(this.#database, () => {
      const insert = this.#database.prepare(
        "INSERT OR REPLACE INTO known_places (place, owner, seen_at) VALUES (?, ?, ?)",
      );
      for (const place of places) insert.run(place, owner, now);
      this.#database
        .prepare(
          `DELETE FROM known_places WHERE owner = ?1 AND place NOT IN
             (SELECT place FROM known_places WHERE owner = ?1 ORDER BY seen_at DESC, rowid DESC LIMIT ?2)`,
        )
        .run(owner, limit);
    });
  }

  async removeExpired(now: number, placesSeenBefore: number): Promise<void> {
    inTransaction(this.#database, () => {
      this.#database.prepare("DELETE FROM regulation WHERE forget_at <= ?").run(now);
      this.#database
        .prepare(
          `DELETE FROM regulation WHERE subject IN
             (SELECT subject FROM regulation ORDER BY forget_at DESC LIMIT -1 OFFSET ?)`,
        )
        .run(capacity);
      this.#database.prepare("DELETE FROM known_places WHERE seen_at < ?").run(placesSeenBefore);
    });
  }
}
