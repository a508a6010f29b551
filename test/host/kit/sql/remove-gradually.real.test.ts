// What has expired is removed in steps, however much of it there is: whoever writes meanwhile waits for one of them.
import { expect, onTestFinished, test } from "vitest";
import { openDatabase } from "../../../../host/kit/sql/open.ts";
import type { Database } from "../../../../host/kit/sql/queries.ts";
import { describeDatabases } from "../../support/databases.ts";
import { storesOf } from "../../support/stores.ts";

const now = 1_790_000_000;
const rows = 450;

/** Tables whose rows anybody's logins and log-outs make, and what in a row says that it is over. */
const filled = {
  revoked_sessions: { sid: "'s' || n", forget_at: now },
  not_before: { username: "'u' || n", time: now, forget_at: now },
  regulation: {
    ...{ subject: "'s' || n", owner: "'o'", kind: "'user'", failures: "'[]'", held_until: 0, banned: 0, bans: 0 },
    forget_at: now,
  },
  known_places: { place: "'p' || n", owner: "'o'", seen_at: now - 1 },
};

describeDatabases((create) => {
  test("no statement removes more than a few hundred rows", async () => {
    const created = await create();
    const database = await openDatabase({ ...created.config, encryptionKey: "" });
    onTestFinished(() => database.close());
    for (const [table, columns] of Object.entries(filled))
      await database.changes(
        `INSERT INTO ${table} (${Object.keys(columns).join(", ")})
         WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < ${rows})
         SELECT ${Object.values(columns).join(", ")} FROM series`,
      );
    const removed: number[] = [];
    const counting: Database = Object.create(database, {
      changes: {
        value: async (...statement: Parameters<Database["changes"]>) => {
          const count = await database.changes(...statement);
          removed.push(count);
          return count;
        },
      },
    });
    const { sessions, regulation } = storesOf(counting);
    await sessions.removeExpired(now);
    await regulation.removeExpired(now, now);
    expect(removed.reduce((sum, count) => sum + count, 0)).toBe(rows * Object.keys(filled).length);
    expect(Math.max(...removed)).toBeLessThanOrEqual(200);
  });
});
