// When the hosts were last up, and what their absence means for sessions. Hosts that share a database share their pulse: while
// one of them is up, there is no outage.
import { Store } from "../kit/sql/store.ts";

/** Sessions whose leases one statement extends. */
const sessionsAtOnce = 10_000;

export class OutageStore extends Store {
  /** Notes that the host is up. Seconds. */
  async beat(now: number): Promise<void> {
    const upsert = "INSERT INTO heartbeat (id, at) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET at = excluded.at";
    await this.database.changes(upsert, now);
  }

  /** When it was up last; undefined before the first start. */
  async lastBeat(): Promise<number | undefined> {
    const row = await this.row<{ at: number }>("SELECT at FROM heartbeat");
    return row?.at;
  }

  /**
   * Moves the lease ends of sessions that were live at `since` on to `now`, each by at most `grace`. Sessions count as live
   * for `inactivity` after their lease. Seconds. All in one step, by statements that each take a moment, whatever number there is.
   */
  async extendLeases({
    since,
    now,
    grace,
    inactivity,
  }: {
    readonly since: number;
    readonly now: number;
    readonly grace: number;
    readonly inactivity: number;
  }): Promise<void> {
    const concerned = "lease_until < CAST($1 AS BIGINT) AND lease_until + CAST($2 AS BIGINT) > CAST($3 AS BIGINT)";
    await this.database.transaction(async ({ rows, changes }) => {
      for (let after = ""; ; ) {
        const some = await rows<{ sid: string }>(
          `SELECT sid FROM sessions WHERE ${concerned} AND sid > $4 ORDER BY sid LIMIT ${sessionsAtOnce}`,
          ...[now, inactivity, since, after],
        );
        const last = some.at(-1)?.sid;
        if (last === undefined) return;
        await changes(
          `UPDATE sessions SET lease_until = least(CAST($1 AS BIGINT), lease_until + CAST($6 AS BIGINT))
           WHERE ${concerned} AND sid > $4 AND sid <= $5`,
          ...[now, inactivity, since, after, last, grace],
        );
        after = last;
      }
    });
  }
}
