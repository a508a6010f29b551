import { readFileSync } from "node:fs";
import { describe, expect, test, vi } from "vitest";
import { cookieOf, logIn, movableClock, startHost, type TestHost } from "../../../workshop/host/in-process.ts";
import { fromOutside } from "../support/edge.ts";
import { arrivedIn, codeIn, mailConfigText, mailsIn } from "../support/mails.ts";
import { App, setUpApp } from "../support/second-factor.ts";

const address = "/api/user/session/elevation";

async function start(config = "") {
  const { clock, advance } = movableClock();
  const host = await startHost({ clock, text: mailConfigText + config });
  const needs = async (cookie: string) => JSON.parse((await host.get(address, { cookie })).body).data.needs;
  const send = async (cookie: string) => (await host.postJson(address, {}, { cookie })).status;
  const redeem = (cookie: string, otc: string) => host.putJson(address, { otc }, { cookie });
  const begin = async (cookie: string) =>
    (await host.putJson("/api/secondfactor/totp/register", {}, { cookie })).status;
  /** Asks for a code, and returns it as its mail has it. */
  const codeFor = async (cookie: string) => {
    const codes = (host: TestHost) => mailsIn(host).filter(({ subject }) => subject === "Your one-time code");
    const before = codes(host).length;
    expect(await send(cookie)).toBe(200);
    await vi.waitFor(() => expect(codes(host)).toHaveLength(before + 1), { timeout: 20_000, interval: 20 });
    return codeIn(codes(host).at(-1)!);
  };
  return { host, clock, advance, needs, send, redeem, begin, codeFor };
}

