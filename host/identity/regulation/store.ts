// What the host remembers of failed attempts to log in. Subjects and places are keyed hashes of names and addresses.
import { parameters } from "../../kit/sql/queries.ts";
import { removeGradually } from "../../kit/sql/remove-gradually.ts";
import { type RowOf, replacement } from "../../kit/sql/rows.ts";
import { Store } from "../../kit/sql/store.ts";

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
  /** Bans in a row; 0 with a ban that was carried over from elsewhere. */
  readonly bans: number;
  readonly forgetAt: number;
}

/** Records kept at most: some 30 MB. */
export const capacity = 100_000;

type RegulationRow = RowOf<RegulationRecord>;

export class RegulationStore extends Store {
  /** Those of these subjects that have one, in the order of the subjects. */
  async records(subjects: readonly string[]): Promise<readonly RegulationRecord[]> {
    if (subjects.length === 0) return [];
    const select = `SELECT * FROM regulation WHERE subject IN (${parameters(subjects.length)})`;
    const rows = await this.database.rows<RegulationRow>(select, ...subjects);
    const bySubject = new Map(rows.map((row) => [row.subject, recordFrom(row)]));
    return subjects.flatMap((subject) => bySubject.get(subject) ?? []);
  }

  /** Replaces a subject's record by what `change` makes of it, which nothing comes between. */
  async update(
    subject: string,
    change: (before: RegulationRecord | undefined) => RegulationRecord,
  ): Promise<RegulationRecord> {
    // A lock on the name: the row may not exist yet.
    return this.locked(`attempts of ${subject}`, async (queries) => {
      const [row] = await queries.rows<RegulationRow>("SELECT * FROM regulation WHERE subject = $1", subject);
      const record = change(row && recordFrom(row));
      await queries.changes(...replacement("regulation", "subject", record));
      return record;
    });
  }

  async remove(subject: string): Promise<void> {
    await this.database.changes("DELETE FROM regulation WHERE subject = $1", subject);
  }

  /** Removes all of an owner's records. Returns how many there were. */
  async removeOf(owner: string): Promise<number> {
    return this.database.changes("DELETE FROM regulation WHERE owner = $1", owner);
  }

  /** The bans in force at `now`, the longest first. */
  async bans(now: number): Promise<readonly RegulationRecord[]> {
    const rows = await this.database.rows<RegulationRow>(
      `SELECT * FROM regulation WHERE banned = 1 AND held_until > $1 ORDER BY held_until DESC, subject COLLATE "C"`,
      now,
    );
    return rows.map(recordFrom);
  }

  /** Which of these places are known. */
  async knownPlaces(places: readonly string[]): Promise<readonly string[]> {
    if (places.length === 0) return [];
    const select = `SELECT place FROM known_places WHERE place IN (${parameters(places.length)})`;
    const known = new Set((await this.database.rows<{ place: string }>(select, ...places)).map(({ place }) => place));
    return places.filter((place) => known.has(place));
  }

  /** Notes places of an owner, who keeps the `limit` latest. */
  async addPlaces(places: readonly string[], owner: string, now: number, limit: number): Promise<void> {
    if (places.length === 0) return;
    await this.locked(`places of ${owner}`, async (queries) => {
      // In one order, so that two owners who share a place do not wait for each other.
      for (const place of [...places].sort())
        await queries.changes(...replacement("known_places", "place", { place, owner, seenAt: now }));
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
    const past = { table: "regulation", key: "subject", condition: "forget_at <= $1", order: "forget_at" };
    await removeGradually(this.database, past, now);
    // SQLite knows no OFFSET without a LIMIT.
    await this.database.changes(
      `DELETE FROM regulation WHERE subject IN
         (SELECT subject FROM regulation ORDER BY forget_at DESC LIMIT ${Number.MAX_SAFE_INTEGER} OFFSET $1)`,
      capacity,
    );
    const unseen = { table: "known_places", key: "place", condition: "seen_at < $1", order: "seen_at" };
    await removeGradually(this.database, unseen, placesSeenBefore);
  }
}

function recordFrom(row: RegulationRow): RegulationRecord {
  return { ...row, failures: JSON.parse(row.failures) as number[], banned: row.banned === 1 };
}
