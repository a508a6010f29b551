// Strangers who ask for a new password in somebody's name, from many networks and browsers: whoever it is still gets a link from
// where they have logged in before, and the one that they have stays good.
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { type Answer, movableClock, startHost, type TestHost } from "../../workshop/host/in-process.ts";
import { mailConfigText } from "../host/support/mails.ts";
import { askForLink, linkFor, linksIn, mailsOf, setPassword } from "../host/support/password-reset.ts";

const good = "a heron stands beside the canal";
const from = (address: string) => ({ "x-forwarded-for": address });
const home = from("203.0.113.5");

function rows(host: TestHost, sql: string): readonly Record<string, unknown>[] {
  const database = new DatabaseSync(join(host.folder, "db.sqlite3"), { readOnly: true, timeout: 10_000 });
  try {
    return database.prepare(sql).all();
  } finally {
    database.close();
  }
}

function browserCookieOf(answer: Answer): string {
  return answer.headers["set-cookie"]!.find((cookie) => cookie.startsWith("__Host-zerohop_browser="))!.split(";")[0]!;
}

async function start() {
  const { clock } = movableClock();
  return startHost({ clock, text: mailConfigText });
}

/** The browser's cookie after a login from home. */
async function knownBrowser(host: TestHost): Promise<string> {
  return browserCookieOf(await host.postJson("/api/firstfactor", { username: "alice", password: "demo" }, home));
}

/** Asks in alice's name from so many networks, and waits until all is looked at. */
async function strangersAsk(host: TestHost, times: number): Promise<void> {
  const requests = () => host.log.filter(({ audit }) => audit === "password reset request").length;
  const before = requests();
  for (let index = 0; index < times; index++) await askForLink(host, "alice", from(`198.51.100.${index}`));
  await expect.poll(requests).toBe(before + times);
}

test("a link stays good, however many strangers ask after it", async () => {
  const host = await start();
  const own = await linkFor(host, "alice", home);
  await strangersAsk(host, 8);
  expect((await setPassword(host, own, good)).status).toBe(303);
});

test("strangers use up what strangers have: alice gets a link in a browser, or a network, where she has logged in", async () => {
  const host = await start();
  const browser = await knownBrowser(host);
  await strangersAsk(host, 8);
  expect(linksIn(mailsOf(host))).toHaveLength(3);
  const abroad = await linkFor(host, "alice", { ...from("192.0.2.77"), cookie: browser });
  await linkFor(host, "alice@example.com", home);
  const link = { token: abroad.token, cookie: `${browser}; ${abroad.cookie}` };
  expect((await setPassword(host, link, good)).status).toBe(303);
});

test("a mailbox gets a bounded number of mails from a known place too", async () => {
  const host = await start();
  const cookie = await knownBrowser(host);
  for (let index = 0; index < 6; index++) await askForLink(host, "alice", { ...from(`192.0.2.${index}`), cookie });
  await host.stop();
  expect(rows(host, "SELECT id FROM outbox WHERE purpose = 'password reset'")).toHaveLength(3);
});

test("a thousand requests at once from one network leave room for others', and a few rows", async () => {
  const host = await start();
  let next = 0;
  const flood = async () => {
    while (next < 1200) await askForLink(host, `nobody${next++}`, from("198.51.100.9"));
  };
  await Promise.all(Array.from({ length: 20 }, flood));
  await linkFor(host, "alice", from("192.0.2.1"));
  await host.stop();
  const refused = rows(
    host,
    "SELECT detail FROM audit WHERE action = 'password reset request' AND outcome = 'failure'",
  );
  expect(refused).toHaveLength(6);
  expect(JSON.parse(String(refused[5]!.detail))).toMatchObject({ repeated: 1195 });
});
