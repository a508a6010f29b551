import { describe, expect, test } from "vitest";
import { cookieOf, logIn, movableClock, payloadOf, sharedHost, startHost } from "../../../workshop/host/in-process.ts";

/** Of the tests that leave nothing there which another one would meet. */
const shared = sharedHost();

const portalTo = (url: string, method = "GET") => `/?rd=${encodeURIComponent(url)}&rm=${method}`;

describe("the portal", () => {
  test("asks a visitor to log in, and shows where the way leads", async () => {
    const host = shared();
    const answer = await host.get(portalTo("https://app.example.com/deep/page?x=1", "POST"));
    expect(answer.status).toBe(200);
    expect(answer.body).toContain('action="/login"');
    expect(answer.body).toContain('name="rd" value="https://app.example.com/deep/page?x=1"');
    expect(answer.body).toContain('name="rm" value="POST"');
  });

  test("leaves out a target that is not to be followed", async () => {
    const host = shared();
    const { body } = await host.get(portalTo("https://evil.com/"));
    expect(body).toContain('action="/login"');
    expect(body).not.toContain("evil.com");
  });

  test("sends a visitor who may enter on to the target, with a new lease", async () => {
    const { clock, advance } = movableClock();
    const host = await startHost({ clock });
    const cookie = await logIn(host);
    advance(30);
    const answer = await host.get(portalTo("https://app.example.com/x"), { cookie });
    expect([answer.status, answer.headers.location]).toEqual([302, "https://app.example.com/x"]);
    const before = payloadOf(cookie) as { sid: string; exp: number; session_exp: number; auth_time: number };
    expect(payloadOf(cookieOf(answer))).toMatchObject({ ...before, iat: clock(), exp: clock() + 60 });
  });

  test("tells a visitor whom the policy refuses which rule it was", async () => {
    const host = shared();
    const answer = await host.get(portalTo("https://dev.example.com/"), { cookie: await logIn(host, "bob") });
    expect(answer.status).toBe(403);
    expect(answer.body).toContain("Default policy");
    expect(answer.body).toContain(answer.headers["x-request-id"]);
    expect(answer.headers["set-cookie"]).toBeUndefined();
  });

  test("after a login leads to the target only whom the policy lets in", async () => {
    const host = shared();
    const leadsTo = async (username: string, rd: string, rm = "GET") => {
      const { status, headers } = await host.submit("/login", { username, password: "demo", rd, rm });
      expect(status).toBe(303);
      return headers.location;
    };
    expect(await leadsTo("bob", "https://app.example.com/x", "POST")).toBe("https://app.example.com/x");
    expect(await leadsTo("bob", "https://dev.example.com/x")).toBe("/?rd=https%3A%2F%2Fdev.example.com%2Fx");
    expect(await leadsTo("alice", "https://dev.example.com/x")).toBe("https://dev.example.com/x");
    expect(await leadsTo("alice", "https://admin.example.com/x", "POST")).toBe(
      "/?rd=https%3A%2F%2Fadmin.example.com%2Fx&rm=POST",
    );
  });

  test("leads a visitor whose target needs a second factor, and who has none, to set one up", async () => {
    const host = shared();
    const answer = await host.get(portalTo("https://admin.example.com/"), { cookie: await logIn(host) });
    expect(answer.status).toBe(200);
    expect(answer.body).toContain("Second factor needed");
    expect(answer.body).toContain('href="/account/totp?rd=https%3A%2F%2Fadmin.example.com%2F"');
    expect(answer.body).toContain('action="/logout"');
  });

  test("shows a visitor without a target that the login stands", async () => {
    const host = shared();
    const { status, body } = await host.get("/", { cookie: await logIn(host) });
    expect(status).toBe(200);
    expect(body).toContain("Your applications");
    expect(body).toContain("Alice Liddell");
  });

  test("serves its stylesheet and script for ever, and nothing of another name", async () => {
    const host = shared();
    const { body } = await host.get("/");
    const paths = [...body.matchAll(/"(\/assets\/[^"]+)"/g)].map(([, path]) => path!);
    expect(paths).toHaveLength(2);
    for (const path of paths) {
      const asset = await host.get(path);
      expect(asset.status).toBe(200);
      expect(asset.headers["cache-control"]).toBe("public, max-age=31536000, immutable");
      expect(asset.headers["content-type"]).toMatch(/^text\/(css|javascript); charset=utf-8$/);
    }
    expect((await host.get("/assets/portal.css")).status).toBe(404);
    expect((await host.get("/assets/..%2f..%2fpackage.json")).status).toBe(404);
  });
});

describe("logging out", () => {
  test("ends the session for every copy of its cookie, and removes the cookie", async () => {
    const host = shared();
    const cookie = await logIn(host);
    const answer = await host.submit("/logout", {}, { cookie });
    expect([answer.status, answer.headers.location]).toEqual([303, "/logout"]);
    expect(answer.headers["set-cookie"]).toEqual([
      "zerohop_session=; Domain=example.com; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0",
      "__Host-zerohop_session=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0",
    ]);
    expect((await host.get("/api/state", { cookie })).body).toContain('"username":""');
    expect((await host.get("/logout")).body).toContain("You are logged out");
  });

  test("by a link asks first", async () => {
    const host = shared();
    const cookie = await logIn(host);
    const answer = await host.get("/logout", { cookie });
    expect(answer.headers["set-cookie"]).toBeUndefined();
    expect(answer.body).toContain('method="post" action="/logout"');
    expect((await host.get("/api/state", { cookie })).body).toContain('"username":"alice"');
  });

  test("to switch accounts leads to the login for the same target", async () => {
    const host = shared();
    const cookie = await logIn(host);
    const location = async (rd: string) => (await host.submit("/logout", { rd }, { cookie })).headers.location;
    expect(await location("https://app.example.com/x?y=1")).toBe("/?rd=https%3A%2F%2Fapp.example.com%2Fx%3Fy%3D1");
    expect(await location("https://evil.com/")).toBe("/logout");
  });

  test("through the API says whether the target is one to follow", async () => {
    const host = shared();
    const cookie = await logIn(host);
    expect((await host.postJson("/api/logout", { targetURL: "https://app.example.com/" }, { cookie })).body).toBe(
      '{"status":"OK","data":{"safeTargetURL":true}}',
    );
    expect((await host.get("/api/state", { cookie })).body).toContain('"username":""');
    expect((await host.postJson("/api/logout", {})).body).toBe('{"status":"OK"}');
  });
});
