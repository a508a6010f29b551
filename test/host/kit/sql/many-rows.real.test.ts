// What is done to more rows than one statement takes.
import { expect, test } from "vitest";
import { auditTime, contentOf, fill, firstEnd, sidOf } from "../../../../bench/storage/fill.ts";
import { openPostgres } from "../../../../host/kit/sql/postgres/open.ts";
import { StoreUnavailable } from "../../../../host/kit/sql/unavailable.ts";
import { describeWith } from "../../../../workshop/programs/needed.ts";
import { postgresProgram, startPostgres } from "../../../../workshop/servers/postgres.ts";
import { describeDatabases } from "../../support/databases.ts";

const content = contentOf(25_000, 5_000);

describeDatabases((create) => {
  test("an outage moves on every lease that it could not renew, and none twice", async () => {
    const database = await create();
    const store = await database.open();
    await fill(database.config, content);
    const [since, grace] = [content.now + 400, 1000];
    // Leases end within 300 seconds from now on, and count for 350 more: those of the last 50 seconds live at the beginning.
    await store.outages.extendLeases({ since, now: content.now + 9000, grace, inactivity: 150 });
    const ends = (await database.rows("sessions")).map((row) => Number(row.lease_until) - content.now);
    expect(
      ends
        .filter((end) => end > 300)
        .map((end) => end - grace)
        .sort((a, b) => a - b),
    ).toEqual(
      Array.from({ length: 25_000 }, (_, n) => n % 300)
        .filter((end) => end > 250)
        .sort((a, b) => a - b),
    );
    await store.outages.extendLeases({ since, now: content.now + 9000, grace: 1e6, inactivity: 1e6 });
    expect(new Set((await database.rows("sessions")).map((row) => row.lease_until))).toEqual(
      new Set([content.now + 9000]),
    );
  });

  test("what has expired goes, all of it and nothing else", async () => {
    const database = await create();
    const store = await database.open();
    await fill(database.config, content);
    await store.sessions.removeExpired(firstEnd(content) + 999);
    expect(await database.rows("sessions")).toHaveLength(24_000);
    expect(await store.sessions.session(sidOf(999, content))).toBeUndefined();
    expect(await store.sessions.session(sidOf(1000, content))).toBeDefined();
    await store.audit.removeBefore(auditTime(0.2, content));
    const left = (await store.audit.records({})).map(({ at }) => at);
    expect(left).toHaveLength(4_000);
    expect(left[0]).toBe(auditTime(0.2, content));
  });
});

describeWith(postgresProgram, "PostgreSQL", () => {
  test("what a host does at its start may take longer than any other statement", async () => {
    const server = await startPostgres();
    try {
      const database = await openPostgres({ ...(await server.createDatabase()), timeout: 1 });
      const slow = "SELECT pg_sleep(2.5)";
      await expect(database.rows(slow)).rejects.toThrow(StoreUnavailable);
      await database.transaction(async ({ takeTime, rows }) => {
        await takeTime();
        expect(await rows(slow)).toHaveLength(1);
      });
      // The next one on that connection has its limit again.
      await expect(database.transaction(({ rows }) => rows(slow))).rejects.toThrow(StoreUnavailable);
      await database.close();
    } finally {
      await server.end();
    }
  });
});
