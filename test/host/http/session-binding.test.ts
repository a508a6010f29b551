// Another host of the cookie domain can set cookies of the session's name, before the visitor's own or in its place. The portal goes by
// the session that it has given to the browser.
import { describe, expect, test } from "vitest";
import { forged } from "../../../workshop/gate/tokens.ts";
import {
  type Answer,
  cookieOf,
  logIn,
  movableClock,
  startHost,
  type TestHost,
  tokenOf,
} from "../../../workshop/host/in-process.ts";

const page = { accept: "text/html" };
/** As a browser sends it with what a page of the portal asks for. */
const browser = { "sec-fetch-site": "same-origin" };
const session = (cookie: string) => `zerohop_session=${tokenOf(cookie)}`;
const binding = (cookie: string) => cookie.split("; ").find((pair) => pair.startsWith("__Host-zerohop_session="))!;

const lives = async (host: TestHost, cookie: string) =>
  (await host.get("/api/state", { cookie: session(cookie) })).body.includes('"authentication_level":1');

function shows(answer: Answer): string {
  if (answer.body.includes("More than one session")) return "several";
  if (answer.body.includes('action="/login"')) return "login";
  return ["alice", "bob"].filter((name) => answer.body.toLowerCase().includes(name)).join();
}

describe("the portal", () => {
  test("shows nobody the account of a session that another host of the domain has set", async () => {
    const host = await startHost();
    const [alice, bob] = [await logIn(host), await logIn(host, "bob")];
    for (const cookie of [session(bob), `${session(bob)}; ${binding(alice)}`])
      for (const path of ["/", "/account", "/account/totp", "/?rd=https%3A%2F%2Fapp.example.com%2F"])
        expect([path, shows(await host.get(path, { ...page, cookie }))]).toEqual([path, "login"]);
    expect(shows(await host.get("/account", { ...page, cookie: alice }))).toBe("alice");
  });

  test("answers nothing to a browser's scripts about such a session, and does nothing for it", async () => {
    const host = await startHost();
    const cookie = session(await logIn(host, "bob"));
    for (const says of [browser, { origin: "https://auth.example.com" }]) {
      const headers = { ...says, cookie };
      expect((await host.get("/api/state", headers)).body).toContain('"username":""');
      expect((await host.putJson("/api/secondfactor/totp/register", {}, headers)).status).toBe(401);
    }
    // A program has no cookies but its own. That of Node's fetch says Sec-Fetch-Mode, as browsers do.
    expect((await host.get("/api/state", { cookie })).body).toContain('"username":"bob"');
    const forwarded = { "x-forwarded-host": "auth.example.com", "x-forwarded-proto": "https" };
    const answer = await fetch(`${host.url}/api/state`, { headers: { ...forwarded, cookie } });
    expect(await answer.text()).toContain('"username":"bob"');
  });

  test("refuses two sessions that live, in whatever order, as gates do; logging out is not refused", async () => {
    const host = await startHost();
    const [alice, bob] = [await logIn(host), await logIn(host, "bob")];
    for (const both of [`${session(bob)}; ${alice}`, `${alice}; ${session(bob)}`]) {
      for (const path of ["/", "/account", "/account/recovery-codes", "/second-factor"]) {
        const answer = await host.get(path, { ...page, cookie: both });
        expect([path, answer.status, shows(answer)]).toEqual([path, 400, "several"]);
      }
      expect((await host.get("/api/state", { cookie: both })).status).toBe(400);
      expect((await host.postJson("/api/secondfactor/totp", { token: "000000" }, { cookie: both })).status).toBe(400);
      expect((await host.get("/logout", { ...page, cookie: both })).body).toContain('action="/logout"');
    }
  });

  test.each(["/logout", "/api/logout"])(
    "%s ends every session that is shown, whoever has set its cookie",
    async (path) => {
      const host = await startHost();
      const [alice, bob] = [await logIn(host), await logIn(host, "bob")];
      const headers = { cookie: `${session(bob)}; ${alice}` };
      const answer = path === "/logout" ? await host.submit(path, {}, headers) : await host.postJson(path, {}, headers);
      expect(answer.status).toBe(path === "/logout" ? 303 : 200);
      expect([await lives(host, alice), await lives(host, bob)]).toEqual([false, false]);
      expect(answer.headers["set-cookie"]).toContain(
        "__Host-zerohop_session=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0",
      );
    },
  );

  test("finds its session behind many cookies of its name, proven by others or by nobody", async () => {
    const host = await startHost();
    const ended: string[] = [];
    for (let i = 0; i < 10; i++) {
      const cookie = await logIn(host, "bob");
      await host.submit("/logout", {}, { cookie });
      ended.push(session(cookie));
    }
    const alice = await logIn(host);
    for (const before of [
      Array<string>(4).fill("zerohop_session=junk"),
      Array<string>(100).fill("zerohop_session=a.b.c"),
      Array<string>(12).fill(forged(ended[0]!)),
      ended,
    ]) {
      const cookie = [...before, alice].join("; ");
      expect(shows(await host.get("/account", { ...page, cookie }))).toBe("alice");
    }
  });

  test("asks who has a session from before there were bindings to log in, and applications go on", async () => {
    const host = await startHost();
    const cookie = session(await logIn(host));
    expect(shows(await host.get("/", { ...page, cookie }))).toBe("login");
    const forwarded = {
      "X-Forwarded-Method": "GET",
      "X-Forwarded-Proto": "https",
      "X-Forwarded-Host": "app.example.com",
      "X-Forwarded-URI": "/",
    };
    expect((await host.get("/api/authz/forward-auth", { ...forwarded, cookie })).headers["remote-user"]).toBe("alice");
    const answer = await host.submit("/login", { username: "alice", password: "demo" }, { cookie });
    const renewed = cookieOf(answer);
    expect(shows(await host.get("/account", { ...page, cookie: renewed }))).toBe("alice");
    expect(await lives(host, cookie)).toBe(false);
  });

  test("knows its session by a later lease, and the one that takes its place by a new binding", async () => {
    const { clock, advance } = movableClock();
    const host = await startHost({ clock });
    const first = await logIn(host, "alice", true);
    advance(120);
    const renewed = session(cookieOf(await host.get("/", { cookie: first })));
    expect(tokenOf(renewed)).not.toBe(tokenOf(first));
    expect(shows(await host.get("/account", { ...page, cookie: `${renewed}; ${binding(first)}` }))).toBe("alice");
    const second = cookieOf(await host.submit("/login", { username: "alice", password: "demo" }, { cookie: first }));
    expect(binding(second)).not.toBe(binding(first));
    expect(shows(await host.get("/account", { ...page, cookie: `${session(second)}; ${binding(first)}` }))).toBe(
      "login",
    );
  });

  test("keeps the binding as long as the session", async () => {
    const host = await startHost();
    const set = async (keepMeLoggedIn: boolean) => {
      const answer = await host.postJson("/api/firstfactor", { username: "alice", password: "demo", keepMeLoggedIn });
      return answer.headers["set-cookie"]!.slice(0, 2).map((line) => /Max-Age=(\d+)/.exec(line)?.[1]);
    };
    expect(await set(false)).toEqual([undefined, undefined]);
    const [own, bound] = await set(true);
    expect([own, Number(own) > 86_400]).toEqual([bound, true]);
  });

  test("ends a session of somebody else that was shown at a login", async () => {
    const host = await startHost();
    const bob = await logIn(host, "bob");
    const cookie = session(bob);
    const alice = cookieOf(await host.submit("/login", { username: "alice", password: "demo" }, { cookie }));
    expect(await lives(host, bob)).toBe(false);
    expect(shows(await host.get("/account", { ...page, cookie: `${cookie}; ${alice}` }))).toBe("alice");
  });
});

