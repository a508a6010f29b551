// One user has 20,000 sessions, as somebody who knows one password can make, and they all end at once. Others notice nothing.
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { mintEdgeToken } from "../../host/gates/edge/edge-token.ts";
import { configText, temporaryFolder, writeConfig } from "../../workshop/host/files.ts";
import { ask, cookieOf, payloadOf } from "../../workshop/host/in-process.ts";
import { zerohop } from "../../workshop/host/program.ts";
import { serve } from "../../workshop/host/serve.ts";
import { openSqliteStores } from "../host/support/stores.ts";

const count = 20_000;

/** The longest answer to somebody else. Milliseconds; on a machine that is busy with other things, more by what it takes without. */
const longest = 100;

async function startWithMany() {
  const folder = temporaryFolder();
  const file = await writeConfig(folder);
  const host = await serve(file);
  const post = (path: string, body: unknown, cookie = "") =>
    ask(host.url + path, {
      method: "POST",
      headers: { "content-type": "application/json", ...(cookie && { cookie }) },
      body: JSON.stringify(body),
    });
  const logIn = async (username: string) => cookieOf(await post("/api/firstfactor", { username, password: "demo" }));
  const forwardAuth = async (cookie: string) => {
    const answer = await ask(`${host.url}/api/authz/forward-auth`, {
      headers: {
        ...{ "x-forwarded-proto": "https", "x-forwarded-host": "app.example.com", "x-forwarded-uri": "/" },
        ...{ "x-forwarded-method": "GET", "x-forwarded-for": "203.0.113.7", cookie },
      },
    });
    return answer.status;
  };
  const alice = await logIn("alice");
  const bob = await logIn("bob");
  const addMany = (prefix: string) => {
    const database = new DatabaseSync(join(folder, "db.sqlite3"), { timeout: 5000 });
    const now = Math.floor(Date.now() / 1000);
    database.exec(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
       INSERT INTO sessions (sid, username, domain, created_at, auth_time, level, amr, remember_me, expires_at,
         lease_until, last_seen, address, user_agent)
       SELECT '${prefix}' || i || '-0123456789abcdef', 'bob', 'example.com', ${now - 60}, ${now - 60}, 1, '["pwd"]', 0,
         ${now + 3600}, ${now + 200}, ${now - 60}, '192.0.2.1', 'many' FROM n`,
    );
    database.close();
  };
  const store = openSqliteStores(join(folder, "db.sqlite3"));
  onTestFinished(() => store.close());
  const token = await mintEdgeToken(store.edgeTokens, "test", Math.floor(Date.now() / 1000));
  const bundle = async () => {
    const headers = { host: "zerohop_host", authorization: `Bearer ${token}` };
    return payloadOf((await ask(`${host.url}/api/edge/bundle`, { headers })).body) as {
      readonly revoked_sessions: readonly string[];
      readonly not_before: Readonly<Record<string, number>>;
    };
  };
  /** The slowest answer to alice while something is done, and what that came to. */
  const beside = async <T>(work: () => Promise<T>): Promise<{ readonly slowest: number; readonly result: T }> => {
    let slowest = 0;
    let done = false;
    const asking = (async () => {
      while (!done) {
        const started = performance.now();
        expect(await forwardAuth(alice)).toBe(200);
        slowest = Math.max(slowest, performance.now() - started);
      }
    })();
    const result = await work().finally(() => {
      done = true;
    });
    await asking;
    return { slowest, result };
  };
  return { file, host, post, bob, forwardAuth, addMany, bundle, beside };
}

test("ending 20,000 sessions of one user, by themselves or by an operator, holds up nobody else", async () => {
  const { file, post, bob, forwardAuth, addMany, bundle, beside } = await startWithMany();
  addMany("a");
  const idle = await beside(() => sleep(3000));

  const byUser = await beside(async () => {
    const { body } = await post("/api/user/sessions/revoke-others", {}, bob);
    return JSON.parse(body).data.ended as number;
  });
  expect(byUser.result).toBe(count);
  expect((await bundle()).revoked_sessions).toHaveLength(count);
  expect(await forwardAuth(bob)).toBe(200);

  addMany("b");
  const byOperator = await beside(async () => {
    const { stdout } = await zerohop(["session", "revoke", "--user", "bob", "--config", file]);
    // Until the host has published it.
    await expect.poll(() => forwardAuth(bob), { timeout: 20_000, interval: 20 }).toBe(401);
    return stdout;
  });
  expect(byOperator.result).toBe(`ended: ${count + 1}\n`);
  const [before, ...during] = [idle, byUser, byOperator].map(({ slowest }) => Math.round(slowest));
  console.log(`slowest answer to somebody else, ms: ${during} (idle: ${before})`);
  for (const slowest of during) expect(slowest).toBeLessThan(longest + before!);
  // What the user's not-before refuses is not listed one by one.
  const { revoked_sessions: listed, not_before: notBefore } = await bundle();
  expect(listed.filter((sid) => sid.startsWith("b"))).toHaveLength(999);
  expect(notBefore.bob).toBeGreaterThan(0);
});

test("a login beyond session.max_per_user ends the session that was seen least lately, at every gate", async () => {
  const folder = temporaryFolder();
  const host = await serve(
    await writeConfig(folder, configText.replace("session:\n", "session:\n  max_per_user: 3\n")),
  );
  const logIn = async () =>
    cookieOf(
      await ask(`${host.url}/api/firstfactor`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ username: "bob", password: "demo" }),
      }),
    );
  const state = async (cookie: string) =>
    (
      await ask(`${host.url}/api/authz/forward-auth`, {
        headers: {
          ...{ "x-forwarded-proto": "https", "x-forwarded-host": "app.example.com", "x-forwarded-uri": "/" },
          ...{ "x-forwarded-method": "GET", "x-forwarded-for": "203.0.113.7", cookie },
        },
      })
    ).status;
  const cookies: string[] = [];
  for (let n = 0; n < 5; n++) {
    cookies.push(await logIn());
    // Sessions of one second have no order.
    await sleep(1100);
  }
  expect(await Promise.all(cookies.map(state))).toEqual([401, 401, 200, 200, 200]);
});
