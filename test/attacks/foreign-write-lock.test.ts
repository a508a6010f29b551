// Another process holds the database locked for writing for ten seconds, as a backup script or an operator's transaction does.
// Whoever has a session notices nothing; whoever needs the database to be written to is told so in time.
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { mintEdgeToken } from "../../host/gates/edge/edge-token.ts";
import { configText, temporaryFolder, writeConfig } from "../../workshop/host/files.ts";
import { type Answer, ask, cookieOf, payloadOf, tokenOf } from "../../workshop/host/in-process.ts";
import { zerohop } from "../../workshop/host/program.ts";
import { serve } from "../../workshop/host/serve.ts";
import { describeWith } from "../../workshop/programs/needed.ts";
import { type Postgres, postgresProgram, startPostgres } from "../../workshop/servers/postgres.ts";
import { lockPostgres, lockSqlite, onPostgres } from "../../workshop/servers/write-locks.ts";
import { openPostgresStores, openSqliteStores, type Stores } from "../host/support/stores.ts";

/** How long the lock is held. Milliseconds. */
const lockTime = 10_000;

/** Nothing that needs no write may take as long as this, on however busy a machine; the lock is held ten times as long. */
const longest = 1_000;

interface Locked {
  /** A config with leases of two seconds, so that sessions are renewed while the lock is held. */
  readonly text: string;
  open(folder: string): Promise<Stores>;
  /** Locks the database for writing. Returns what ends that. */
  lock(folder: string): Promise<() => Promise<void>>;
}

const shortLeases = configText.replace("session:\n", "session:\n  inactivity: 10s\n");

async function timed(asking: Promise<Answer>): Promise<{ readonly answer: Answer; readonly took: number }> {
  const started = performance.now();
  return { answer: await asking, took: performance.now() - started };
}

async function holdsNobodyUp({ text, open, lock }: Locked): Promise<void> {
  const folder = temporaryFolder();
  const file = await writeConfig(folder, text);
  const host = await serve(file);
  const store = await open(folder);
  onTestFinished(() => store.close());
  const edgeToken = await mintEdgeToken(store.edgeTokens, "test", Math.floor(Date.now() / 1000));
  const json = { "content-type": "application/json" };
  const logIn = (username: string, password = "demo") =>
    ask(`${host.url}/api/firstfactor`, { method: "POST", headers: json, body: JSON.stringify({ username, password }) });
  const forwardAuth = (headers: Readonly<Record<string, string>>) =>
    ask(`${host.url}/api/authz/forward-auth`, {
      headers: {
        ...{ "x-forwarded-proto": "https", "x-forwarded-host": "app.example.com", "x-forwarded-uri": "/" },
        ...{ "x-forwarded-method": "GET", "x-forwarded-for": "203.0.113.7", ...headers },
      },
    });
  const renew = (cookie: string) =>
    ask(`${host.url}/api/edge/renew`, {
      method: "POST",
      headers: {
        ...{ host: "zerohop_host", authorization: `Bearer ${edgeToken}`, "content-type": "application/jwt" },
        ...{ "x-forwarded-for": "203.0.113.7", "user-agent": "visitor" },
      },
      body: tokenOf(cookie),
    });
  const basic = { "proxy-authorization": `Basic ${Buffer.from("bob:demo").toString("base64")}` };

  const cookies = { proxy: cookieOf(await logIn("alice")), gate: cookieOf(await logIn("alice")) };
  const { sid } = payloadOf(cookies.gate);
  const began = Math.floor(Date.now() / 1000);
  expect((await forwardAuth(basic)).status).toBe(200);
  const unlock = await lock(folder);
  const locked = performance.now();
  const slowest = { forwardAuth: 0, basic: 0, renewal: 0 };
  let renewals = 0;

  /** Somebody with a session behind a proxy that asks about every request: leases are renewed under way. */
  const visitor = async () => {
    while (performance.now() - locked < lockTime) {
      const { answer, took } = await timed(forwardAuth({ cookie: cookies.proxy }));
      expect(answer.status).toBe(200);
      if (answer.headers["set-cookie"]) {
        cookies.proxy = cookieOf(answer);
        renewals++;
      }
      slowest.forwardAuth = Math.max(slowest.forwardAuth, took);
      const other = await timed(forwardAuth(basic));
      expect(other.answer.status).toBe(200);
      slowest.basic = Math.max(slowest.basic, other.took);
      await sleep(20);
    }
  };
  const gate = async () => {
    while (performance.now() - locked < lockTime) {
      const { answer, took } = await timed(renew(cookies.gate));
      expect(answer.status).toBe(204);
      cookies.gate = cookieOf(answer);
      slowest.renewal = Math.max(slowest.renewal, took);
      await sleep(300);
    }
  };
  const refused: { readonly answer: Answer; readonly took: number }[] = [];
  const logins = async () => {
    for (const accept of ["application/json", "text/html"]) {
      const wrong = { username: "bob", password: "wrong" };
      const page = accept === "text/html";
      refused.push(
        await timed(
          ask(`${host.url}${page ? "/login" : "/api/firstfactor"}`, {
            method: "POST",
            headers: page
              ? { accept, origin: "https://auth.example.com", "content-type": "application/x-www-form-urlencoded" }
              : { accept, ...json },
            body: page ? new URLSearchParams({ ...wrong, password: "demo" }).toString() : JSON.stringify(wrong),
          }),
        ),
      );
    }
  };
  const operator = () => zerohop(["session", "revoke", "--user", "bob", "--config", file]);
  const [revocation] = await Promise.all([operator(), visitor(), gate(), logins()]);
  await unlock();

  console.log(
    `slowest beside the lock, ms: ${JSON.stringify(slowest, (_, value) => (typeof value === "number" ? Math.round(value) : value))}`,
  );
  for (const took of Object.values(slowest)) expect(took).toBeLessThan(longest);
  expect(renewals).toBeGreaterThan(2);
  for (const { answer, took } of refused) {
    expect(answer.status).toBe(503);
    expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
    expect(took).toBeLessThan(6_000);
  }
  expect(revocation).toMatchObject({ code: 1, stdout: "" });
  expect(revocation.stderr).toMatch(
    /^zerohop session revoke: (SQLite cannot do it now|PostgreSQL does not answer): .+\n$/,
  );
  expect(refused[1]!.answer.body).toContain("<!doctype html>");

  // What was issued meanwhile is noted as soon as it can be, and logins are possible again.
  await expect
    .poll(async () => (await store.sessions.session(String(sid)))?.lastSeen)
    .toBeGreaterThan(began + lockTime / 1000 - 3);
  expect((await logIn("alice")).status).toBe(200);
}

describe("SQLite", () => {
  test("that another process has locked for writing for ten seconds stops nobody who has a session", () =>
    holdsNobodyUp({
      text: shortLeases,
      open: async (folder) => openSqliteStores(join(folder, "db.sqlite3")),
      lock: (folder) => lockSqlite(join(folder, "db.sqlite3")),
    }));
});

describeWith(postgresProgram, "PostgreSQL", () => {
  let server: Postgres;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.end(), 60_000);

  test("whose tables another connection has locked for writing for ten seconds stops nobody who has a session", async () => {
    const settings = await server.createDatabase();
    await holdsNobodyUp({
      text: onPostgres(shortLeases, settings),
      open: () => openPostgresStores(settings),
      lock: () => lockPostgres(settings),
    });
  });
});
