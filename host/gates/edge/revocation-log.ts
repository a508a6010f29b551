// What gates must refuse, in memory, in the order in which they are told of it. Times are in seconds.
import type { News, RevokedSession, RevokedUser } from "./bundle-versions.ts";

/** What a bundle, or the feed, says of revocations. */
export interface Revoked {
  /** When a gate may forget all of it; undefined where there is nothing. */
  readonly until: number | undefined;
  readonly sessions: readonly string[];
  /** By user name: tokens issued before this time are refused. */
  readonly notBefore: Readonly<Record<string, number>>;
}

type Entry = RevokedSession | RevokedUser;

export class RevocationLog {
  readonly #sessions = new Entries<RevokedSession>(({ sid }) => sid);
  readonly #users = new Entries<RevokedUser>(({ username }) => username);

  add({ sessions, users }: Pick<News, "sessions" | "users">): void {
    this.#sessions.add(sessions);
    this.#users.add(users);
  }

  /** Removes what is forgotten at a time. */
  forget(now: number): void {
    this.#sessions.forget(now);
    this.#users.forget(now);
  }

  /** All that is in force at a time, in a steady order. */
  at(now: number): Revoked {
    const inForce = ({ forgetAt }: Entry) => forgetAt > now;
    return revoked(this.#sessions.all().filter(inForce), this.#users.all().filter(inForce));
  }

  /** What gates are told of with a higher version than this. Undefined when that is more than so much. */
  since(version: number, most: number): Revoked | undefined {
    const sessions = this.#sessions.since(version, most);
    const users = this.#users.since(version, most);
    return sessions && users && revoked(sessions, users);
  }
}

/** What was told of, in that order; of what was told of several times the last. */
class Entries<T extends Entry> {
  readonly #keyOf: (entry: T) => string;
  readonly #byKey = new Map<string, T>();
  #inOrder: T[] = [];

  constructor(keyOf: (entry: T) => string) {
    this.#keyOf = keyOf;
  }

  add(entries: readonly T[]): void {
    for (const entry of entries) this.#byKey.set(this.#keyOf(entry), entry);
    for (const entry of entries) this.#inOrder.push(entry);
  }

  forget(now: number): void {
    for (const [key, { forgetAt }] of this.#byKey) if (forgetAt <= now) this.#byKey.delete(key);
    this.#inOrder = this.#inOrder.filter((entry) => this.#isLast(entry));
  }

  all(): T[] {
    return [...this.#byKey.values()];
  }

  since(version: number, most: number): T[] | undefined {
    const found: T[] = [];
    for (let i = this.#inOrder.length - 1; i >= 0; i--) {
      const entry = this.#inOrder[i]!;
      if (entry.version <= version) break;
      if (!this.#isLast(entry)) continue;
      if (found.length === most) return undefined;
      found.push(entry);
    }
    return found;
  }

  #isLast(entry: T): boolean {
    return this.#byKey.get(this.#keyOf(entry)) === entry;
  }
}

function revoked(sessions: readonly RevokedSession[], users: readonly RevokedUser[]): Revoked {
  let until: number | undefined;
  for (const entries of [sessions, users]) for (const { forgetAt } of entries) until = Math.max(until ?? 0, forgetAt);
  return {
    until,
    sessions: sessions.map(({ sid }) => sid).toSorted(),
    notBefore: Object.fromEntries(users.map(({ username, time }) => [username, time] as const).toSorted(byName)),
  };
}

function byName([one]: readonly [string, number], [other]: readonly [string, number]): number {
  return one < other ? -1 : 1;
}
