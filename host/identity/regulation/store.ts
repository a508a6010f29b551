// What the host remembers of failed attempts to log in. Subjects and places are keyed hashes of names and addresses.
import { type Database, parameters } from "../../kit/sql/queries.ts";

export interface RegulationRecord {
  /** Whom the attempts are counted against. */
  readonly subject: string;
  /** The user or the address it belongs to; a ban is lifted by it. */
  readonly owner: string;
  readonly kind: "user" | "place" | "address";
  /** The user's name or the network; null for a name that nobody has. */
  readonly label: string | null;
  /** When attempts failed; seconds, oldest first. */
  readonly failures: readonly number[];
  /** No attempt is looked at before this time. */
  readonly heldUntil: number;
  /** Whether that is a ban and no mere delay. */
  readonly banned: boolean;
  /** Bans in a row. */
  readonly bans: number;
  readonly forgetAt: number;
}

/** Records kept at most: some 30 MB. */
export const capacity = 100_000;

interface RegulationRow {
  readonly subject: string;
  readonly owner: string;
  readonly kind: RegulationRecord["kind"];
  readonly label: string | null;
  readonly failures: string;
  readonly held_until: number;
  readonly banned: 0 | 1;
  readonly bans: number;
  readonly forget_at: number;
}

export class RegulationStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Those of these subjects that have one, in the order of the subjects. */
  async records(subjects: readonly string[]): Promise<readonly RegulationRecord[]> {
    if (subjects.length === 0) return [];
    const select = `SELECT * FROM regulation WHERE subject IN (${parameters(subjects.length)})`;
    const rows = await this.#database.rows<RegulationRow>(select, ...subjects);
    const bySubject = new Map(rows.map((row) => [row.subject, recordFrom(row)]));
    return subjects.flatMap((subject) => bySubject.get(subject) ?? []);
  }

  /** Replaces a subject's record by what `change` makes of it, which nothing comes between. */
  async update(
    subject: string,
    change: (before: RegulationRecord | undefined) => RegulationRecord,
  ): Promise<RegulationRecord> {
    return this.#database.transaction(async (queries) => {
      // A lock on the name: the row may not exist yet.
      await queries.lock(`attempts of ${subject}`);
      const [row] = await queries.rows<RegulationRow>("SELECT * FROM regulation WHERE subject = $1", subject);
      const record = change(row && recordFrom(row));
      const { owner, kind, label, failures, heldUntil, banned, bans, forgetAt } = record;
      await queries.changes(
        `INSERT INTO regulation (subject, owner, kind, label, failures, held_until, banned, bans, forget_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (subject) DO UPDATE SET owner = excluded.owner, kind = excluded.kind, label = excluded.label,
           failures = excluded.failures, held_until = excluded.held_until, banned = excluded.banned,
           bans = excluded.bans, forget_at = excluded.forget_at`,
        ...[subject, owner, kind, label, JSON.stringify(failures), heldUntil, banned ? 1 : 0, bans, forgetAt],
      );
      return record;
    });
  }

  async remove(subject: string): Promise<void> {
    await this.#database.changes("DELETE FROM regulation WHERE subject = $1", subject);
  }

  /** Removes all of an owner's records. Returns how many there were. */
  async removeOf(owner: string): Promise<number> {
    return this.#database.changes("DELETE FROM regulation WHERE owner = $1", owner);
  }

  /** The bans in force at `now`, the longest first. */
  async bans(now: number): Promise<readonly RegulationRecord[]> {
    const rows = await this.#database.rows<RegulationRow>(
      `SELECT * FROM regulation WHERE banned = 1 AND held_until > $1 ORDER BY held_until DESC, subject COLLATE "C"`,
      now,
    );
    return rows.map(recordFrom);
  }

  /** Which of these places are known. */
  async knownPlaces(places: readonly string[]): Promise<readonly string[]> {
    if (places.length === 0) return [];
    const select = `SELECT place FROM known_places WHERE place IN (${parameters(places.length)})`;
    const known = new Set((await this.#database.rows<{ place: string }>(select, ...places)).map(({ place }) => place));
    return places.filter((place) => known.has(place));
  }

  /** Notes places of an owner, who keeps the `limit` latest. */
  async addPlaces(places: readonly string[], owner: string, now: number, limit: number): Promise<void> {
    if (places.length === 0) return;
    await this.#database.transaction(async (queries) => {
      await queries.lock(`places of ${owner}`);
      // In one order, so that two owners who share a place do not wait for each other.
      for (const place of [...places].sort())
        await queries.changes(
          `INSERT INTO known_places (place, owner, seen_at) VALUES ($1, $2, $3)
           ON CONFLICT (place) DO UPDATE SET owner = excluded.owner, seen_at = excluded.seen_at`,
          ...[place, owner, now],
        );
      // Of places seen in the same second, those of this call stay.
      await queries.changes(
        `DELETE FROM known_places WHERE owner = $1 AND place NOT IN
           (SELECT place FROM known_places WHERE owner = $1
            ORDER BY seen_at DESC, place IN (${parameters(places.length, 3)}) DESC LIMIT $2)`,
        ...[owner, limit, ...places],
      );
    });
  }

  /** Removes what is past its time, and the records nearest to it beyond a number that fits on any disk. */
  async removeExpired(now: number, placesSeenBefore: number): Promise<void> {
    await this.#database.changes("DELETE FROM regulation WHERE forget_at <= $1", now);
    // SQLite knows no OFFSET without a LIMIT.
    await this.#database.changes(
      `DELETE FROM regulation WHERE subject IN
         (SELECT subject FROM regulation ORDER BY forget_at DESC LIMIT ${Number.MAX_SAFE_INTEGER} OFFSET $1)`,
      capacity,
    );
    await this.#database.changes("DELETE FROM known_places WHERE seen_at < $1", placesSeenBefore);
  }
}

function recordFrom(row: RegulationRow): RegulationRecord {
  const { subject, owner, kind, label, bans } = row;
  return {
    ...{ subject, owner, kind, label, failures: JSON.parse(row.failures) as number[] },
    ...{ heldUntil: row.held_until, banned: row.banned === 1, bans, forgetAt: row.forget_at },
  };
}
