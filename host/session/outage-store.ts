// When the hosts were last up, and what their absence means for sessions. Hosts that share a database share their pulse: while
// one of them is up, there is no outage.
import { Store } from "../kit/sql/store.ts";

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
   * for `inactivity` after their lease. Seconds. Of a million sessions it takes some seconds.
   */
  async extendLeases(times: Readonly<Record<"since" | "now" | "grace" | "inactivity", number>>): Promise<void> {
    const { since, now, grace, inactivity } = times;
    await this.database.transaction(async ({ changes, takeTime }) => {
      await takeTime();
      await changes(
        `UPDATE sessions SET lease_until = least(CAST($2 AS BIGINT), lease_until + CAST($3 AS BIGINT))
         WHERE lease_until < CAST($2 AS BIGINT) AND lease_until + CAST($4 AS BIGINT) > CAST($1 AS BIGINT)`,
        ...[since, now, grace, inactivity],
      );
    });
  }
}
