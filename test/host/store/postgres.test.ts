import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { PostgresDatabase } from "../../../host/store/postgres/database.ts";
import { migrations } from "../../../host/store/postgres/migrations.ts";
import { openPostgresStore, type PostgresSettings } from "../../../host/store/postgres/open.ts";
import { StoreUnavailable } from "../../../host/store/unavailable.ts";
import { type Postgres, postgresProgram, startPostgres } from "../../support/postgres.ts";
import { describeWith } from "../../support/programs.ts";

function connect({ host, port, database, username }: PostgresSettings): PostgresDatabase {
  const connection = new PostgresDatabase({ host, port, database, user: username });
  onTestFinished(() => connection.close());
  return connection;
}

async function open(settings: PostgresSettings) {
  const store = await openPostgresStore(settings);
  onTestFinished(() => store.close());
  return store;
}

describeWith(postgresProgram, "PostgreSQL", () => {
  let server: Postgres;
  beforeAll(async () => {
    server = await startPostgres();
  }, 30_000);
  afterAll(() => server?.end());

  test("is made once by hosts that start together", async () => {
    const settings = await server.createDatabase();
    await Promise.all([open(settings), open(settings), open(settings)]);
    const database = connect(settings);
    expect(await database.rows("SELECT version FROM meta")).toEqual([{ version: migrations.length }]);
  });

  test("killed and started again: errors meanwhile, then all that was acknowledged, and listeners are told", async () => {
    const settings = await server.createDatabase();
    const store = await open(settings);
    const changed = vi.fn();
    store.watch(changed);
    expect(await store.bundleVersion("a")).toBe(1);
    await server.kill();
    const asked = Date.now();
    await expect(store.bundleVersion("b")).rejects.toThrow(StoreUnavailable);
    await expect(store.revokeUser("alice", { at: 1, longestLease: 1, grace: 1 })).rejects.toThrow(StoreUnavailable);
    expect(Date.now() - asked).toBeLessThan(5000);
    expect(changed).not.toHaveBeenCalled();
    await server.start();
    await vi.waitFor(() => expect(changed).toHaveBeenCalled(), { timeout: 10_000 });
    expect(await store.bundleVersion("b")).toBe(2);
    changed.mockClear();
    await (await open(settings)).revokeUser("alice", { at: 1, longestLease: 1, grace: 1 });
    await vi.waitFor(() => expect(changed).toHaveBeenCalled(), { timeout: 1000 });
  }, 30_000);
});
