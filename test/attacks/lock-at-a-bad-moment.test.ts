// Another process has the database locked for writing at the moment in which somebody's sessions are to end. What is not possible then
// must not count as done, nor be forgotten.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { Audit } from "../../host/audit/audit.ts";
import { StoreUnavailable } from "../../host/kit/sql/unavailable.ts";
import { configText, temporaryFolder, writeConfig } from "../../workshop/host/files.ts";
import { ask, cookieOf, logIn, movableClock, startHost, type TestHost } from "../../workshop/host/in-process.ts";
import { zerohop } from "../../workshop/host/program.ts";
import { serve } from "../../workshop/host/serve.ts";
import { describeWith } from "../../workshop/programs/needed.ts";
import { type Postgres, postgresProgram, startPostgres } from "../../workshop/servers/postgres.ts";
import { lockPostgres, lockSqlite, onPostgres } from "../../workshop/servers/write-locks.ts";
import { openSqliteStores } from "../host/support/stores.ts";

/** Locks the database of a host for writing. Returns what ends that. */
type Lock = (folder: string) => Promise<() => Promise<void>>;

const application = {
  ...{ "x-forwarded-proto": "https", "x-forwarded-host": "app.example.com", "x-forwarded-uri": "/" },
  ...{ "x-forwarded-method": "GET", "x-forwarded-for": "203.0.113.7" },
};

async function isLoggedIn(host: TestHost, cookie: string): Promise<boolean> {
  const answer = await ask(`${host.url}/api/authz/forward-auth`, { headers: { ...application, cookie } });
  return answer.status === 200;
}

async function keepsTheCookieOfALogOut(host: TestHost, lock: Lock): Promise<void> {
  const cookies = { form: await logIn(host), api: await logIn(host, "bob") };
  const logOuts = [
    () => host.submit("/logout", {}, { cookie: cookies.form }),
    () => host.postJson("/api/logout", {}, { cookie: cookies.api }),
  ];
  const unlock = await lock(host.folder);
  for (const answer of await Promise.all(logOuts.map((logOut) => logOut()))) {
    expect(answer.status).toBe(503);
    expect(answer.headers["set-cookie"]).toBeUndefined();
  }
  await unlock();
  for (const logOut of logOuts) {
    const answer = await logOut();
    expect(answer.status).toBeLessThan(400);
    expect(answer.headers["set-cookie"]).toHaveLength(2);
  }
  for (const cookie of Object.values(cookies)) expect(await isLoggedIn(host, cookie)).toBe(false);
}

