// Who asks for the link of a forgotten password, and how often.
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { startHost, type TestHost } from "../../../workshop/host/in-process.ts";
import { mailConfigText } from "../support/mails.ts";
import {
  askForLink,
  good,
  linkFor,
  linksIn,
  login,
  mailsOf,
  other,
  setPassword,
  started,
  usersWithMail,
} from "../support/password-reset.ts";

/** What the audit says of requests, in order; the host looks at them when it likes. */
function requestsOf(host: TestHost) {
  return host.log.filter(({ audit }) => audit === "password reset request");
}

/** How often requests were counted, for each that they count for. */
function countedRequests(host: TestHost): number {
  const database = new DatabaseSync(join(host.folder, "db.sqlite3"), { readOnly: true, timeout: 10_000 });
  try {
    return Number(database.prepare("SELECT count(*) AS count FROM reset_requests").get()!.count);
  } finally {
    database.close();
  }
}

describe("whoever asks for a link", () => {
  const people = ["alice", "mallory", "off", "nomail", "twin@example.com", "alice@example.com", "x".repeat(255)];

  test("cannot tell by the answer whether there is such a user, or where mail goes", async () => {
    const { host } = await started(`${mailConfigText}`);
    const plain = (answer: { status: number; headers: object; body: string }) => {
      const {
        date,
        "x-request-id": id,
        "set-cookie": cookie,
        ...headers
      } = answer.headers as Record<string, string | string[]>;
      const attributes = String(cookie).replace(/=[\w-]{43}/, "=VALUE");
      return JSON.stringify([answer.status, headers, attributes, typeof date, typeof id, answer.body]);
    };
    const pages = new Set<string>();
    const answers = new Set<string>();
    for (const [index, username] of people.entries()) {
      const headers = { "x-forwarded-for": `192.0.2.${index}` };
      pages.add(plain((await askForLink(host, username, headers)).answer));
      answers.add(plain(await host.postJson("/api/reset-password/identity/start", { username }, headers)));
    }
    expect([pages.size, answers.size]).toEqual([1, 1]);
    await expect.poll(() => requestsOf(host).length).toBe(2 * people.length);
    // What became of it is for the operator.
    expect(requestsOf(host)).toContainEqual(expect.objectContaining({ user: "nomail", reason: "no e-mail address" }));
    expect(requestsOf(host)).toContainEqual(expect.objectContaining({ reason: "unknown or disabled user" }));
    expect(JSON.stringify(requestsOf(host))).not.toMatch(/mallory|twin/);
    await expect.poll(() => linksIn(mailsOf(host)).length).toBe(3);
  }, 30_000);

  test("gets no more mails sent than a few, whatever addresses and names they ask from and by, with the same answers", async () => {
    const { host } = await started();
    const statuses = new Set<number>();
    const names = ["alice", "ALICE@example.com", "alice@EXAMPLE.com", " alice "];
    for (let times = 0; times < 24; times++) {
      const headers = { "x-forwarded-for": `198.51.100.${times}` };
      statuses.add((await askForLink(host, names[times % names.length]!, headers)).answer.status);
    }
    await expect.poll(() => requestsOf(host).length).toBe(24);
    await sleep(1500);
    expect([...statuses]).toEqual([303]);
    expect(linksIn(mailsOf(host))).toHaveLength(3);
  }, 30_000);

  test("from one network is soon heard no more, but others are", async () => {
    const { host, clock, advance } = await started();
    const from = (address: string) => ({ "x-forwarded-for": address });
    for (let times = 0; times < 3; times++) await askForLink(host, "alice", from(`2001:db8:0:1::${times}`));
    await expect.poll(() => requestsOf(host).length).toBe(3);
    expect(requestsOf(host).filter(({ reason }) => reason === "too many requests")).toHaveLength(1);
    // The rest of what she can be sent is left to herself, somewhere else.
    await linkFor(host, "alice", from("203.0.113.9"));
    for (let times = 0; times < 25; times++) await askForLink(host, `nobody${times}`, from("192.0.2.66"));
    // By network and by name in it: 3 of hers were heard, and 20 of the others.
    await expect.poll(() => countedRequests(host)).toBe(46);
    const mails = linksIn(mailsOf(host)).length;
    await askForLink(host, "bob", from("192.0.2.66"));
    await host.stop();
    expect([countedRequests(host), linksIn(mailsOf(host)).length]).toEqual([46, mails]);
    advance(3601);
    const again = await startHost({ clock, text: mailConfigText, folder: host.folder, users: await usersWithMail() });
    await linkFor(again, "bob", from("192.0.2.66"));
  }, 60_000);

  test("does not make an earlier link void by asking more often than mails are sent", async () => {
    const { host } = await started();
    for (let times = 0; times < 2; times++) await linkFor(host, "alice", { "x-forwarded-for": `198.51.100.${times}` });
    const last = await linkFor(host, "alice");
    const attacker = await askForLink(host, "alice", { "x-forwarded-for": "198.51.100.77" });
    await expect.poll(() => requestsOf(host).at(-1)?.reason).toBe("too many e-mails");
    expect((await setPassword(host, { ...last, cookie: attacker.cookie }, other)).status).toBe(403);
    expect((await setPassword(host, last, good)).status).toBe(303);
  }, 30_000);

  test("is answered at once, before anything is looked up", async () => {
    const { host } = await started();
    await askForLink(host, "alice");
    expect([requestsOf(host).length, mailsOf(host)]).toEqual([0, ""]);
    await host.stop();
    // What was promised is kept: a host that is stopped looks at what waits, and the next one sends it.
    expect(requestsOf(host)).toHaveLength(1);
    const next = await startHost({ text: mailConfigText, folder: host.folder, users: await usersWithMail() });
    await expect.poll(() => mailsOf(next).length).toBeGreaterThanOrEqual(0);
  });

  test("cannot be somebody on another site, nor send a megabyte", async () => {
    const { host } = await started();
    const link = await linkFor(host, "alice");
    const foreign: Record<string, string>[] = [
      { origin: "https://evil.example" },
      { "sec-fetch-site": "cross-site" },
      { origin: "null" },
    ];
    for (const headers of foreign) {
      expect((await host.submit("/reset-password", { username: "alice" }, headers)).status).toBe(403);
      expect((await setPassword(host, link, good, headers)).status).toBe(403);
      for (const [path, body] of [
        ["/api/reset-password/identity/start", { username: "alice" }],
        ["/api/reset-password/identity/finish", { token: link.token }],
        ["/api/reset-password", { token: link.token, password: good }],
      ] as const)
        expect((await host.postJson(path, body, { cookie: link.cookie, ...headers })).status).toBe(403);
    }
    const large = "x".repeat(2 ** 20);
    expect((await host.submit("/reset-password", { username: large })).status).toBe(413);
    expect((await setPassword(host, link, large)).status).toBe(413);
    expect((await host.postJson("/api/reset-password/identity/start", { username: large })).status).toBe(413);
    expect((await host.postJson("/api/reset-password", { token: link.token, password: large })).status).toBe(413);
    expect(await login(host, "demo")).toBe(200);
  });
});
