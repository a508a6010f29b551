import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { configText, temporaryFolder } from "../../../workshop/host/files.ts";
import { ask, cookieOf, logIn, movableClock, payloadOf, startHost } from "../../../workshop/host/in-process.ts";
import { App, setUpApp } from "../support/second-factor.ts";

const admin = "https://admin.example.com/";

async function enrolled(text = configText) {
  const { clock, advance } = movableClock();
  const host = await startHost({ clock, text });
  const first = await logIn(host);
  const { app, cookie } = await setUpApp(host, first, clock());
  advance(30);
  const use = (token: string, session: string) =>
    host.postJson("/api/secondfactor/totp", { token }, { cookie: session });
  return { host, clock, advance, app, first, cookie, use };
}

describe("a form that needs two factors, on a page that needs one", () => {
  const text = configText.replace(
    "    - domain: app.example.com\n",
    "    - domain: app.example.com\n      methods: [POST]\n      policy: two_factor\n    - domain: app.example.com\n",
  );
  const rd = "https://app.example.com/save";
  const formPage = "https://app.example.com/edit?a=b&c";
  const sent = (back: string) => `/?${new URLSearchParams({ rd, rm: "POST", back })}`;

  test("is come back to when the second one is given: what it was sent to answers no GET", async () => {
    const { host, clock, app } = await enrolled(text);
    const cookie = await logIn(host);
    const asked = await host.get(sent("/edit?a=b&c"), { cookie });
    expect(asked.body).toContain('action="/second-factor/totp"');
    expect(asked.body).toContain(`name="rd" value="${formPage.replace("&", "&amp;")}"`);
    const passed = await host.submit("/second-factor/totp", { token: app.code(clock()), rd: formPage }, { cookie });
    expect([passed.status, passed.headers.location]).toEqual([303, formPage]);
    // Somebody who has given it meanwhile, in another tab.
    const gone = await host.get(sent("/edit?a=b&c"), { cookie: cookieOf(passed) });
    expect([gone.status, gone.headers.location]).toEqual([302, formPage]);
  });

  test("is come back to by whoever has to log in first", async () => {
    const host = await startHost({ text });
    expect((await host.get(sent("/edit"))).body).toContain('name="rd" value="https://app.example.com/edit"');
  });

  test("is on the host that it was sent to, whatever names it", async () => {
    const host = await startHost({ text });
    const cookie = await logIn(host);
    const wayOf = async (back: string) =>
      /href="\/account\/totp\?rd=([^&"]*)/.exec((await host.get(sent(back), { cookie })).body)![1];
    expect(decodeURIComponent((await wayOf("//evil.com/"))!)).toBe("https://app.example.com//evil.com/");
    for (const back of [
      "",
      "https://evil.com/",
      "@evil.com/",
      ":80@evil.com/",
      ".evil.com/",
      "/\\evil.com",
      "/ a",
      "/\u2028",
    ])
      expect(decodeURIComponent((await wayOf(back))!), back).toBe(rd);
  });
});

