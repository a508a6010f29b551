import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { Shell } from "../../../host/core/shell.ts";
import { mintEdgeToken } from "../../../host/gates/edge/edge-token.ts";
import { configText } from "../../../workshop/host/files.ts";
import { cookieOf, logIn, payloadOf, startHost, type TestHost } from "../../../workshop/host/in-process.ts";
import { describeWith } from "../../../workshop/programs/needed.ts";
import { type Postgres, postgresProgram, startPostgres } from "../../../workshop/servers/postgres.ts";
import { onPostgres } from "../../../workshop/servers/write-locks.ts";
import { fetchBundle, renew } from "../support/edge.ts";
import { setUpApp } from "../support/second-factor.ts";
import { openPostgresStores } from "../support/stores.ts";

async function userAt(host: TestHost, cookie: string): Promise<string> {
  return JSON.parse((await host.get("/api/state", { cookie })).body).data.username;
}

describeWith(postgresProgram, "two hosts on one PostgreSQL", () => {
  let server: Postgres;
  beforeAll(async () => {
    server = await startPostgres();
  }, 30_000);
  afterAll(() => server?.end(), 60_000);

  const startTwo = async () => {
    const settings = await server.createDatabase();
    const text = onPostgres(configText, settings);
    const hosts = await Promise.all([startHost({ text }), startHost({ text })]);
    const store = await openPostgresStores(settings);
    const token = await mintEdgeToken(store.edgeTokens, "test", 1_790_000_000);
    await store.close();
    return [...hosts, token, settings] as const;
  };

  test("know each other's sessions, and publish each other's revocations at once", async () => {
    const [one, other, token] = await startTwo();
    const cookie = await logIn(one);
    expect(await userAt(other, cookie)).toBe("alice");
    expect((await renew(other, token, cookie)).status).toBe(204);

    const { etag } = await fetchBundle(one, token);
    const waiting = fetchBundle(one, token, { etag, wait: 30 });
    const started = performance.now();
    await other.postJson("/api/logout", {}, { cookie });
    const { payload } = await waiting;
    expect(performance.now() - started).toBeLessThan(15_000);
    expect(payload.revoked_sessions).toContain(payloadOf(cookie).sid);
    expect((await renew(one, token, cookie)).status).toBe(410);
    expect(await userAt(one, cookie)).toBe("");
  });

  test("have forward-auth go by each other's log-outs, and compile the policy for none of them", async () => {
    const [one, other] = await startTwo();
    const statusAt = async (host: TestHost, cookie: string) => {
      const asked = { "x-original-method": "GET", "x-original-url": "https://app.example.com/", cookie };
      return (await host.get("/api/authz/auth-request", asked)).status;
    };
    const staying = await logIn(one, "bob");
    for (const host of [one, other]) expect(await statusAt(host, staying)).toBe(200);
    const load = vi.spyOn(Shell.prototype, "load");
    for (const [from, to] of Array.from({ length: 10 }, (_, i) => (i % 2 === 0 ? [one, other] : [other, one]))) {
      const cookie = await logIn(from!);
      for (const host of [one, other]) expect(await statusAt(host, cookie)).toBe(200);
      await from!.postJson("/api/logout", {}, { cookie });
      expect(await statusAt(from!, cookie)).toBe(401);
      await vi.waitFor(async () => expect(await statusAt(to!, cookie)).toBe(401), { timeout: 20_000 });
    }
    for (const host of [one, other]) expect(await statusAt(host, staying)).toBe(200);
    expect(load).not.toHaveBeenCalled();
  });

  test("serve one feed: a gate goes on at either with what the other has told it", async () => {
    const [one, other, token] = await startTwo();
    const first = await fetchBundle(one, token);
    let held = { etag: first.etag, base: first.payload.base as string };
    const told: unknown[] = [];
    const ended: unknown[] = [];
    for (const [from, to] of [
      [one, other],
      [other, one],
      [one, one],
      [other, other],
      [one, other],
    ] as const) {
      const cookie = await logIn(one);
      await from.postJson("/api/logout", {}, { cookie });
      ended.push(payloadOf(cookie).sid);
      const { payload } = await fetchBundle(to, token, { ...held, wait: 30 });
      told.push(...(payload.revoked_sessions as unknown[]));
      expect(payload).toMatchObject({ base: held.base, from: Number(held.etag.split(/["."]/)[1]) });
      held = { ...held, etag: `"${payload.to}.${payload.iat}"` };
    }
    expect(told).toEqual(ended);
    for (const host of [one, other]) expect((await fetchBundle(host, token, held)).status).toBe(304);
  });

  test("are not held up by thousands of changes at another, and hear of the last one", async () => {
    const [one, other, token, { host, port, database, username: user }] = await startTwo();
    const cookie = await logIn(one);
    await renew(other, token, cookie);
    const { etag } = await fetchBundle(other, token);
    // As many as that number of log-outs; a transaction tells of each text once.
    const change = "SELECT pg_notify('zerohop', 'host ' || n) FROM generate_series(1, 20000) AS n";
    const client = new Client({ host, port, database, user });
    await client.connect();
    await client.query(change);
    await client.end();
    expect((await renew(other, token, cookie)).status).toBe(204);
    await one.postJson("/api/logout", {}, { cookie });
    const { payload } = await fetchBundle(other, token, { etag, wait: 30 });
    expect(payload.revoked_sessions).toContain(payloadOf(cookie).sid);
  });

  test("sign with one key, and count failed logins together", async () => {
    const [one, other] = await startTwo();
    const keys = async (host: TestHost) => JSON.parse((await host.get("/jwks.json")).body).keys;
    expect(await keys(one)).toEqual(await keys(other));
    const fail = (host: TestHost) => host.postJson("/api/firstfactor", { username: "bob", password: "wrong" });
    const statuses: number[] = [];
    for (const host of [one, other, one, other, one, other]) statuses.push((await fail(host)).status);
    expect(statuses).toContain(429);
  });

  test("accept a code once, also at the same instant, and seal with one key", async () => {
    const [one, other] = await startTwo();
    const now = () => Math.floor(Date.now() / 1000);
    const { app } = await setUpApp(one, await logIn(one), now());
    const sessions = await Promise.all(
      [one, other, one, other].map(async (host) => [host, await logIn(host)] as const),
    );
    const token = app.code(now() + 30);
    const answers = await Promise.all(
      sessions.map(([host, cookie]) => host.postJson("/api/secondfactor/totp", { token }, { cookie })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    // Three at a time may be under way for a user; the fourth waits, and is told so.
    for (const { status } of answers) expect([200, 401, 429]).toContain(status);
  });

  test("answer 503 while PostgreSQL is away, and recover by themselves", async () => {
    const [one, other, token] = await startTwo();
    const cookie = await logIn(one);
    await server.kill();
    const credentials = { username: "alice", password: "demo" };
    for (const host of [one, other]) {
      expect((await host.postJson("/api/firstfactor", credentials)).status).toBe(503);
      expect((await host.get("/api/health")).status).toBe(503);
      const asked = { "x-original-method": "GET", "x-original-url": "https://app.example.com/", cookie };
      const { status } = await host.get("/api/authz/auth-request", asked);
      // A session that this host has in its memory counts without a database.
      expect([200, 503]).toContain(status);
    }
    await server.start();
    for (const host of [one, other])
      await vi.waitFor(async () => expect(await userAt(host, cookie)).toBe("alice"), { timeout: 20_000 });
    const after = cookieOf(await one.postJson("/api/firstfactor", credentials));
    expect(await userAt(other, after)).toBe("alice");
    const { etag } = await fetchBundle(one, token);
    await sleep(500);
    const waiting = fetchBundle(one, token, { etag, wait: 30 });
    await other.postJson("/api/logout", {}, { cookie: after });
    expect((await waiting).payload.revoked_sessions).toContain(payloadOf(after).sid);
  }, 60_000);
});