describe("a one-time code from an e-mail", () => {
  test("is asked of whoever has no second factor, before one is set up by any way", async () => {
    const { host, needs, begin, codeFor, redeem } = await start();
    const cookie = await logIn(host);
    expect(await needs(cookie)).toBe("code");
    expect(await begin(cookie)).toBe(403);
    const passkey = await host.putJson("/api/secondfactor/webauthn/credential/register", {}, { cookie });
    expect(passkey.status).toBe(403);
    for (const page of ["/account/totp", "/account/passkeys"])
      expect((await host.get(page, { cookie })).headers.location).toMatch(/^\/account\/elevation\?next=/);
    const redeemed = await redeem(cookie, await codeFor(cookie));
    expect(redeemed.status).toBe(200);
    const elevated = cookieOf(redeemed);
    expect(await needs(elevated)).toBeNull();
    expect(await begin(elevated)).toBe(200);
  });

  test("gives a session of its own: whoever knew the one before does not rise with it", async () => {
    const { host, begin, codeFor, redeem } = await start();
    const cookie = await logIn(host);
    const elevated = cookieOf(await redeem(cookie, await codeFor(cookie)));
    expect(await begin(cookie)).toBe(401);
    expect(await begin(elevated)).toBe(200);
    const { data } = JSON.parse((await host.get("/api/user/sessions", { cookie: elevated })).body);
    expect(data).toMatchObject([{ current: true, authentication_level: 1 }]);
  });

  test("works once, in the session that asked for it, and not beside a newer one", async () => {
    const { host, advance, codeFor, redeem: redeemAtOnce, needs } = await start();
    const redeem = (cookie: string, code: string) => {
      advance(5);
      return redeemAtOnce(cookie, code);
    };
    const [one, other] = [await logIn(host), await logIn(host)];
    const first = await codeFor(one);
    expect((await redeem(other, first)).status).toBe(401);
    const second = await codeFor(one);
    expect((await redeem(one, first)).status).toBe(401);
    const elevated = cookieOf(await redeem(one, second));
    expect((await redeem(elevated, second)).status).toBe(401);
    expect((await redeem(one, second)).status).toBe(401);
    expect(await needs(other)).toBe("code");
  });

  test("counts once when it comes twice at the same time", async () => {
    const { host, codeFor, redeem } = await start();
    const cookie = await logIn(host);
    const code = await codeFor(cookie);
    const answers = await Promise.all([redeem(cookie, code), redeem(cookie, code), redeem(cookie, code)]);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  test("is taken however it is typed", async () => {
    const { host, codeFor, redeem } = await start();
    const cookie = await logIn(host);
    const code = await codeFor(cookie);
    expect((await redeem(cookie, ` ${code.toLowerCase().replace("-", " ")} `)).status).toBe(200);
  });

  test("and the elevation by it are short-lived", async () => {
    const { host, advance, codeFor, redeem, needs } = await start();
    const cookie = await logIn(host, "alice", true);
    const code = await codeFor(cookie);
    advance(300);
    expect((await redeem(cookie, code)).status).toBe(401);
    const again = await logIn(host, "alice", true);
    const elevated = cookieOf(await redeem(again, await codeFor(again)));
    advance(599);
    expect(await needs(elevated)).toBeNull();
    advance(1);
    expect(await needs(elevated)).toBe("login");
  });

  test("is not sent in a session whose login is too old: a browser left open must not be enough", async () => {
    const { host, advance, needs, send } = await start();
    const cookie = await logIn(host, "alice", true);
    advance(301);
    expect([await needs(cookie), await send(cookie)]).toEqual(["login", 403]);
    expect(mailsIn(host).filter(({ subject }) => subject === "Your one-time code")).toEqual([]);
  });

  test("cannot be guessed: wrong ones are regulated, and a code has five tries", async () => {
    const { host, codeFor, redeem } = await start();
    const cookie = await logIn(host);
    const code = await codeFor(cookie);
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 4; attempt++) statuses.push((await redeem(cookie, "BBBB-BBBB")).status);
    expect(statuses).toEqual([401, 401, 429, 429]);
    expect((await redeem(cookie, code)).status).toBe(429);

    const free = await start("regulation: { max_retries: 0 }\n");
    const session = await logIn(free.host);
    const right = await free.codeFor(session);
    for (let attempt = 0; attempt < 5; attempt++) expect((await free.redeem(session, "BBBB-BBBB")).status).toBe(401);
    expect((await free.redeem(session, right)).status).toBe(401);
    expect(await free.host.get("/account/elevation", { cookie: session })).toMatchObject({ status: 200 });
  });

  test("is sent so often and no more", async () => {
    const { host, send, advance } = await start();
    const cookie = await logIn(host);
    const statuses: number[] = [];
    for (let round = 0; round < 6; round++) statuses.push(await send(cookie));
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
    advance(901);
    expect(await send(await logIn(host))).toBe(200);
  });

  test("is not kept where it could be read: hashed with a key, mailed from an encrypted outbox", async () => {
    const { host, codeFor } = await start();
    const code = await codeFor(await logIn(host));
    const atRest = ["db.sqlite3", "db.sqlite3-wal"]
      .map((name) => readFileSync(`${host.folder}/${name}`, "latin1"))
      .join();
    for (const form of [code, code.replace("-", "")]) {
      expect(atRest).not.toContain(form);
      expect(JSON.stringify(host.log)).not.toContain(form);
    }
    const audit = await fromOutside(host, (store) => store.audit.records({ action: "elevation code" }));
    expect(audit).toMatchObject([{ user: "alice", outcome: "success", requestId: expect.any(String) }]);
    expect(JSON.stringify(audit)).not.toContain(code);
  });

  test("says in its mail what it is for, from where it was asked for, and leads to the configured portal alone", async () => {
    const { host } = await start();
    const headers = { "x-forwarded-for": "203.0.113.9", "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0" };
    const cookie = await logIn(host);
    await host.postJson(address, {}, { ...headers, cookie, host: "auth.example.com:443" });
    const mail = (await arrivedIn(host, 1)).find(({ subject }) => subject === "Your one-time code")!;
    expect(mail.to).toBe("Alice Liddell <alice@example.com>");
    expect(mail.text).toContain("Address: 203.0.113.9\nDevice: Firefox on Linux");
    expect(mail.text.match(/https?:\/\/[^/\s]+/g)).toEqual(["https://auth.example.com"]);
    const german = await logIn(host);
    await host.postJson(address, {}, { cookie: german, "accept-language": "de" });
    await vi.waitFor(() => expect(mailsIn(host).map(({ subject }) => subject)).toContain("Ihr Einmalcode"), 20_000);
  });

  test("can be taken back by whoever gets the mail: the account is logged out everywhere", async () => {
    const { host, codeFor, redeem } = await start();
    const thief = await logIn(host);
    const code = await codeFor(thief);
    const [mail] = mailsIn(host).filter(({ subject }) => subject === "Your one-time code");
    const path = /https:\/\/auth\.example\.com(\S+)/.exec(mail!.text)![1]!;
    const id = new URLSearchParams(path.split("?")[1]).get("id")!;
    expect((await host.get("/account/elevation/revoke?id=wrong", { accept: "text/html" })).status).toBe(404);
    // Mail programs follow links: that alone changes nothing.
    expect((await host.get(path)).body).toContain("Take the code back");
    expect((await host.get("/api/state", { cookie: thief })).body).toContain('"username":"alice"');
    expect((await host.submit("/account/elevation/revoke", { id })).body).toContain("The code is taken back");
    expect((await redeem(thief, code)).status).toBe(401);
    expect((await host.get("/api/state", { cookie: thief })).body).toContain('"username":""');
    expect((await host.delete(`${address}/${id}`)).status).toBe(404);
    expect(await fromOutside(host, (store) => store.audit.records({ action: "session end" }))).toMatchObject([
      { user: "alice", detail: { reason: "code taken back", sessions: 1 } },
    ]);
  });

  test("is not for those who have a second factor: they confirm with it", async () => {
    const { host, clock, advance, needs, codeFor, redeem, send } = await start();
    const cookie = await logIn(host);
    const elevated = cookieOf(await redeem(cookie, await codeFor(cookie)));
    const { app, cookie: raised } = await setUpApp(host, elevated, clock());
    expect(await needs(raised)).toBeNull();
    const later = await logIn(host);
    expect([await needs(later), await send(later)]).toEqual(["second_factor", 403]);
    advance(30);
    const passed = await host.postJson("/api/secondfactor/totp", { token: app.code(clock()) }, { cookie: later });
    expect(await needs(cookieOf(passed))).toBeNull();
  });

  test("cannot be sent to an account without an address, which then sets no second factor up", async () => {
    const { host, needs, begin, send } = await start();
    const cookie = await logIn(host, "bob");
    expect([await needs(cookie), await begin(cookie), await send(cookie)]).toEqual(["address", 403, 403]);
    const page = await host.get("/account/elevation?next=/account/totp", { cookie });
    expect(page.body).toContain("this account has no e-mail address");
    expect(page.body).not.toContain("/account/elevation/send");
  });

  test("is not asked for without a notifier, or where the config says so", async () => {
    const { clock } = movableClock();
    const without = await startHost({ clock });
    const register = async (host: TestHost) =>
      (await host.putJson("/api/secondfactor/totp/register", {}, { cookie: await logIn(host) })).status;
    expect(await register(without)).toBe(200);
    const off = await start("identity_validation: { elevated_session: { disable: true } }\n");
    expect(await register(off.host)).toBe(200);
  });

  test("stands for a lost second factor, or is asked for beside it, where the config says so", async () => {
    const withApp = async (config: string) => {
      const world = await start(`identity_validation: { elevated_session: { ${config} } }\n`);
      const cookie = await logIn(world.host);
      const elevated = cookieOf(await world.redeem(cookie, await world.codeFor(cookie)));
      const begun = await world.host.putJson("/api/secondfactor/totp/register", {}, { cookie: elevated });
      const app = new App(JSON.parse(begun.body).data.base32_secret);
      const token = app.code(world.clock());
      const done = await world.host.postJson("/api/secondfactor/totp/register", { token }, { cookie: elevated });
      return { ...world, app, raised: cookieOf(done) };
    };
    const lenient = await withApp("require_second_factor: false");
    const cookie = await logIn(lenient.host);
    expect(await lenient.needs(cookie)).toBe("code");
    const elevated = cookieOf(await lenient.redeem(cookie, await lenient.codeFor(cookie)));
    expect((await lenient.host.delete("/api/secondfactor/totp", { cookie: elevated })).status).toBe(200);

    const strict = await withApp("skip_second_factor: false");
    expect(await strict.needs(strict.raised)).toBe("code");
    const both = cookieOf(await strict.redeem(strict.raised, await strict.codeFor(strict.raised)));
    expect(await strict.needs(both)).toBeNull();
    expect((await strict.host.delete("/api/secondfactor/totp", { cookie: both })).status).toBe(200);
  });
});

describe("the page for the code", () => {
  test("sends it at the press of a button, takes it without JavaScript, and leads on", async () => {
    const { host } = await start();
    const cookie = await logIn(host);
    const way = { next: "/account/totp", rd: "https://admin.example.com/deep?x=1", rm: "GET" };
    const query = new URLSearchParams(way);
    const asked = await host.get(`/account/totp?${query}`, { cookie });
    expect(asked.status).toBe(303);
    const page = await host.get(asked.headers.location!, { cookie });
    expect(page.body).toContain("a…@example.com");
    expect(page.body).not.toContain("alice@example.com");
    expect(mailsIn(host).filter(({ subject }) => subject === "Your one-time code")).toEqual([]);
    const sent = await host.submit("/account/elevation/send", way, { cookie });
    expect(sent.status).toBe(303);
    const [mail] = await vi.waitFor(() => {
      const mails = mailsIn(host).filter(({ subject }) => subject === "Your one-time code");
      expect(mails).toHaveLength(1);
      return mails;
    }, 10_000);
    const form = await host.get(sent.headers.location!, { cookie });
    expect(form.body).toMatch(/<input id="code"[^>]*autocomplete="one-time-code"/);
    const wrong = await host.submit("/account/elevation", { ...way, token: "BBBB-BBBB" }, { cookie });
    expect(wrong.status).toBe(401);
    expect(wrong.body).toContain("This code is wrong");
    const right = await host.submit("/account/elevation", { ...way, token: codeIn(mail!) }, { cookie });
    expect(right.headers.location).toBe(`/account/totp?rd=${encodeURIComponent(way.rd)}`);
    const enrolment = await host.get(right.headers.location!, { cookie: cookieOf(right) });
    expect(enrolment.body).toContain('class="qr"');
  });

  test("takes a code that was sent just before the login got too old, and sends none after", async () => {
    const { host, advance, codeFor } = await start();
    const cookie = await logIn(host, "alice", true);
    advance(299);
    const token = await codeFor(cookie);
    advance(60);
    const way = { next: "/account/totp" };
    expect((await host.get("/account/elevation?next=/account/totp", { cookie })).body).toContain('id="code"');
    expect((await host.submit("/account/elevation/send", way, { cookie })).body).toContain('name="password"');
    const right = await host.submit("/account/elevation", { ...way, token }, { cookie });
    expect(right.headers.location).toBe("/account/totp");
    expect((await host.get("/account/totp", { cookie: cookieOf(right) })).body).toContain('class="qr"');
  });

  test("leads nowhere else than a login or a second factor would", async () => {
    const { host } = await start();
    const cookie = await logIn(host);
    const evil = { next: "//evil.com", rd: "https://evil.com/" };
    const page = await host.get(`/account/elevation?${new URLSearchParams(evil)}`, { cookie });
    expect(page.body).not.toContain("evil.com");
    const anonymous = await host.get("/account/elevation");
    expect(anonymous.body).toContain('name="password"');
  });

  test("sends nothing for another site", async () => {
    const { host } = await start();
    const cookie = await logIn(host);
    const foreign = { cookie, origin: "https://app.example.com", "sec-fetch-site": "same-site" };
    for (const path of ["/account/elevation/send", "/account/elevation", "/account/elevation/revoke"])
      expect((await host.submit(path, {}, foreign)).status).toBe(403);
    expect(mailsIn(host).filter(({ subject }) => subject === "Your one-time code")).toEqual([]);
  });
});