describe("setting up an authenticator app", () => {
  test("by the pages leads from a refused target to it, by way of recovery codes, without JavaScript", async () => {
    const { clock } = movableClock();
    const host = await startHost({ clock });
    const first = await logIn(host);
    const asked = await host.get(`/?rd=${encodeURIComponent(admin)}`, { cookie: first });
    const link = /href="(\/account\/totp[^"]*)"/.exec(asked.body)![1]!.replaceAll("&amp;", "&");
    const page = await host.get(link, { cookie: first });
    expect(page.body).toContain('<svg class="qr"');
    const secret = /<code>([A-Z2-7 ]+)<\/code>/.exec(page.body)![1]!.replaceAll(" ", "");
    const confirmed = await host.submit(
      "/account/totp",
      { token: new App(secret).code(clock()), rd: admin },
      { cookie: first },
    );
    expect([confirmed.status, confirmed.headers.location]).toEqual([
      303,
      `/account/recovery-codes?rd=${encodeURIComponent(admin)}`,
    ]);
    const cookie = cookieOf(confirmed);
    const codes = await host.submit("/account/recovery-codes", { rd: admin }, { cookie });
    expect(codes.body.match(/<code>[0-9a-z-]{19}<\/code>/g)).toHaveLength(10);
    expect(codes.body).toContain(`href="/?rd=${encodeURIComponent(admin)}"`);
    const gone = await host.get(`/?rd=${encodeURIComponent(admin)}`, { cookie });
    expect([gone.status, gone.headers.location]).toEqual([302, admin]);
  });

  test("shows the same secret until it is confirmed, and another to another session", async () => {
    const host = await startHost();
    const [one, other] = [await logIn(host), await logIn(host)];
    const secret = async (cookie: string) =>
      /<code>([A-Z2-7 ]+)<\/code>/.exec((await host.get("/account/totp", { cookie })).body)![1];
    expect(await secret(one)).toBe(await secret(one));
    expect(await secret(other)).not.toBe(await secret(one));
  });

  test("counts for nothing before the first code", async () => {
    const { clock } = movableClock();
    const host = await startHost({ clock });
    const cookie = await logIn(host);
    const begun = await host.putJson("/api/secondfactor/totp/register", {}, { cookie });
    const app = new App(JSON.parse(begun.body).data.base32_secret);
    const early = await host.postJson("/api/secondfactor/totp", { token: app.code(clock()) }, { cookie });
    expect(early.status).toBe(401);
    const wrong = await host.postJson("/api/secondfactor/totp/register", { token: "000000" }, { cookie });
    expect([wrong.status, wrong.headers["set-cookie"]]).toEqual([401, undefined]);
    expect((await host.get("/api/secondfactor/totp", { cookie })).status).toBe(404);
  });

  test("cannot be confirmed by another session, another user, or too late", async () => {
    const { clock, advance } = movableClock();
    const host = await startHost({ clock });
    const cookie = await logIn(host);
    const begun = await host.putJson("/api/secondfactor/totp/register", {}, { cookie });
    const app = new App(JSON.parse(begun.body).data.base32_secret);
    const confirm = (session: string) =>
      host.postJson("/api/secondfactor/totp/register", { token: app.code(clock()) }, { cookie: session });
    expect((await confirm(await logIn(host))).status).toBe(403);
    expect((await confirm(await logIn(host, "bob"))).status).toBe(403);
    // The session is kept alive, the enrolment is not.
    for (let minute = 0; minute < 15; minute += 3) {
      advance(180);
      await host.get("/", { cookie });
    }
    expect((await confirm(cookie)).status).toBe(403);
  });

  test("needs a password that is fresh, and once there is a factor, a fresh second factor", async () => {
    const { clock, advance } = movableClock();
    const host = await startHost({ clock });
    let cookie = await logIn(host);
    advance(300);
    cookie = cookieOf(await host.get("/", { cookie }));
    expect((await host.putJson("/api/secondfactor/totp/register", {}, { cookie })).status).toBe(200);
    advance(1);
    expect((await host.putJson("/api/secondfactor/totp/register", {}, { cookie })).status).toBe(403);
    expect((await host.get("/account/totp", { cookie })).body).toContain("Enter your password again");

    const { cookie: raised } = await setUpApp(host, await logIn(host), clock());
    const second = await logIn(host);
    for (const [session, status] of [
      [second, 403],
      [raised, 200],
    ] as const)
      expect((await host.putJson("/api/secondfactor/totp/register", {}, { cookie: session })).status).toBe(status);
    const page = await host.get("/account/totp", { cookie: second });
    expect([page.status, page.headers.location]).toEqual([303, "/second-factor?next=%2Faccount%2Ftotp"]);
    for (const path of ["/account/totp/remove", "/account/recovery-codes"])
      expect((await host.submit(path, {}, { cookie: second })).headers.location).toMatch(/^\/second-factor\?next=/);
    expect((await host.delete("/api/secondfactor/totp", { cookie: second })).status).toBe(403);
    expect((await host.putJson("/api/secondfactor/recovery", {}, { cookie: second })).status).toBe(403);
    advance(301);
    expect((await host.delete("/api/secondfactor/totp", { cookie: raised })).status).toBe(403);
  });

  test("keeps the secret encrypted, for its user alone, and out of the log", async () => {
    const { clock } = movableClock();
    const host = await startHost({ clock });
    const cookie = await logIn(host);
    const begun = await host.putJson("/api/secondfactor/totp/register", {}, { cookie });
    const { base32_secret } = JSON.parse(begun.body).data;
    const token = new App(base32_secret).code(clock());
    await host.postJson("/api/secondfactor/totp/register", { token }, { cookie });
    const database = new DatabaseSync(join(host.folder, "db.sqlite3"));
    const { secret } = database.prepare("SELECT secret FROM totp").get() as { secret: Uint8Array };
    // Format, key id, nonce and tag around the 20 bytes.
    expect(secret).toHaveLength(1 + 8 + 12 + 20 + 16);
    database.exec("UPDATE totp SET username = 'bob'");
    database.close();
    const bob = await logIn(host, "bob");
    const stolen = await host.postJson("/api/secondfactor/totp", { token: "123456" }, { cookie: bob });
    expect(stolen.status).toBe(500);
    expect(JSON.stringify(host.log)).not.toContain(base32_secret);
    expect(JSON.stringify(host.log)).not.toContain(`"${token}"`);
  });
});

