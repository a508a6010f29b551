import { createRemoteJWKSet, jwtVerify } from "jose";
import { describe, expect, test } from "vitest";
import { configText } from "../../../workshop/host/files.ts";
import {
  cookieOf,
  logIn,
  movableClock,
  payloadOf,
  sharedHost,
  startHost,
  tokenOf,
} from "../../../workshop/host/in-process.ts";

/** Of the tests that leave nothing there which another one would meet. */
const shared = sharedHost();

const refused = '{"status":"KO","message":"Authentication failed. Check your credentials."}';

describe("the first factor", () => {
  test("sets a session cookie that only browsers keep, only over TLS, for the whole domain", async () => {
    const host = shared();
    const answer = await host.postJson("/api/firstfactor", { username: "alice", password: "demo" });
    expect([answer.status, answer.body]).toEqual([200, '{"status":"OK"}']);
    expect(answer.headers["set-cookie"]).toHaveLength(3);
    expect(answer.headers["set-cookie"]![1]).toMatch(
      /^__Host-zerohop_session=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Lax$/,
    );
    expect(answer.headers["set-cookie"]![2]).toMatch(
      /^__Host-zerohop_browser=[\w-]{22}; Path=\/; Secure; HttpOnly; SameSite=Strict; Max-Age=7776000$/,
    );
    const [pair, ...attributes] = answer.headers["set-cookie"]![0]!.split("; ");
    expect(pair).toMatch(/^zerohop_session=[\w-]+\.[\w-]+\.[\w-]+$/);
    expect(attributes).toEqual(["Domain=example.com", "Path=/", "Secure", "HttpOnly", "SameSite=Lax"]);
  });

  test("outlives the browser when it shall be remembered", async () => {
    const host = shared();
    const answer = await host.postJson("/api/firstfactor", {
      username: "alice",
      password: "demo",
      keepMeLoggedIn: true,
    });
    expect(answer.headers["set-cookie"]![0]).toMatch(/; Max-Age=2592000$/);
  });

  test("does not remember where that is switched off", async () => {
    const host = await startHost({ text: configText.replace("session:", "session:\n  remember_me: disable") });
    const answer = await host.postJson("/api/firstfactor", {
      username: "alice",
      password: "demo",
      keepMeLoggedIn: true,
    });
    expect(answer.headers["set-cookie"]![0]).not.toMatch(/Max-Age/);
    expect((await host.get("/")).body).not.toContain("keep_me_logged_in");
  });

  test("issues a token with every claim that gates read, a lease of a fifth of the inactivity limit", async () => {
    const { clock } = movableClock();
    const host = await startHost({ clock });
    const claims = payloadOf(await logIn(host));
    const now = clock();
    expect(claims).toEqual({
      iss: "https://auth.example.com",
      aud: "example.com",
      sub: "alice",
      sid: expect.stringMatching(/^[A-Za-z0-9_-]{22}$/),
      iat: now,
      exp: now + 60,
      session_exp: now + 3600,
      auth_time: now,
      amr: ["pwd"],
      level: 1,
      name: "Alice Liddell",
      email: "alice@example.com",
      groups: ["admins", "dev"],
    });
    const bob = payloadOf(await logIn(host, "bob", true));
    expect(bob).toMatchObject({ sub: "bob", groups: [], session_exp: now + 30 * 86_400, exp: now + 60 });
    expect(bob).not.toHaveProperty("email");
    expect(bob.sid).not.toBe(claims.sid);
  });

  test("issues tokens that verify with the keys at /jwks.json", async () => {
    const host = shared();
    const token = tokenOf(await logIn(host));
    const keys = createRemoteJWKSet(new URL("/jwks.json", host.url));
    const { payload } = await jwtVerify(token, keys, { issuer: "https://auth.example.com", audience: "example.com" });
    expect(payload.sub).toBe("alice");
  });

  test.each([
    ["a wrong password", "alice", "wrong"],
    ["an unknown user", "mallory", "demo"],
    ["a disabled user", "carol", "demo"],
  ])("gives the same answer for %s", async (_, username, password) => {
    const host = await startHost();
    const api = await host.postJson("/api/firstfactor", { username, password });
    expect([api.status, api.body, api.headers["set-cookie"]]).toEqual([401, refused, undefined]);
    const form = await host.submit("/login", { username, password });
    expect([form.status, form.headers["set-cookie"]]).toEqual([401, undefined]);
    expect(form.body).toContain("The user name or the password is wrong.");
    expect(form.body).toContain(`value="${username}"`);
    expect(form.body).not.toContain(password === "wrong" ? 'value="wrong"' : 'value="demo"');
  });

  test("names the target it may be followed to, and no other", async () => {
    const host = shared();
    const redirect = async (targetURL: unknown) =>
      JSON.parse((await host.postJson("/api/firstfactor", { username: "alice", password: "demo", targetURL })).body);
    expect(await redirect("https://app.example.com/x?y=1")).toEqual({
      status: "OK",
      data: { redirect: "https://app.example.com/x?y=1" },
    });
    expect(await redirect("https://evil.com/")).toEqual({ status: "OK" });
    expect(await redirect(null)).toEqual({ status: "OK" });
  });

  test("by the form leads to the target with a 303, and else to the start page", async () => {
    const host = shared();
    const go = async (fields: Record<string, string>) => {
      const answer = await host.submit("/login", { username: "alice", password: "demo", ...fields });
      expect(cookieOf(answer)).toContain("zerohop_session=");
      return [answer.status, answer.headers.location];
    };
    expect(await go({ rd: "https://app.example.com/x", rm: "POST" })).toEqual([303, "https://app.example.com/x"]);
    expect(await go({ rd: "https://evil.com/" })).toEqual([303, "/"]);
    expect(await go({})).toEqual([303, "/"]);
  });

  test("by the form keeps the target and the ticked box when it fails", async () => {
    const host = await startHost();
    const fields = {
      username: "alice",
      password: "x",
      rd: "https://app.example.com/x",
      rm: "POST",
      keep_me_logged_in: "true",
    };
    const { body } = await host.submit("/login", fields);
    expect(body).toContain('name="rd" value="https://app.example.com/x"');
    expect(body).toContain('name="rm" value="POST"');
    expect(body).toMatch(/name="keep_me_logged_in"[^>]* checked/);
  });

  test("does not even hash what is longer than anybody types", async () => {
    const host = await startHost();
    const long = "x".repeat(2000);
    expect((await host.submit("/login", { username: "alice", password: long })).status).toBe(401);
    expect((await host.submit("/login", { username: long, password: "demo" })).body).not.toContain(long);
    expect((await host.postJson("/api/firstfactor", { username: "alice", password: long })).status).toBe(400);
  });

  test("ends the session that the browser had before: nobody can plant one", async () => {
    const host = shared();
    const planted = await logIn(host, "bob");
    const answer = await host.postJson(
      "/api/firstfactor",
      { username: "alice", password: "demo" },
      { cookie: planted },
    );
    expect(payloadOf(cookieOf(answer)).sid).not.toBe(payloadOf(planted).sid);
    expect((await host.get("/api/state", { cookie: planted })).body).toContain('"username":""');
    expect((await host.get("/api/state", { cookie: cookieOf(answer) })).body).toContain('"username":"alice"');
  });

  test("writes who logged in to the log, and no secret", async () => {
    const host = await startHost();
    await logIn(host);
    await host.postJson("/api/firstfactor", { username: "alice", password: "wrong-password" });
    await host.postJson("/api/firstfactor", { username: "my-password-by-mistake", password: "x" });
    expect(host.log).toContainEqual(expect.objectContaining({ msg: "login", user: "alice", address: "127.0.0.1" }));
    expect(host.log).toContainEqual(expect.objectContaining({ msg: "login refused", user: "alice" }));
    expect(host.log).toContainEqual(expect.objectContaining({ msg: "login refused", reason: "unknown user" }));
    const all = JSON.stringify(host.log);
    for (const secret of ["demo", "wrong-password", "my-password-by-mistake", "eyJ", "argon2"])
      expect(all).not.toContain(secret);
  });

  test("of a hundred at once gets everyone an answer, and health goes on answering", async () => {
    const host = await startHost();
    const logins = Array.from({ length: 100 }, () =>
      host.postJson("/api/firstfactor", { username: "alice", password: "demo" }),
    );
    expect((await host.get("/api/health")).status).toBe(200);
    expect(new Set((await Promise.all(logins)).map(({ status }) => status))).toEqual(new Set([200]));
  });
});
