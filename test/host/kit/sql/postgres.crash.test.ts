import { once } from "node:events";
import { type AddressInfo, connect as connectSocket, createServer, type Socket } from "node:net";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { PostgresDatabase } from "../../../../host/kit/sql/postgres/database.ts";
import { migrations } from "../../../../host/kit/sql/postgres/migrations.ts";
import type { PostgresSettings } from "../../../../host/kit/sql/postgres/open.ts";
import { StoreUnavailable } from "../../../../host/kit/sql/unavailable.ts";
import { describeWith } from "../../../../workshop/programs/needed.ts";
import { type Postgres, postgresProgram, startPostgres } from "../../../../workshop/servers/postgres.ts";
import { openPostgresStores } from "../../support/stores.ts";

function connect({ host, port, database, username }: PostgresSettings): PostgresDatabase {
  const connection = new PostgresDatabase({ host, port, database, user: username });
  onTestFinished(() => connection.close());
  return connection;
}

/** A way to the server whose connections can be swallowed: nobody is told, and nothing passes. New ones pass. */
async function openWay(port: number): Promise<{ readonly port: number; swallow(): void }> {
  const sockets = new Set<Socket>();
  const way = createServer((near) => {
    const far = connectSocket(port, "127.0.0.1");
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on("error", () => {});
      from.pipe(to);
    }
  }).listen(0, "127.0.0.1");
  await once(way, "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    way.close();
  });
  const swallow = () => {
    for (const socket of sockets) socket.unpipe().resume();
  };
  return { port: (way.address() as AddressInfo).port, swallow };
}

async function open(settings: PostgresSettings) {
  const store = await openPostgresStores(settings);
  onTestFinished(() => store.close());
  return store;
}

describeWith(postgresProgram, "PostgreSQL", () => {
  let server: Postgres;
  beforeAll(async () => {
    server = await startPostgres();
  }, 30_000);
  afterAll(() => server?.end(), 60_000);

  test("is made once by hosts that start together", async () => {
    const settings = await server.createDatabase();
    await Promise.all([open(settings), open(settings), open(settings)]);
    const database = connect(settings);
    expect(await database.rows("SELECT version FROM meta")).toEqual([{ version: migrations.length }]);
  });

  test("gone without a word, as behind a firewall that forgets: listeners are told once it can be reached again", async () => {
    const settings = await server.createDatabase();
    const way = await openWay(settings.port);
    const store = await open({ ...settings, port: way.port, timeout: 1 });
    const changed = vi.fn();
    store.watch(changed);
    way.swallow();
    await (await open(settings)).sessions.revokeUser("alice", { at: 1, longestLease: 1, grace: 1 });
    await vi.waitFor(() => expect(changed).toHaveBeenCalled(), { timeout: 20_000 });
  }, 30_000);

  test("killed and started again: errors meanwhile, then all that was acknowledged, and listeners are told", async () => {
    const settings = await server.createDatabase();
    const store = await open(settings);
    const changed = vi.fn();
    store.watch(changed);
    expect((await store.bundles.advance("a", { now: 1, again: true }, 0)).version).toBe(1);
    await server.kill();
    const asked = Date.now();
    await expect(store.bundles.advance("b", { now: 1, again: true }, 0)).rejects.toThrow(StoreUnavailable);
    await expect(store.sessions.revokeUser("alice", { at: 1, longestLease: 1, grace: 1 })).rejects.toThrow(
      StoreUnavailable,
    );
    expect(Date.now() - asked).toBeLessThan(5000);
    expect(changed).not.toHaveBeenCalled();
    await server.start();
    await vi.waitFor(() => expect(changed).toHaveBeenCalled(), { timeout: 20_000 });
    expect((await store.bundles.advance("b", { now: 1, again: true }, 0)).version).toBe(2);
    changed.mockClear();
    await (await open(settings)).sessions.revokeUser("alice", { at: 1, longestLease: 1, grace: 1 });
    await vi.waitFor(() => expect(changed).toHaveBeenCalled(), { timeout: 4000 });
  }, 30_000);

  test("gates are told of many ends while the last leases of these sessions are noted, and neither keeps the other waiting", async () => {
    const settings = await server.createDatabase();
    const [one, other] = [await open(settings), await open(settings)];
    const revocation = { at: 1, longestLease: 300, grace: 960 };
    const sids = Array.from({ length: 200 }, (_, i) => `session ${String(i).padStart(3, "0")}`);
    await one.bundles.advance("a", { now: 1, again: false }, 0);
    for (let round = 0; round < 5; round++) {
      for (const sid of sids)
        await one.sessions.addSession({
          ...{
            sid: `${sid} of ${round}`,
            username: "alice",
            domain: "example.com",
            createdAt: 1,
            authTime: 1,
            level: 1,
          },
          ...{
            amr: ["pwd"],
            rememberMe: false,
            expiresAt: 9999,
            leaseUntil: 300,
            lastSeen: 1,
            address: "",
            userAgent: "",
          },
        });
      await one.sessions.revokeUser("alice", revocation);
      const leases = sids
        .toReversed()
        .map((sid) => ({ sid: `${sid} of ${round}`, leaseUntil: 400, lastSeen: 100, address: "", userAgent: "" }));
      const noted = other.sessions.noteLeases(leases, 960);
      for (let i = 0; i < 5; i++) await one.bundles.advance("a", { now: 1, again: false }, 0);
      expect(await noted).toBe(200);
    }
    const { sessions } = await one.bundles.advance("a", { now: 1, again: false }, 0);
    expect(sessions).toHaveLength(1000);
  }, 60_000);
});