async function endsSessionsOfChangedUsersLater(host: TestHost, lock: Lock): Promise<void> {
  const [alice, bob] = [await logIn(host), await logIn(host, "bob")];
  const file = join(host.folder, "users.yml");
  const unlock = await lock(host.folder);
  // Another hash of Alice's, as an operator's program writes it; Bob stays as he is.
  writeFileSync(
    file,
    readFileSync(file, "utf8").replace(
      /(alice:[^$]*)\S+/,
      "$1$argon2id$v=19$m=64,t=1,p=1$AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ),
  );
  const told = () => host.log.some(({ msg }) => String(msg).startsWith("sessions of changed users end as soon as"));
  await expect.poll(told).toBe(true);
  expect(await isLoggedIn(host, alice)).toBe(true);
  await unlock();
  await expect.poll(() => isLoggedIn(host, alice)).toBe(false);
  expect(await isLoggedIn(host, bob)).toBe(true);
}

describe("SQLite, locked,", () => {
  const lock: Lock = (folder) => lockSqlite(join(folder, "db.sqlite3"));

  test("a browser keeps its cookie when its session could not be ended, and can log out afterwards", async () => {
    await keepsTheCookieOfALogOut(await startHost(), lock);
  });

  test("sessions end afterwards whose user has another password since", async () => {
    await endsSessionsOfChangedUsersLater(await startHost(), lock);
  });
});

test("an operator's change of users is not made by half when the database is locked", async () => {
  const folder = temporaryFolder();
  const config = await writeConfig(folder, configText);
  await openSqliteStores(join(folder, "db.sqlite3")).close();
  const users = () => readFileSync(join(folder, "users.yml"), "utf8");
  const before = users();
  const unlock = await lockSqlite(join(folder, "db.sqlite3"));
  const changes = [
    ["password", "alice", "--password-stdin"],
    ["disable", "alice"],
    ["delete", "alice"],
  ];
  for (const change of changes) {
    const run = await zerohop(["user", ...change, "--config", config], { input: "a long and rather new one" });
    expect(run).toMatchObject({ code: 1, stderr: expect.stringContaining("SQLite cannot do it now") });
    expect(users()).toBe(before);
  }
  await unlock();
  expect(await zerohop(["user", "delete", "alice", "--config", config])).toMatchObject({ code: 0 });
  expect(users()).not.toContain("alice");
});

test.runIf(process.platform === "linux")("a file that cannot grow is told as a database that is away", async () => {
  const folder = temporaryFolder();
  const host = await serve(await writeConfig(folder, configText));
  const logInAs = (username: string) =>
    ask(`${host.url}/api/firstfactor`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ username, password: "demo" }),
    });
  const cookie = cookieOf(await logInAs("alice"));
  // As with a quota: SQLite calls it an I/O error.
  execFileSync("prlimit", ["--pid", String(host.pid), "--fsize=1000"]);
  const answer = await logInAs("bob");
  expect(answer.status).toBe(503);
  expect(answer.headers["retry-after"]).toBeDefined();
  expect((await ask(`${host.url}/api/user/info`, { headers: { cookie } })).status).toBe(200);
});

describeWith(postgresProgram, "PostgreSQL", () => {
  let server: Postgres;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.end(), 60_000);

  const start = async () => {
    const settings = await server.createDatabase();
    const host = await startHost({ text: onPostgres(configText, settings) });
    const lock: Lock = () => lockPostgres(settings);
    return { host, lock };
  };

  test("whose tables are locked: a browser keeps its cookie, and can log out afterwards", async () => {
    const { host, lock } = await start();
    await keepsTheCookieOfALogOut(host, lock);
  });

  test("whose tables are locked: sessions end afterwards whose user has another password since", async () => {
    const { host, lock } = await start();
    await endsSessionsOfChangedUsersLater(host, lock);
  });

  test("takes names with U+0000, which it has no text for, as names that nobody has", async () => {
    const { host } = await start();
    const credentials = { username: "alice\0", password: "demo" };
    expect((await host.postJson("/api/firstfactor", credentials)).status).toBe(401);
    expect((await host.submit("/login", credentials)).status).toBe(401);
    const cookie = await logIn(host);
    expect((await host.delete("/api/user/sessions/a%00b", { cookie })).status).toBe(404);
    expect(host.log.filter(({ msg }) => msg === "request failed")).toEqual([]);
  });
});

test("what was counted is put down afterwards, when it could not be at its time", async () => {
  const { clock, advance } = movableClock();
  const store = openSqliteStores(join(temporaryFolder(), "db.sqlite3"));
  onTestFinished(() => store.close());
  const audit = new Audit(store.audit, clock);
  const refusal = { action: "login", outcome: "failure", address: "203.0.113.7" } as const;
  for (let attempt = 0; attempt < 12; attempt++) await audit.record(refusal);
  const add = vi.spyOn(store.audit, "add").mockRejectedValue(new StoreUnavailable("locked"));
  advance(600);
  await expect(audit.putCounts(clock())).rejects.toThrow("locked");
  add.mockRestore();
  for (let attempt = 0; attempt < 3; attempt++) await audit.record(refusal);
  await audit.putCounts(clock());
  const records = await store.audit.records({ action: "login" });
  expect(records.map(({ detail }) => detail.repeated ?? 1).reduce((sum: number, many) => sum + Number(many), 0)).toBe(
    15,
  );
});