describe("a code of the app", () => {
  test("raises the session: a new one of level 2, with both methods, that ends when the old one would have", async () => {
    const { host, app, clock, use } = await enrolled();
    const before = await logIn(host);
    const answer = await use(app.code(clock()), before);
    expect([answer.status, answer.body]).toEqual([200, '{"status":"OK"}']);
    const [old, raised] = [payloadOf(before), payloadOf(cookieOf(answer))];
    expect(raised).toMatchObject({
      level: 2,
      amr: ["pwd", "otp", "mfa"],
      auth_time: clock(),
      session_exp: old.session_exp,
    });
    expect(raised.sid).not.toBe(old.sid);
    expect((await host.get("/api/state", { cookie: before })).body).toContain('"authentication_level":0');
    expect((await host.get("/api/state", { cookie: cookieOf(answer) })).body).toContain('"authentication_level":2');
  });

  test("names the target, when it is one to follow", async () => {
    const { host, app, clock } = await enrolled();
    const cookie = await logIn(host);
    const answer = await host.postJson(
      "/api/secondfactor/totp",
      { token: app.code(clock()), targetURL: admin },
      { cookie },
    );
    expect(JSON.parse(answer.body)).toEqual({ status: "OK", data: { redirect: admin } });
    const form = await host.submit(
      "/second-factor/totp",
      { token: "x", rd: "https://evil.com/" },
      { cookie: await logIn(host) },
    );
    expect(form.status).toBe(401);
    expect(form.body).not.toContain("evil.com");
  });

  test("is accepted once, by whatever session, also of many at the same time", async () => {
    const { host, app, clock, use } = await enrolled(`${configText}\nregulation:\n  max_retries: 0\n`);
    const sessions = [await logIn(host), await logIn(host), await logIn(host), await logIn(host)];
    const token = app.code(clock());
    const answers = await Promise.all(sessions.map((session) => use(token, session)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401]);
    expect((await use(token, await logIn(host))).status).toBe(401);
  });

  test("that confirmed the app is used up too", async () => {
    const { clock } = movableClock();
    const host = await startHost({ clock });
    const { app } = await setUpApp(host, await logIn(host), clock());
    const again = await host.postJson(
      "/api/secondfactor/totp",
      { token: app.code(clock()) },
      { cookie: await logIn(host) },
    );
    expect(again.status).toBe(401);
  });

  test("may be one step early or late, and no more", async () => {
    const { host, app, clock, advance, use } = await enrolled();
    const statuses: number[] = [];
    for (const drift of [-60, 60, -30, 30]) {
      statuses.push((await use(app.code(clock() + drift), await logIn(host))).status);
      advance(120);
    }
    expect(statuses).toEqual([401, 401, 200, 200]);
  });

  test("may be typed with the space that apps show", async () => {
    const { host, app, clock, use } = await enrolled();
    const code = app.code(clock());
    expect((await use(`${code.slice(0, 3)} ${code.slice(3)} `, await logIn(host))).status).toBe(200);
  });

  test("cannot be guessed: after three wrong ones even the right one has to wait, and longer each time", async () => {
    const { host, app, clock, advance, use } = await enrolled();
    const session = await logIn(host);
    const wrong = Array.from({ length: 20 }, () => use("000000", session));
    const statuses = (await Promise.all(wrong)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(3);
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(17);
    advance(1);
    await use("000000", session);
    // Another session makes no difference, nor does another factor.
    const other = await logIn(host);
    const refused = await use(app.code(clock()), other);
    // Of the first ones two or three were looked at: the third wrong one was then among them, or the one a second later.
    expect([refused.status, refused.headers["retry-after"]]).toEqual([429, expect.stringMatching(/^(299|300)$/)]);
    const form = await host.submit("/second-factor/recovery", { token: "x" }, { cookie: other });
    expect([form.status, form.headers["retry-after"]]).toEqual([429, refused.headers["retry-after"]]);
    expect(form.body).toContain("Try again in 5 minutes");
    advance(300);
    const next = await logIn(host);
    for (let tries = 0; tries < 3; tries++) {
      expect((await use("000000", next)).status).toBe(401);
      advance(1);
    }
    expect((await use(app.code(clock()), next)).headers["retry-after"]).toBe("599");
    advance(599);
    expect((await use(app.code(clock()), await logIn(host))).status).toBe(200);
    expect((await use("000000", await logIn(host))).status).toBe(401);
  });

  test("cannot be guessed over many sessions, browsers and networks, nor over restarts of the host", async () => {
    const folder = temporaryFolder();
    const { clock, advance } = movableClock();
    let host = await startHost({ clock, folder });
    const { app } = await setUpApp(host, await logIn(host), clock());
    advance(30);
    const sessions: string[] = [];
    for (let count = 0; count < 8; count++) sessions.push(await logIn(host));
    const statuses: number[] = [];
    for (const [index, cookie] of sessions.entries()) {
      await host.stop();
      host = await startHost({ clock, folder });
      const from = { cookie, "x-forwarded-for": `198.51.${index}.1` };
      statuses.push((await host.postJson("/api/secondfactor/totp", { token: "000000" }, from)).status);
      advance(1);
    }
    expect(statuses).toEqual([401, 401, 401, 429, 429, 429, 429, 429]);
    const right = await host.postJson("/api/secondfactor/totp", { token: app.code(clock()) }, { cookie: sessions[0]! });
    expect(right.status).toBe(429);
  });

  test("of a user is of no use to another", async () => {
    const { host, app, clock, use } = await enrolled();
    expect((await use(app.code(clock()), await logIn(host, "bob"))).status).toBe(401);
  });

  test("needs a login before it", async () => {
    const { host, app, clock } = await enrolled();
    const token = app.code(clock());
    expect((await host.postJson("/api/secondfactor/totp", { token })).status).toBe(401);
    const form = await host.submit("/second-factor/totp", { token, rd: admin });
    expect([form.status, form.headers["set-cookie"]]).toEqual([303, undefined]);
  });

  test("is of the app that replaced another", async () => {
    const { host, app, clock, advance, cookie, use } = await enrolled();
    const { app: next } = await setUpApp(host, cookie, clock());
    advance(30);
    expect((await use(app.code(clock()), await logIn(host))).status).toBe(401);
    expect((await use(next.code(clock()), await logIn(host))).status).toBe(200);
  });

  test("is asked for no more when the app is removed, or apps are switched off", async () => {
    const { host, app, clock, cookie, use } = await enrolled();
    expect((await host.submit("/account/totp/remove", {}, { cookie })).headers.location).toBe("/account");
    expect((await use(app.code(clock()), await logIn(host))).status).toBe(401);

    const off = await startHost({ text: `${configText}\ntotp:\n  disable: true\n` });
    const session = await logIn(off);
    expect((await off.putJson("/api/secondfactor/totp/register", {}, { cookie: session })).status).toBe(404);
    expect((await off.get("/account/totp", { cookie: session })).status).toBe(404);
    expect((await off.get("/account", { cookie: session })).body).not.toContain("Authenticator app");
  });
});

describe("recovery codes", () => {
  async function withCodes() {
    const parts = await enrolled();
    const made = await parts.host.putJson("/api/secondfactor/recovery", {}, { cookie: parts.cookie });
    const codes: string[] = JSON.parse(made.body).data.codes;
    const recover = async (token: string, session?: string) =>
      parts.host.postJson("/api/secondfactor/recovery", { token }, { cookie: session ?? (await logIn(parts.host)) });
    return { ...parts, codes, recover };
  }

  test("raise the session, each once, however they are typed", async () => {
    const { host, codes, recover, cookie } = await withCodes();
    expect(new Set(codes).size).toBe(10);
    for (const code of codes) expect(code).toMatch(/^([0-9a-z]{4}-){3}[0-9a-z]{4}$/);
    const [first, second] = codes as [string, string];
    const both = await Promise.all([recover(first), recover(first)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 401]);
    const shouted = await recover(` ${second.toUpperCase().replaceAll("-", " ").replaceAll("0", "O")} `);
    expect(payloadOf(cookieOf(shouted))).toMatchObject({ level: 2, amr: ["pwd", "otp", "mfa"] });
    const left = await host.get("/api/secondfactor/recovery", { cookie });
    expect(JSON.parse(left.body).data).toEqual({ left: 8, total: 10 });
    expect((await host.get("/account", { cookie })).body).toContain("8 of 10 left");
  });

  test("are the user's own, and the last ones that were made", async () => {
    const { host, codes, recover, cookie } = await withCodes();
    expect((await recover(codes[0]!, await logIn(host, "bob"))).status).toBe(401);
    await host.putJson("/api/secondfactor/recovery", {}, { cookie });
    expect((await recover(codes[0]!)).status).toBe(401);
  });

  test("are nowhere in the database or the log", async () => {
    const { host, codes, recover } = await withCodes();
    await recover(codes[0]!);
    const database = new DatabaseSync(join(host.folder, "db.sqlite3"));
    const rows = JSON.stringify(database.prepare("SELECT username, hex(hash) FROM recovery_codes").all());
    database.close();
    for (const code of codes) expect(rows + JSON.stringify(host.log)).not.toContain(code.slice(0, 9));
  });

  test("go with the last second factor, and cannot be had without one", async () => {
    const { host, cookie: raised, codes, recover } = await withCodes();
    const cookie = cookieOf(await host.delete("/api/secondfactor/totp", { cookie: raised }));
    expect((await recover(codes[0]!)).status).toBe(401);
    expect((await host.putJson("/api/secondfactor/recovery", {}, { cookie })).status).toBe(403);
    expect((await host.submit("/account/recovery-codes", {}, { cookie })).headers.location).toBe("/account");
  });
});

describe("every address of second factors and the account", () => {
  const foreign = { origin: "https://evil.com", "sec-fetch-site": "cross-site" };

  test.each([
    ["POST", "/api/secondfactor/totp"],
    ["PUT", "/api/secondfactor/totp/register"],
    ["POST", "/api/secondfactor/totp/register"],
    ["DELETE", "/api/secondfactor/totp"],
    ["POST", "/api/secondfactor/recovery"],
    ["PUT", "/api/secondfactor/recovery"],
    ["DELETE", "/api/user/sessions/x"],
    ["POST", "/api/user/sessions/revoke-others"],
    ["POST", "/second-factor/totp"],
    ["POST", "/second-factor/recovery"],
    ["POST", "/account/totp"],
    ["POST", "/account/totp/remove"],
    ["POST", "/account/recovery-codes"],
    ["POST", "/account/sessions/revoke"],
    ["POST", "/account/sessions/revoke-others"],
  ])("%s %s does nothing for another site, nor without a login", async (method, path) => {
    const { host, cookie } = await enrolled();
    const other = await logIn(host);
    for (const headers of [foreign, { origin: "https://app.example.com" }, { "sec-fetch-site": "same-site" }]) {
      const answer = await ask(host.url + path, { method, headers: { cookie, ...headers } });
      expect([answer.status, answer.headers["set-cookie"]]).toEqual([403, undefined]);
    }
    expect((await host.get("/api/secondfactor/totp", { cookie })).status).toBe(200);
    expect((await host.get("/api/state", { cookie: other })).body).toContain("alice");
    const type = path.startsWith("/api/") ? "application/json" : "application/x-www-form-urlencoded";
    const body = path.startsWith("/api/") ? '{"token":"1"}' : "token=1&session=1";
    const sent = method === "DELETE" ? {} : { body };
    const anonymous = await ask(host.url + path, { method, headers: { "content-type": type }, ...sent });
    // A form leads to the login, or is the login.
    expect(path.startsWith("/api/") ? anonymous.status === 401 : [200, 303].includes(anonymous.status)).toBe(true);
    expect(anonymous.headers["set-cookie"]).toBeUndefined();
  });
});
