// Leases in the plugin, which can ask nobody: a browser is sent through the portal, a script is told, a form is not lost.
import { describe, expect, test } from "vitest";
import type { Header } from "../../../workshop/gate/proxy-wasm/headers.ts";
import { browser, NOW, portal } from "../gate.ts";
import { app, session, startPlugin, userOf, visit } from "./plugin.ts";

/** Of a minute, in a session of an hour. */
const cookie = session();
const login = `${portal}/?rd=${encodeURIComponent(app)}&rm=GET`;

function startAt(seconds: number, content = {}) {
  const host = startPlugin({ outage_grace: 900, ...content });
  host.now = NOW + seconds;
  return host;
}

describe("a lease that has run out", () => {
  test("holds until its last second", () => {
    expect(userOf(visit(startAt(59), app, [cookie, browser]))).toBe("alice");
    expect(visit(startAt(60), app, [cookie, browser]).status).toBe(302);
  });

  test("sends a browser to the portal and back, whatever asks for a page", () => {
    for (const method of ["GET", "HEAD"]) {
      const { status, location } = visit(startAt(61), app, [cookie, browser], method);
      expect([status, location]).toEqual([302, login.replace("GET", method)]);
    }
  });

  test("is 401 to a script and to a WebSocket", () => {
    const host = startAt(61);
    expect(visit(host, app, [cookie]).status).toBe(401);
    expect(visit(host, app, [cookie], "POST").status).toBe(401);
    expect(visit(host, app, [cookie, browser, ["x-requested-with", "XMLHttpRequest"]], "POST").status).toBe(401);
    expect(visit(host, app.replace("https", "wss"), [cookie, ["upgrade", "websocket"]]).status).toBe(401);
  });

  test("changes nothing for whoever comes next, not even how a request is refused that can't be read", () => {
    const host = startAt(61);
    const unreadable = () =>
      visit(host, app, [browser, ...Array.from({ length: 33 }, (_, i): Header => ["cookie", `a=${i}`])]).answer!;
    const before = unreadable();
    expect(before.status).toBe(400);
    expect(visit(host, app, [cookie]).status).toBe(401);
    expect(unreadable()).toEqual(before);
  });

  test("is nobody's where no login is needed", () => {
    expect(userOf(visit(startAt(61), "https://public.example.com/", [cookie, browser]))).toBeUndefined();
  });

  test("of a form is believed for four leases more, and no longer than the outage grace or the session", () => {
    const post = (seconds: number, content = {}, sent = cookie) =>
      visit(startAt(seconds, content), app, [sent, browser], "POST").status;
    expect([61, 299].map((seconds) => post(seconds))).toEqual([200, 200]);
    expect(post(300)).toBe(401);
    expect(post(90, { outage_grace: 30 })).toBe(401);
    expect(post(89, { outage_grace: 30 })).toBe(200);
    expect(post(61, { outage_grace: 0 })).toBe(401);
    expect(post(120, {}, session({ session_exp: NOW + 120 }))).toBe(303);
  });

  test("of a form is not believed when the session has been revoked", () => {
    const revoked = session({ sid: "one" });
    const host = startAt(61, { revoked_sessions: ["one"] });
    expect(visit(host, app, [revoked, browser], "POST").status).toBe(303);
    const user = startAt(61, { not_before: { alice: NOW + 1 } });
    expect(visit(user, app, [cookie, browser], "POST").status).toBe(303);
  });

  test("of a form that is too late has a page that says so, with the way to the portal, and no redirect", () => {
    const { answer } = visit(startAt(600), app, [cookie, browser], "POST");
    expect(answer!.status).toBe(401);
    expect(answer!.headers.get("location")).toBeUndefined();
    expect(answer!.body).toContain("did not get what you sent");
    expect(answer!.body).toContain(`href="${login.replace("GET", "POST").replaceAll("&", "&amp;")}"`);
  });
});

describe("a session", () => {
  test("ends when it ends, whatever its lease says", () => {
    const late = session({ exp: NOW + 9000, session_exp: NOW + 100 });
    expect(visit(startAt(99), app, [late]).status).toBe(200);
    expect(visit(startAt(100), app, [late]).status).toBe(401);
  });

  test("is nobody's without a clock, and with one that stands far behind the bundle", () => {
    const host = startPlugin();
    for (const now of [undefined, 0, NOW - 86_401, 1_640_995_200]) {
      host.now = now;
      expect(visit(host, app, [cookie]).status).toBe(503);
      expect(visit(host, "https://public.example.com/").status).toBe(503);
    }
    host.now = NOW - 899;
    expect(visit(host, app, [cookie]).status).toBe(200);
  });
});

describe("a browser that the portal finds logged in, and the plugin does not", () => {
  /** As a browser: follows the redirect to the portal, which sends it back, and keeps what it is given. */
  function goRound(stale: Header, seconds: number): number {
    const host = startAt(seconds);
    let ways = "";
    for (let redirects = 1; redirects < 20; redirects++) {
      const { answer } = visit(host, app, [browser, ["cookie", `${stale[1]}${ways}`]]);
      if (answer?.status !== 302) return answer?.status ?? 200;
      const [given] = answer.headers.all("set-cookie");
      expect(given).toMatch(/^__Host-zerohop-ways=\d; Max-Age=10; Path=\/; Secure; HttpOnly; SameSite=Lax$/);
      ways = `; ${given!.split(";")[0]}`;
    }
    return 0;
  }

  test("is told so before it gives up", () => {
    expect(goRound(cookie, 61)).toBe(503);
    expect(goRound(session({ kid: "x", iss: "https://other.example.com" }), 0)).toBe(503);
  });

  test("is not counted without a session cookie, nor by what a client makes up", () => {
    const host = startAt(0);
    const anonymous = visit(host, app, [browser, ["cookie", "__Host-zerohop-ways=8"]]);
    expect([anonymous.status, anonymous.answer!.headers.all("set-cookie")]).toEqual([302, []]);
    for (const value of ["", "x", "-1", "99", "/"]) {
      const line = `zerohop_session=x; __Host-zerohop-ways=${value}`;
      expect(visit(host, app, [browser, ["cookie", line]]).status).toBe(302);
    }
  });
});
