import { describe, expect, test } from "vitest";
import { cookieOf, logIn, movableClock, payloadOf, startHost } from "../../../workshop/host/in-process.ts";

const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const safari =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1";

async function twoBrowsers() {
  const { clock, advance } = movableClock();
  const host = await startHost({ clock });
  const enter = async (agent: string, address: string, username = "alice") =>
    cookieOf(
      await host.postJson(
        "/api/firstfactor",
        { username, password: "demo" },
        { "user-agent": agent, "x-forwarded-for": address },
      ),
    );
  const phone = await enter(safari, "192.0.2.7");
  advance(120);
  const desk = await enter(firefox, "2001:db8::1");
  const bob = await enter(firefox, "192.0.2.8", "bob");
  const sid = (cookie: string) => String(payloadOf(cookie).sid);
  const lives = async (cookie: string) => !(await host.get("/api/state", { cookie })).body.includes('"username":""');
  return { host, advance, phone, desk, bob, sid, lives };
}

describe("the account page", () => {
  test("lists where the account is logged in: device, address and time, this browser marked", async () => {
    const { host, desk } = await twoBrowsers();
    const { body } = await host.get("/account", { cookie: desk });
    expect(body).toContain("Firefox on Linux");
    expect(body).toMatch(
      /2001:db8::1<\/bdi> \u00B7 now<\/span><\/div>\s*<div class="controls"><span>This browser<\/span>/,
    );
    expect(body).toContain("Safari on iPhone");
    expect(body).toMatch(/192\.0\.2\.7<\/bdi> \u00B7 <time [^>]*>2 minutes ago<\/time>/);
    expect(body).not.toContain("192.0.2.8");
  });

  test("logs another browser out, and this one when it is told to", async () => {
    const { host, phone, desk, sid, lives } = await twoBrowsers();
    const revoke = (session: string) => host.submit("/account/sessions/revoke", { session }, { cookie: desk });
    expect((await revoke(sid(phone))).headers.location).toBe("/account");
    expect([await lives(phone), await lives(desk)]).toEqual([false, true]);
    const own = await revoke(sid(desk));
    expect([own.headers.location, own.headers["set-cookie"]![0]]).toEqual([
      "/logout",
      expect.stringContaining("Max-Age=0"),
    ]);
    expect(await lives(desk)).toBe(false);
  });

  test("logs out everywhere else, and nobody else", async () => {
    const { host, phone, desk, bob, lives } = await twoBrowsers();
    await host.submit("/account/sessions/revoke-others", {}, { cookie: desk });
    expect([await lives(phone), await lives(desk), await lives(bob)]).toEqual([false, true, true]);
    expect((await host.get("/account", { cookie: desk })).body).not.toContain("Log out everywhere else");
  });

  test("cannot end a session of somebody else", async () => {
    const { host, desk, bob, sid, lives } = await twoBrowsers();
    await host.submit("/account/sessions/revoke", { session: sid(desk) }, { cookie: bob });
    expect((await host.delete(`/api/user/sessions/${sid(desk)}`, { cookie: bob })).status).toBe(404);
    expect(await lives(desk)).toBe(true);
  });

  test("leaves out sessions that nobody used for too long", async () => {
    const { host, advance, desk } = await twoBrowsers();
    advance(60 + 200);
    expect((await host.get("/account", { cookie: desk })).body).not.toContain("Safari on iPhone");
  });

  test("is for those who are logged in; a login leads back to it", async () => {
    const host = await startHost();
    const page = await host.get("/account");
    expect(page.body).toContain('name="next" value="/account"');
    const entered = await host.submit("/login", { username: "alice", password: "demo", next: "/account" });
    expect(entered.headers.location).toBe("/account");
    const elsewhere = await host.submit("/login", { username: "alice", password: "demo", next: "//evil.com" });
    expect(elsewhere.headers.location).toBe("/");
  });
});

describe("the account's API", () => {
  test("lists sessions and ends them", async () => {
    const { host, phone, desk, sid, lives } = await twoBrowsers();
    const { data } = JSON.parse((await host.get("/api/user/sessions", { cookie: desk })).body);
    expect(data).toMatchObject([
      { id: sid(desk), current: true, address: "2001:db8::1", user_agent: firefox, authentication_level: 1 },
      { id: sid(phone), current: false, address: "192.0.2.7" },
    ]);
    expect((await host.delete(`/api/user/sessions/${sid(phone)}`, { cookie: desk })).status).toBe(200);
    expect((await host.delete(`/api/user/sessions/${sid(phone)}`, { cookie: desk })).status).toBe(404);
    expect(await lives(phone)).toBe(false);
    const again = await logIn(host);
    const others = await host.postJson("/api/user/sessions/revoke-others", {}, { cookie: desk });
    expect(JSON.parse(others.body).data).toEqual({ ended: 1 });
    expect(await lives(again)).toBe(false);
  });

  test("tells who the visitor is and what second factors they have", async () => {
    const { host, desk } = await twoBrowsers();
    expect(JSON.parse((await host.get("/api/user/info", { cookie: desk })).body).data).toEqual({
      username: "alice",
      display_name: "Alice Liddell",
      groups: ["admins", "dev"],
      has_totp: false,
      has_webauthn: false,
      recovery_codes_left: 0,
    });
    expect((await host.get("/api/user/info")).status).toBe(401);
    expect((await host.get("/api/user/sessions")).status).toBe(401);
  });
});
