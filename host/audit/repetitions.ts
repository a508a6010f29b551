// Keeps a flood of refusals from filling the audit trail and the log. Of those that are alike the first few of a while are put
// down one by one; how many more there were is put down once, when the while is over.
import { networkOf } from "../identity/regulation/network.ts";
import type { AuditEvent } from "./event.ts";

/** Refusals that are alike and put down one by one, in a while of so many seconds. */
const oneByOne = 5;
const interval = 300;

/** Kinds that are told apart; what comes besides is alike whoever did it. */
const capacity = 500;

interface Kind {
  readonly since: number;
  /** Once there are more, who did it and why are the latest one's. */
  latest: AuditEvent;
  count: number;
}

export class Repetitions {
  readonly #kinds = new Map<string, Kind>();

  /** Counts an event at `now`. "many": it is the first that is not to be put down by itself; "more": there was such a one. */
  count(event: AuditEvent, now: number): "few" | "many" | "more" {
    const { key, representative } = this.#kindOf(event);
    const kind = this.#kinds.get(key) ?? { since: now, latest: representative, count: 0 };
    this.#kinds.set(key, kind);
    kind.latest = representative;
    kind.count++;
    if (kind.count <= oneByOne) return "few";
    return kind.count === oneByOne + 1 ? "many" : "more";
  }

  /**
   * Forgets the kinds whose while is over at `now`, once `put` has put down an event for each that there were more of. What comes
   * meanwhile is of the next while. Rejects when `put` does: what it has not put down is counted on.
   */
  async putOver(now: number, put: (event: AuditEvent) => Promise<void>): Promise<void> {
    for (const [key, kind] of [...this.#kinds]) {
      const { since, latest, count } = kind;
      if (since + interval > now || this.#kinds.get(key) !== kind) continue;
      this.#kinds.delete(key);
      if (count <= oneByOne) continue;
      try {
        await put(summaryOf(latest, count - oneByOne, since));
      } catch (error) {
        const meanwhile = this.#kinds.get(key);
        this.#kinds.set(key, meanwhile ? { ...meanwhile, since, count: count + meanwhile.count } : kind);
        throw error;
      }
    }
  }

  /** What makes events alike: what was refused, about whom, and the network that it came from. */
  #kindOf(event: AuditEvent): { readonly key: string; readonly representative: AuditEvent } {
    const { action, outcome, by, user, address } = event;
    const key = JSON.stringify([action, by, user, address === undefined ? "" : (networkOf(address) ?? address)]);
    if (this.#kinds.has(key) || this.#kinds.size < capacity) return { key, representative: event };
    return {
      key: JSON.stringify([action]),
      representative: { action, ...(outcome && { outcome }), ...(by && { by }) },
    };
  }
}

function summaryOf({ requestId: _, userAgent: __, ...event }: AuditEvent, repeated: number, since: number): AuditEvent {
  return { ...event, detail: { ...event.detail, repeated, since: new Date(since * 1000).toISOString() } };
}
