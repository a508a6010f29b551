// Floods by visitors who are not logged in, over HTTP to a real host: what they leave in the database is bounded, and nobody
// else is held up.
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { configText } from "../../workshop/host/files.ts";
import { cookieOf, logIn, movableClock, startHost, type TestHost } from "../../workshop/host/in-process.ts";
import { Authenticator } from "../host/support/authenticator.ts";

const login = "/api/firstfactor/passkey";
const register = "/api/secondfactor/webauthn/credential/register";

function rows(host: TestHost, sql: string): readonly Record<string, unknown>[] {
  const database = new DatabaseSync(join(host.folder, "db.sqlite3"), { readOnly: true, timeout: 10_000 });
  try {
    return database.prepare(sql).all();
  } finally {
    database.close();
  }
}

/** Runs `one` so many times, twenty at a time, and returns how often each result came. */
async function flood<T>(times: number, one: (index: number) => Promise<T>): Promise<ReadonlyMap<T, number>> {
  const counts = new Map<T, number>();
  let next = 0;
  const worker = async () => {
    while (next < times) {
      const result = await one(next++);
      counts.set(result, (counts.get(result) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: 20 }, worker));
  return counts;
}

/** alice with a passkey. */
async function withPasskey() {
  const { clock } = movableClock();
  const host = await startHost({ clock });
  const authenticator = new Authenticator();
  const cookie = await logIn(host);
  const options = JSON.parse((await host.putJson(register, {}, { cookie })).body).data;
  await host.postJson(register, { response: authenticator.create(options), description: "Key" }, { cookie });
  return { host, authenticator };
}

const stranger = { "x-forwarded-for": "198.51.100.7" };

test("open challenges for passkeys are kept nowhere, so that none is pushed out", async () => {
  const { host, authenticator } = await withPasskey();
  const asked = await host.postJson(`${login}/options`, {});
  const before = rows(host, "SELECT * FROM challenges").length;
  await flood(500, async () => (await host.postJson(`${login}/options`, {}, stranger)).status);
  expect(rows(host, "SELECT * FROM challenges")).toHaveLength(before);
  const response = authenticator.get(JSON.parse(asked.body).data);
  const answer = () => host.postJson(login, { response }, { cookie: cookieOf(asked) });
  expect((await answer()).status).toBe(200);
  expect((await answer()).status).toBe(401);
});

test("worthless answers of a passkey are held by address, and put down a few times and in sum", async () => {
  const { host, authenticator } = await withPasskey();
  const options = JSON.parse((await host.postJson(`${login}/options`, {})).body).data;
  const response = new Authenticator().get(options);
  const statuses = await flood(300, async () => (await host.postJson(login, { response }, stranger)).status);
  expect([...statuses.keys()].sort()).toEqual([401, 429]);
  expect(statuses.get(401)).toBeLessThanOrEqual(30);
  const asked = await host.postJson(`${login}/options`, {});
  const own = { response: authenticator.get(JSON.parse(asked.body).data) };
  expect((await host.postJson(login, own, { cookie: cookieOf(asked) })).status).toBe(200);
  await host.stop();
  const refused = rows(host, "SELECT * FROM audit WHERE action = 'login' AND outcome = 'failure'");
  expect(refused.length).toBeLessThanOrEqual(6);
});

test("failed logins that no limit by address holds are put down a few times and in sum, in the log too", async () => {
  const { clock } = movableClock();
  const host = await startHost({ clock, text: configText });
  const fail = async (index: number) =>
    (await host.postJson("/api/firstfactor", { username: `name-${index}`, password: "wrong" })).status;
  expect(await flood(200, fail)).toEqual(new Map([[401, 200]]));
  await host.stop();
  const refused = rows(host, "SELECT detail FROM audit WHERE action = 'login' AND outcome = 'failure' ORDER BY id");
  expect(refused).toHaveLength(6);
  expect(JSON.parse(String(refused[5]!.detail))).toMatchObject({ reason: "unknown user", repeated: 195 });
  expect(host.log.filter(({ audit }) => audit === "login").length).toBeLessThanOrEqual(7);
});
