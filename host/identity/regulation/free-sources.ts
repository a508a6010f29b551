// Sources that need not wait, as the database had it a moment ago: a credential that is sent a thousand times a second is not looked up
// each time.
import { LatestMap } from "../../kit/latest-map.ts";

/** How long that is believed where nobody tells of a change: PostgreSQL tells of none that another host counts. Seconds. */
const belief = 2;

/** Sources remembered at most; the oldest go first. */
const capacity = 4096;

interface Entry {
  /** Whom the source's attempts are counted against, and whose those counts are. */
  readonly subjects: readonly string[];
  readonly until: number;
}

export class FreeSources {
  readonly #entries = new LatestMap<string, Entry>(capacity);
  #changes = 0;

  /** Grows whenever something is forgotten: what was read before that may be old. */
  get changes(): number {
    return this.#changes;
  }

  has(source: string, now: number): boolean {
    const entry = this.#entries.get(source);
    return entry !== undefined && now < entry.until;
  }

  add(source: string, subjects: readonly string[], now: number): void {
    this.#entries.set(source, { subjects, until: now + belief });
  }

  /** Forgets the sources that a subject's count or places concern. */
  forget(subject: string): void {
    this.#changes++;
    for (const [source, { subjects }] of this.#entries) if (subjects.includes(subject)) this.#entries.delete(source);
  }

  forgetAll(): void {
    this.#changes++;
    this.#entries.clear();
  }
}
