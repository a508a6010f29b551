import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import { decodeProtectedHeader } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { hashArgon2 } from "../../../../host/identity/passwords/argon2.ts";
import { revokeUser } from "../../../../host/session/revocation.ts";
import { cheapParameters, configText, usersText } from "../../../../workshop/host/files.ts";
import { movableClock, payloadOf, startHost, type TestHost } from "../../../../workshop/host/in-process.ts";
import { fromOutside, mint, whenNotBusy } from "../../support/edge.ts";

/** How often node:crypto's argon2, which still does the work, was asked. */
const argon2 = { calls: 0 };
const { argon2: derive } = crypto;

beforeAll(() => {
  crypto.argon2 = (...args) => {
    argon2.calls++;
    derive(...args);
  };
  syncBuiltinESMExports();
});

afterAll(() => {
  crypto.argon2 = derive;
  syncBuiltinESMExports();
});

function encoded(text: string | Uint8Array): string {
  return Buffer.from(text).toString("base64");
}

function basic(host: TestHost, edgeToken: string, body: string, headers: Readonly<Record<string, string>> = {}) {
  return whenNotBusy(() =>
    host.post("/api/edge/basic", body, {
      host: "zerohop_host",
      authorization: `Bearer ${edgeToken}`,
      "content-type": "text/plain",
      "x-forwarded-for": "203.0.113.7",
      "x-zerohop-domain": "example.com",
      ...headers,
    }),
  );
}

async function start(options: Parameters<typeof startHost>[0] = {}) {
  const time = movableClock();
  const host = await startHost({ clock: time.clock, ...options });
  argon2.calls = 0;
  return { host, token: await mint(host), ...time };
}

beforeEach(() => {
  argon2.calls = 0;
});

