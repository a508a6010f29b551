// The link in the e-mail of a forgotten password.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { hashArgon2 } from "../../../host/identity/passwords/argon2.ts";
import { cheapParameters } from "../../../workshop/host/files.ts";
import { logIn, type TestHost } from "../../../workshop/host/in-process.ts";
import { zerohop } from "../../../workshop/host/program.ts";
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
} from "../support/password-reset.ts";

describe("the link of a reset", () => {
  test("stays good when programs open it, and when the new password is not good enough", async () => {
    const { host } = await started();
    const link = await linkFor(host, "alice");
    const address = `${link.link.pathname}${link.link.search}`;
    for (const cookie of ["", link.cookie, link.cookie]) await host.get(address, { cookie });
    const weak = await setPassword(host, link, "alice.liddell");
    expect([weak.status, weak.body.includes("alice.liddell")]).toEqual([422, false]);
    const differing = { token: link.token, password: good, password_again: other };
    expect((await host.submit("/reset-password/new", differing, { cookie: link.cookie })).status).toBe(422);
    expect((await setPassword(host, link, good)).status).toBe(303);
  });

  test("works once", async () => {
    const { host } = await started();
    const link = await linkFor(host, "alice");
    expect((await setPassword(host, link, good)).status).toBe(303);
    const again = await setPassword(host, link, other);
    expect(again.status).toBe(410);
    expect((await host.get(`/reset-password/new?token=${link.token}`, { cookie: link.cookie })).status).toBe(410);
    expect([await login(host, other), await login(host, good)]).toEqual([401, 200]);
  });

  test("does nothing in another browser than the one that asked for it, and says so", async () => {
    const { host } = await started();
    const link = await linkFor(host, "alice");
    const thief = await askForLink(host, "bob");
    for (const cookie of [
      "",
      thief.cookie,
      `${link.cookie}x`,
      "__Host-zerohop_reset=",
      link.cookie.replace("__Host-", ""),
    ]) {
      const page = await host.get(`/reset-password/new?token=${link.token}`, { cookie });
      expect([page.status, page.body.includes("Open this link in the other browser")]).toEqual([403, true]);
      // Whose it is stays unsaid.
      expect(page.body).not.toMatch(/alice/i);
      expect((await setPassword(host, { ...link, cookie }, other)).status).toBe(403);
    }
    expect([await login(host, other), await login(host, "demo")]).toEqual([401, 200]);
    expect((await setPassword(host, link, good)).status).toBe(303);
  });

  test("is bound by a cookie that no other host can set, that no script reads, and that a link from elsewhere brings", async () => {
    const { host } = await started();
    const { answer } = await askForLink(host, "alice");
    expect(answer.headers["set-cookie"]).toEqual([
      expect.stringMatching(/^__Host-zerohop_reset=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=600$/),
    ]);
  });

  test("ends with its time", async () => {
    const { host, advance } = await started();
    const link = await linkFor(host, "alice");
    advance(599);
    expect((await host.get(`/reset-password/new?token=${link.token}`, { cookie: link.cookie })).status).toBe(200);
    advance(1);
    expect((await host.get(`/reset-password/new?token=${link.token}`, { cookie: link.cookie })).status).toBe(410);
    expect((await setPassword(host, link, good)).status).toBe(410);
    expect(await login(host, "demo")).toBe(200);
  });

  test("is void once there is a newer one of the same user and browser", async () => {
    const { host } = await started();
    const first = await linkFor(host, "alice");
    const bobs = await linkFor(host, "bob");
    const second = await linkFor(host, "alice", { cookie: first.cookie });
    expect(second.cookie).toBe(first.cookie);
    expect((await setPassword(host, first, other)).status).toBe(410);
    expect((await setPassword(host, bobs, other)).status).toBe(303);
    expect((await setPassword(host, second, good)).status).toBe(303);
  });

  test.each([
    [
      "the account page",
      async (host: TestHost) => {
        const fields = { current_password: "demo", password: good, password_again: good };
        await host.submit("/account/password", fields, { cookie: await logIn(host) });
      },
    ],
    [
      "the command line",
      async (host: TestHost) => {
        const args = ["user", "password", "--config", host.file, "alice", "--password-stdin"];
        expect((await zerohop(args, { input: good })).code).toBe(0);
      },
    ],
    [
      "the users file",
      async (host: TestHost) => {
        const file = join(host.folder, "users.yml");
        const hash = await hashArgon2(good, cheapParameters);
        writeFileSync(
          file,
          readFileSync(file, "utf8").replace(/\$argon2id\S+/, () => hash),
        );
        await expect.poll(() => login(host, good)).toBe(200);
      },
    ],
  ])("is void after a change of the password by %s", async (_, change) => {
    const { host, advance } = await started(`${mailConfigText}regulation: { max_retries: 0 }\n`);
    const link = await linkFor(host, "alice");
    // Commands go by the machine's clock, which is not the test's.
    advance(Math.max(0, Math.floor(Date.now() / 1000) - 1_790_000_000) + 1);
    const fresh = await linkFor(host, "alice");
    advance(1);
    await change(host);
    for (const one of [link, fresh]) expect((await setPassword(host, one, other)).status).toBe(410);
    await expect.poll(() => login(host, good)).toBe(200);
  });

  test("is void for a user who is disabled meanwhile", async () => {
    const { host } = await started();
    const link = await linkFor(host, "alice");
    await zerohop(["user", "disable", "--config", host.file, "alice"]);
    await expect.poll(async () => (await setPassword(host, link, good)).status).toBe(410);
  });

  test("leads to the portal of the config, whatever the request says that the portal is called", async () => {
    const { host } = await started();
    const evil = "evil.example";
    for (const headers of [
      { "x-forwarded-host": evil },
      { host: evil, "x-forwarded-host": evil },
      { host: evil },
      { host: `auth.example.com:${evil}` },
      { host: `${evil}@auth.example.com` },
    ]) {
      const answer = await host.submit("/reset-password", { username: "alice" }, headers);
      expect([400, 421]).toContain(answer.status);
    }
    for (const headers of [
      {
        forwarded: `host=${evil}`,
        "x-original-url": `https://${evil}/`,
        "x-forwarded-port": "1",
        "x-forwarded-proto": "http",
      },
      { host: "auth.example.com:443", referer: `https://${evil}/`, "x-forwarded-prefix": `//${evil}` },
    ])
      await linkFor(host, "alice", headers);
    const links = linksIn(mailsOf(host));
    expect(links.map(({ origin, pathname }) => origin + pathname)).toEqual([
      ...Array(2).fill("https://auth.example.com/reset-password/new"),
    ]);
    expect(mailsOf(host)).not.toContain(evil);
  });

  test("is in no log, in no answer but its own form, and in no Referer", async () => {
    const { host } = await started();
    const link = await linkFor(host, "alice");
    const page = await host.get(`/reset-password/new?token=${link.token}`, { cookie: link.cookie });
    expect(page.headers["referrer-policy"]).toBe("strict-origin");
    expect(page.headers["cache-control"]).toBe("no-store");
    const foreign = await host.get(`/reset-password/new?token=${link.token}`);
    expect([foreign.headers["referrer-policy"], foreign.body.includes('name="token"')]).toEqual([
      "strict-origin",
      false,
    ]);
    await setPassword(host, link, good);
    expect(JSON.stringify(host.log)).not.toContain(link.token);
    expect(JSON.stringify(host.log)).not.toContain(link.cookie.split("=")[1]);
    // Nor in the database.
    const database =
      readFileSync(join(host.folder, "db.sqlite3"), "latin1") +
      readFileSync(join(host.folder, "db.sqlite3-wal"), "latin1");
    expect(database).not.toContain(link.token);
    expect(database).not.toContain(link.cookie.split("=")[1]);
  });

  test("has a token of 256 bits that no two share, and takes any text for one that is void", async () => {
    const { host } = await started();
    const tokens = [(await linkFor(host, "alice")).token, (await linkFor(host, "bob")).token];
    expect(new Set(tokens).size).toBe(2);
    for (const token of tokens) expect(Buffer.from(token, "base64url")).toHaveLength(32);
    for (const token of [
      "",
      "x",
      "%00",
      "'; DROP TABLE password_resets; --",
      "\u{1f407}".repeat(100),
      "a".repeat(5000),
    ]) {
      const encoded = encodeURIComponent(token);
      expect((await host.get(`/reset-password/new?token=${encoded}`)).status).toBe(410);
      expect((await setPassword(host, { token, cookie: "" }, good)).status).toBe(410);
    }
    expect((await host.get("/reset-password/new")).status).toBe(410);
  });

  test("is used by one of many who use it at once", async () => {
    const { host } = await started();
    const link = await linkFor(host, "alice");
    const passwords = Array.from({ length: 8 }, (_, index) => `${good} number ${index}`);
    const answers = await Promise.all(passwords.map((password) => setPassword(host, link, password)));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 303)).toHaveLength(1);
    // A user has a share of what judges passwords; who is over it hears of it, and could try again.
    for (const status of statuses.filter((one) => one !== 303)) expect([410, 503]).toContain(status);
    expect((await setPassword(host, link, good)).status).toBe(410);
    expect(await login(host, passwords[statuses.indexOf(303)]!)).toBe(200);
  }, 60_000);
});
