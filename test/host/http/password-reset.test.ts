import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { hashArgon2 } from "../../../host/identity/passwords/argon2.ts";
import { cheapParameters, configText } from "../../../workshop/host/files.ts";
import { cookieOf, logIn, movableClock, startHost, type TestHost } from "../../../workshop/host/in-process.ts";
import { zerohop } from "../../../workshop/host/program.ts";
import { describeWith } from "../../../workshop/programs/needed.ts";
import { type Postgres, postgresProgram, startPostgres } from "../../../workshop/servers/postgres.ts";
import { readDocument } from "../../portal/document.ts";
import { checkBasic, mint } from "../support/edge.ts";
import { mailConfigText } from "../support/mails.ts";
import { askForLink, linkFor, linksIn, mailsOf, resetCookieOf, setPassword } from "../support/password-reset.ts";
import { setUpApp } from "../support/second-factor.ts";

const good = "purple walrus counts nine moons";
const other = "seven lanterns over cold harbour";

async function usersWithMail(): Promise<string> {
  const password = await hashArgon2("demo", cheapParameters);
  const user = (name: string, more: string) => `  ${name}:\n    password: ${password}\n${more}`;
  return `users:\n${[
    user("alice", "    displayname: Alice Liddell\n    email: alice@example.com\n    groups: [admins, dev]\n"),
    user("bob", "    email: Bob@Example.com\n"),
    user("nomail", ""),
    user("off", "    email: off@example.com\n    disabled: true\n"),
    user("twin1", "    email: twin@example.com\n"),
    user("twin2", "    email: twin@example.com\n"),
  ].join("")}`;
}

async function started(text = mailConfigText) {
  const { clock, advance } = movableClock();
  const host = await startHost({ text, clock, users: await usersWithMail() });
  return { host, clock, advance };
}

/** A host on which alice has an authenticator app, from before it could send mail; and her session of level 2. */
async function startedWithApp() {
  const { clock, advance } = movableClock();
  const users = await usersWithMail();
  const before = await startHost({ clock, users });
  const { cookie } = await setUpApp(before, await logIn(before), clock());
  await before.stop();
  return { host: await startHost({ text: mailConfigText, folder: before.folder, clock, users }), advance, cookie };
}

async function login(host: TestHost, password: string, username = "alice"): Promise<number> {
  return (await host.postJson("/api/firstfactor", { username, password })).status;
}

async function lives(host: TestHost, cookie: string): Promise<boolean> {
  return !(await host.get("/api/state", { cookie })).body.includes('"username":""');
}

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

describe("a forgotten password", () => {
  test("is replaced with the link from an e-mail, and every session and Basic credential of the user ends", async () => {
    const { host } = await started();
    const edgeToken = await mint(host);
    const [session, bob] = [await logIn(host), await logIn(host, "bob")];
    expect((await checkBasic(host, edgeToken, "alice", "demo")).status).toBe(200);
    expect((await host.get("/")).body).toContain('href="/reset-password"');

    const link = await linkFor(host, "alice");
    expect(mailsOf(host)).toMatch(/To: Alice Liddell <alice@example\.com>/);
    const page = await host.get(`${link.link.pathname}${link.link.search}`, { cookie: link.cookie });
    expect(page.status).toBe(200);
    expect(readDocument(page.body).some(({ attributes }) => attributes.get("value") === "alice")).toBe(true);

    const set = await setPassword(host, link, good);
    expect([set.status, set.headers.location]).toEqual([303, "/reset-password/done"]);
    expect(set.headers["set-cookie"]).toEqual([expect.stringMatching(/^__Host-zerohop_reset=; .*Max-Age=0$/)]);
    expect([await lives(host, session), await lives(host, bob)]).toEqual([false, true]);
    expect((await checkBasic(host, edgeToken, "alice", "demo")).status).toBe(403);
    expect([await login(host, "demo"), await login(host, good)]).toEqual([401, 200]);
    expect(host.log.find(({ audit }) => audit === "password reset")).toMatchObject({ user: "alice", sessions: 1 });
  });

  test("logs nobody in, and leaves the second factor needed", async () => {
    const { host, advance } = await startedWithApp();
    const link = await linkFor(host, "alice");
    const set = await setPassword(host, link, good);
    expect(set.headers["set-cookie"]!.join()).not.toContain("zerohop_session");
    const cookie = cookieOf(await host.postJson("/api/firstfactor", { username: "alice", password: good }));
    advance(1);
    expect((await host.get("/?rd=https%3A%2F%2Fadmin.example.com%2F", { cookie })).body).toContain(
      "/second-factor/totp",
    );
    expect(JSON.parse((await host.get("/api/user/info", { cookie })).body).data.has_totp).toBe(true);
  });

  test("can be replaced by whoever knows the e-mail address alone, which is written to as the directory has it", async () => {
    const { host } = await started();
    const link = await linkFor(host, "  bOB@exAMple.COM ");
    expect(mailsOf(host)).toContain("<Bob@Example.com>");
    expect((await setPassword(host, link, good)).status).toBe(303);
    expect(await login(host, good, "bob")).toBe(200);
  });

  test("lifts the ban on its user's password, and none on the codes of the second factor", async () => {
    const { host, advance, cookie } = await startedWithApp();
    for (let times = 0; times < 4; times++) {
      await host.postJson("/api/secondfactor/totp", { token: "000000" }, { cookie });
      await host.postJson("/api/firstfactor", { username: "alice", password: "wrong" });
      advance(1);
    }
    expect(await login(host, "demo")).toBe(429);
    const link = await linkFor(host, "alice");
    expect((await setPassword(host, link, good)).status).toBe(303);
    const answer = await host.postJson("/api/firstfactor", { username: "alice", password: good });
    expect(answer.status).toBe(200);
    const session = answer.headers["set-cookie"]!.find((one) => one.startsWith("zerohop_session="))!.split(";")[0]!;
    const code = await host.postJson("/api/secondfactor/totp", { token: "000000" }, { cookie: session });
    expect(code.status).toBe(429);
  });

  test("is replaced over the API as well", async () => {
    const { host } = await started();
    const begun = await host.postJson("/api/reset-password/identity/start", { username: "alice" });
    expect([begun.status, begun.body]).toEqual([200, '{"status":"OK"}']);
    const cookie = resetCookieOf(begun);
    await expect.poll(() => linksIn(mailsOf(host)).length).toBe(1);
    const token = linksIn(mailsOf(host))[0]!.searchParams.get("token")!;
    const look = (from: string) => host.postJson("/api/reset-password/identity/finish", { token }, { cookie: from });
    expect(JSON.parse((await look(cookie)).body).data).toEqual({ username: "alice" });
    expect((await look("")).status).toBe(403);
    const weak = await host.postJson("/api/reset-password", { token, password: "alice" }, { cookie });
    expect([weak.status, JSON.parse(weak.body).mistakes]).toEqual([422, ["too_short", "guessable_personal"]]);
    expect((await host.postJson("/api/reset-password", { token, password: good })).status).toBe(403);
    expect((await host.postJson("/api/reset-password", { token, password: good }, { cookie })).status).toBe(200);
    expect((await host.postJson("/api/reset-password", { token, password: good }, { cookie })).status).toBe(410);
    expect((await look(cookie)).status).toBe(410);
  });
});

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