describe("a Basic credential", () => {
  test("that is right gets the gate a token of its own type for 60 seconds", async () => {
    const { host, token, clock } = await start();
    const answer = await basic(host, token, encoded("alice:demo"));
    expect([answer.status, answer.headers["content-type"]]).toEqual([200, "application/jwt"]);
    expect(decodeProtectedHeader(answer.body)).toMatchObject({ alg: "EdDSA", typ: "zerohop-basic+jwt" });
    const claims = payloadOf(answer.body);
    const issuedAt = Number(claims.iat);
    expect(clock() - issuedAt).toBeLessThanOrEqual(1);
    expect(claims).toEqual({
      iss: "https://auth.example.com",
      aud: "example.com",
      sub: "alice",
      sid: expect.stringMatching(/^[\w-]{22}$/),
      iat: issuedAt,
      exp: issuedAt + 60,
      session_exp: issuedAt + 60,
      auth_time: issuedAt,
      amr: ["pwd"],
      level: 1,
      name: "Alice Liddell",
      email: "alice@example.com",
      groups: ["admins", "dev"],
    });
  });

  test("never becomes a session: its token is neither a cookie nor renewed", async () => {
    const { host, token } = await start();
    const { body } = await basic(host, token, encoded("alice:demo"));
    const state = await host.get("/api/state", { cookie: `zerohop_session=${body}` });
    expect(state.body).toContain('"username":""');
    const renewal = await host.post("/api/edge/renew", body, {
      authorization: `Bearer ${token}`,
      "content-type": "application/jwt",
    });
    expect(renewal.status).toBe(410);
  });

  test.each([
    ["a wrong password", "alice:wrong"],
    ["an unknown user", "mallory:demo"],
    ["a disabled user", "carol:demo"],
    ["no name", ":demo"],
    ["no password", "alice:"],
    ["a name longer than any", `${"x".repeat(300)}:demo`],
    ["a password longer than anybody types", `alice:${"x".repeat(2000)}`],
  ])("with %s is refused by the same empty answer", async (_, credential) => {
    const { host, token } = await start();
    const answer = await basic(host, token, encoded(credential));
    expect([answer.status, answer.body]).toEqual([403, ""]);
  });

  test.each([
    ["no base64", "not base64!"],
    ["base64 of the URL alphabet", encoded("alice:\u{3ff}\u{3ff}").replace(/\+/g, "-").replace(/\//g, "_")],
    ["base64 without its padding", encoded("alice:demo1").replace(/=+$/, "")],
    ["a line end after it", `${encoded("alice:demo")}\n`],
    ["no colon", encoded("alice")],
    ["a NUL", encoded("alice\0:demo")],
    ["a control character in the password", encoded("alice:de\x07mo")],
    ["bytes that are no UTF-8", encoded(Buffer.from([0x61, 0x3a, 0xff]))],
    ["nothing", ""],
  ])("with %s is malformed", async (_, body) => {
    const { host, token } = await start();
    expect((await basic(host, token, body)).status).toBe(400);
    expect(argon2.calls).toBe(0);
  });

  test("may have colons and any script in its password", async () => {
    const password = "a:b:パスワード \u{1f511}";
    const users = `${await usersText()}  dörte:\n    password: ${await hashArgon2(password, cheapParameters)}\n`;
    const { host, token } = await start({ users });
    const answer = await basic(host, token, encoded(`dörte:${password}`));
    expect(answer.status).toBe(200);
    expect(payloadOf(answer.body).sub).toBe("dörte");
  });

  test("is for gates to ask about, and for a visitor and a domain that they name", async () => {
    const { host, token } = await start();
    const credential = encoded("alice:demo");
    expect((await basic(host, `zhe_${"A".repeat(43)}`, credential)).headers["www-authenticate"]).toMatch(/^Bearer/);
    expect((await basic(host, token, credential, { "x-zerohop-domain": "example.org" })).status).toBe(400);
    expect((await basic(host, token, credential, { "x-forwarded-for": "somebody" })).status).toBe(400);
    expect((await basic(host, token, credential, { "content-type": "application/json" })).status).toBe(415);
  });
});

describe("verification of Basic credentials", () => {
  test("happens once per cache period for a thousand requests at once", async () => {
    const { host, token, advance } = await start();
    const thousand = async () => {
      const answers = await Promise.all(Array.from({ length: 1000 }, () => basic(host, token, encoded("alice:demo"))));
      return new Set(answers.map(({ status, body }) => `${status} ${body}`));
    };
    const first = await thousand();
    expect([first.size, argon2.calls]).toEqual([1, 1]);
    advance(58);
    expect(await thousand()).toEqual(first);
    expect(argon2.calls).toBe(1);
    advance(2);
    const next = await thousand();
    expect([next.size, argon2.calls]).toEqual([1, 2]);
    expect(next).not.toEqual(first);
  });

  test("happens again at once after the user's sessions were revoked, in the same second too", async () => {
    const { host, token, clock } = await start();
    const before = payloadOf((await basic(host, token, encoded("alice:demo"))).body);
    await fromOutside(host, (store) => revokeUser(store.sessions, { outageGrace: 900 }, "alice", clock()));
    const after = payloadOf((await basic(host, token, encoded("alice:demo"))).body);
    expect(argon2.calls).toBe(2);
    // What gates refuse and what they accept: a not-before of now.
    expect([Number(before.iat) < clock(), Number(after.iat) >= clock()]).toEqual([true, true]);
  });

  test("remembers a bad credential for three seconds and not longer", async () => {
    const { host, token, advance } = await start();
    const ask = async () => (await basic(host, token, encoded("alice:wrong"))).status;
    expect([await ask(), await ask(), argon2.calls]).toEqual([403, 403, 1]);
    advance(3);
    expect([await ask(), argon2.calls]).toEqual([403, 2]);
  });

  test("keeps domains apart", async () => {
    const other = "    - domain: example.org\n      portal_url: https://auth.example.org\nauthentication_backend";
    const { host, token } = await start({ text: configText.replace("authentication_backend", other) });
    const audience = async (domain: string) =>
      payloadOf((await basic(host, token, encoded("alice:demo"), { "x-zerohop-domain": domain })).body).aud;
    expect([await audience("example.com"), await audience("example.org")]).toEqual(["example.com", "example.org"]);
  });
});