describe("forward-auth", () => {
  const forwarded = {
    "X-Forwarded-Method": "GET",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "app.example.com",
    "X-Forwarded-URI": "/",
  };
  const ask = (host: TestHost, cookie: string) => host.get("/api/authz/forward-auth", { ...forwarded, cookie });

  test("refuses two sessions that live, also when a lease of one or both has run out", async () => {
    const { clock, advance } = movableClock();
    const host = await startHost({ clock });
    const alice = session(await logIn(host));
    advance(61);
    const bob = session(await logIn(host, "bob"));
    for (const both of [`${alice}; ${bob}`, `${bob}; ${alice}`]) expect((await ask(host, both)).status).toBe(400);
    advance(61);
    for (const both of [`${alice}; ${bob}`, `${bob}; ${alice}`]) expect((await ask(host, both)).status).toBe(400);
    expect((await ask(host, alice)).headers["remote-user"]).toBe("alice");
    await host.postJson("/api/logout", {}, { cookie: bob });
    for (const both of [`${alice}; ${bob}`, `${bob}; ${alice}`])
      expect((await ask(host, both)).headers["remote-user"]).toBe("alice");
  });

  test("finds a session behind many cookies of its name", async () => {
    const host = await startHost();
    const alice = session(await logIn(host));
    const cookie = `${"zerohop_session=junk; ".repeat(4)}${"zerohop_session=a.b.c; ".repeat(100)}${alice}`;
    expect((await ask(host, cookie)).headers["remote-user"]).toBe("alice");
  });
});