describeWith(postgresProgram, "two hosts on one PostgreSQL", () => {
  test("let a link be used at one of them, once", async () => {
    const server: Postgres = await startPostgres();
    try {
      const { port, database, username } = await server.createDatabase();
      const text = mailConfigText.replace(
        "  local:\n    path: db.sqlite3\n",
        `  postgres:\n    address: 127.0.0.1:${port}\n    database: ${database}\n    username: ${username}\n    tls: { disable: true }\n`,
      );
      const { clock } = movableClock();
      const users = await usersWithMail();
      const one = await startHost({ text, clock, users });
      const two = await startHost({ text, clock, users });
      // Either host may send the mail.
      const { cookie } = await askForLink(one, "alice");
      const links = () => [...linksIn(mailsOf(one)), ...linksIn(mailsOf(two))];
      await expect.poll(() => links().length).toBe(1);
      const link = { token: links()[0]!.searchParams.get("token")!, cookie };
      const answers = await Promise.all(
        Array.from({ length: 6 }, (_, index) => setPassword(index % 2 ? one : two, link, `${good} ${index}`)),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([303, ...Array(5).fill(410)]);
    } finally {
      await server.end();
    }
  }, 120_000);
});

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
    expect(linksIn(mailsOf(host))).toHaveLength(3);
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

describe("a portal that resets no passwords", () => {
  test.each([
    ["without a notifier", configText],
    ["by its config", mailConfigText.replace("  file:", "  password_reset: { disable: true }\n  file:")],
  ])("%s has no link and no page for it", async (_, text) => {
    const { host } = await started(text);
    expect((await host.get("/")).body).not.toContain("reset-password");
    expect((await host.get("/reset-password")).status).toBe(404);
    expect((await host.submit("/reset-password", { username: "alice" })).status).toBe(404);
    expect((await host.get("/reset-password/new?token=x")).status).toBe(404);
    for (const [path, body] of [
      ["/api/reset-password/identity/start", { username: "alice" }],
      ["/api/reset-password/identity/finish", { token: "x" }],
      ["/api/reset-password", { token: "x", password: good }],
    ] as const)
      expect((await host.postJson(path, body)).status).toBe(404);
  });

  test("leads elsewhere when its config says so", async () => {
    const custom = "  password_reset: { custom_url: 'https://passwords.example.com/forgot?from=portal' }\n  file:";
    const { host } = await started(mailConfigText.replace("  file:", custom));
    expect((await host.get("/")).body).toContain('href="https://passwords.example.com/forgot?from=portal"');
    expect((await host.get("/reset-password")).status).toBe(404);
  });
});
