// Leases that were issued and are still to be noted in the database. Nobody waits for that: a renewal is answered by what the
// database says when it is read, also while another process has it locked for writing, and many leases cost one transaction.
//
// Why that is safe. A token proves its lease, so what is lost with a killed process is a time and an address in a list of
// sessions. What counts is that no lease outlives the end of its session:
//
// - A session that is ended while a lease of it is not noted, by whatever process on whatever host, is published with its sid,
//   for as long as any lease can be believed that was issued at the time: `at + longestLease + grace` (Revocation). The grace
//   holds a minute for clocks that differ, in which the time between the look into the database and the token is contained.
// - A session that had ended already when its renewal looked got no lease.
// - Of a user with more sessions than are published one by one, those that the database has seen longest ago are refused by the
//   user's not-before alone, which a lease that was issued at the same moment or after it escapes. Such a lease is not noted
//   yet, or its session would be among the latest: that its session is gone is found out when it is noted, and its end is published
//   then. Between the two lies the interval below, or the lock that both of them wait for. (Should the process be killed between
//   them, such a lease lives on to its end, five minutes at most.) No token is younger than the lease that is noted of it.
// - The next renewal finds no session, and is refused.
//
// With PostgreSQL the same holds for several hosts: rows are locked before they are listed and removed, so that a lease
// of another host is noted before, and then listed by what it says, or finds its session gone.
import type { LeaseUpdate, SessionStore } from "./store.ts";

/** Between two transactions. Milliseconds. */
const interval = 500;

export class LeaseNotes {
  readonly #store: Pick<SessionStore, "noteLeases">;
  /** How long after a lease its token may still be believed somewhere. Seconds. */
  readonly #grace: number;
  /** Called when leases of sessions were found that have ended. */
  readonly #publish: () => Promise<void>;
  #pending = new Map<string, LeaseUpdate>();
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(parts: { store: Pick<SessionStore, "noteLeases">; grace: number; publish: () => Promise<void> }) {
    this.#store = parts.store;
    this.#grace = parts.grace;
    this.#publish = parts.publish;
  }

  /** The latest lease of a session that is not noted yet. */
  of(sid: string): LeaseUpdate | undefined {
    return this.#pending.get(sid);
  }

  /** Has a lease noted soon. */
  add(lease: LeaseUpdate): void {
    this.#pending.set(lease.sid, lease);
    this.#timer ??= setTimeout(() => void this.#write().catch(() => {}), interval);
  }

  /** Notes what is still to be noted. Rejects when that is not possible. */
  async flush(): Promise<void> {
    await this.#writing.catch(() => {});
    await this.#write();
  }

  #write(): Promise<void> {
    this.#writing = this.#writing.catch(() => {}).then(() => this.#writeNow());
    return this.#writing;
  }

  async #writeNow(): Promise<void> {
    clearTimeout(this.#timer);
    const leases = [...this.#pending.values()];
    try {
      const ended = leases.length === 0 ? 0 : await this.#store.noteLeases(leases, this.#grace);
      for (const lease of leases) if (this.#pending.get(lease.sid) === lease) this.#pending.delete(lease.sid);
      if (ended > 0) await this.#publish();
    } finally {
      // A lease that came meanwhile, or one that could not be noted: again after the interval.
      this.#timer =
        this.#pending.size === 0 ? undefined : setTimeout(() => void this.#write().catch(() => {}), interval);
    }
  }
}
