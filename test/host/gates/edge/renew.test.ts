import { Agent, request } from "node:http";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { systemClock } from "../../../../host/kit/clock.ts";
import { revokeSession } from "../../../../host/session/revocation.ts";
import { SessionStore } from "../../../../host/session/store.ts";
import { issueToken, type SessionClaims } from "../../../../host/session/token.ts";
import { configText, temporaryFolder, usersText } from "../../../../workshop/host/files.ts";
import {
  cookieOf,
  logIn,
  movableClock,
  payloadOf,
  startHost,
  type TestHost,
  tokenOf,
} from "../../../../workshop/host/in-process.ts";
import { fromOutside, mint, openKeyring, renew } from "../../support/edge.ts";

/** A host, the edge token of a gate, and a session whose lease of 60 s began now. */
async function startWithSession({ remembered = false } = {}) {
  const time = movableClock();
  const host = await startHost({ clock: time.clock });
  return { host, token: await mint(host), cookie: await logIn(host, "alice", remembered), ...time };
}

/** The session as the store has it. */
/** Leases are noted shortly after they are issued. */
const soon = { timeout: 20_000, interval: 50 };

function stored(host: TestHost, cookie: string) {
  return fromOutside(host, (store) => store.sessions.session(String(payloadOf(cookie).sid)));
}

/** Signs with the host's own session key. */
async function signedByHost(host: TestHost, claims: Record<string, unknown>): Promise<string> {
  const token = await openKeyring(host, systemClock, async ({ session }) =>
    issueToken(claims as unknown as SessionClaims, session),
  );
  return `zerohop_session=${token}`;
}

describe("a renewal", () => {
  test("answers 204 with one cookie: the next lease, with the attributes of the first", async () => {
    const { host, token, cookie, clock, advance } = await startWithSession();
    const login = payloadOf(cookie);
    advance(40);
    const answer = await renew(host, token, cookie);
    expect([answer.status, answer.body]).toEqual([204, ""]);
    expect(answer.headers["set-cookie"]).toEqual([
      expect.stringMatching(/^zerohop_session=[\w.-]+; Domain=example\.com; Path=\/; Secure; HttpOnly; SameSite=Lax$/),
    ]);
    expect(payloadOf(cookieOf(answer))).toEqual({ ...login, iat: clock(), exp: clock() + 60 });
  });

  test("asked for again in the same moment is the lease that is out already, with its own time of issue", async () => {
    const { host, token, cookie, advance } = await startWithSession();
    advance(40);
    const first = payloadOf(cookieOf(await renew(host, token, cookie)));
    advance(1);
    expect(payloadOf(cookieOf(await renew(host, token, cookie)))).toMatchObject({ iat: first.iat, exp: first.exp });
  });

  test("keeps the cookie of a remembered session until the session's end", async () => {
    const { host, token, cookie, advance } = await startWithSession({ remembered: true });
    advance(86_400);
    const [renewed] = (await renew(host, token, cookie)).headers["set-cookie"]!;
    expect(renewed).toMatch(new RegExp(`; SameSite=Lax; Max-Age=${29 * 86_400}$`));
  });

  test("notes the visitor that the gate names, and keeps the one before when it names none", async () => {
    const { host, token, cookie, advance, clock } = await startWithSession();
    advance(40);
    const next = cookieOf(await renew(host, token, cookie));
    await expect
      .poll(() => stored(host, cookie), soon)
      .toMatchObject({
        ...{ address: "203.0.113.7", userAgent: "visitor", lastSeen: clock(), leaseUntil: clock() + 60 },
      });
    advance(40);
    const ipv6 = cookieOf(await renew(host, token, next, { "x-forwarded-for": "2001:DB8::1", "user-agent": "other" }));
    await expect.poll(() => stored(host, cookie), soon).toMatchObject({ address: "2001:db8::1", userAgent: "other" });
    for (const forwarded of ["", "unknown", "203.0.113.9, 203.0.113.10"]) {
      advance(40);
      await renew(host, token, ipv6, { "x-forwarded-for": forwarded });
      const noted = { address: "2001:db8::1", lastSeen: clock() };
      await expect.poll(() => stored(host, cookie), soon).toMatchObject(noted);
    }
  });

  test("is for holders of an edge token only", async () => {
    const { host, token, cookie, advance } = await startWithSession();
    advance(40);
    for (const authorization of ["", token, `Bearer ${token}x`, `Bearer zhe_${"A".repeat(43)}`]) {
      const answer = await renew(host, token, cookie, { authorization });
      expect([answer.status, answer.headers["www-authenticate"]]).toEqual([401, 'Bearer realm="edge"']);
      expect(answer.headers["set-cookie"]).toBeUndefined();
    }
  });

  test("of something that is no token is refused as a mistake, not as an ended session", async () => {
    const { host, token } = await startWithSession();
    for (const value of ["", "x", "a.b", "a.b.c.d", "..", "a.b.ü", `${"a".repeat(4096)}.b.c`])
      expect((await renew(host, token, `zerohop_session=${value}`)).status, value.slice(0, 20)).toBe(400);
    expect((await host.post("/api/edge/renew", "", { authorization: `Bearer ${token}` })).status).toBe(415);
    expect((await host.get("/api/edge/renew", { authorization: `Bearer ${token}` })).status).toBe(405);
  });

  test("of a token that is not the host's, or not of this site, finds no session", async () => {
    const { host, token, cookie, advance } = await startWithSession();
    advance(40);
    const claims = payloadOf(cookie);
    const [header, payload, signature] = cookie.split(".") as [string, string, string];
    const altered = Buffer.from(JSON.stringify({ ...claims, sub: "bob" })).toString("base64url");
    for (const forged of [
      `${header}.${altered}.${signature}`,
      `${header}.${payload}.${Buffer.alloc(64).toString("base64url")}`,
      await signedByHost(host, { ...claims, aud: "example.org" }),
      await signedByHost(host, { ...claims, iss: "https://auth.example.org" }),
      await signedByHost(host, { ...claims, sub: "bob" }),
      await signedByHost(host, { ...claims, sid: "another" }),
      await signedByHost(host, { ...claims, sid: null }),
    ]) {
      const answer = await renew(host, token, forged);
      expect([answer.status, answer.headers["set-cookie"]]).toEqual([410, undefined]);
    }
    expect((await renew(host, token, cookie)).status).toBe(204);
  });

  test("answers for each cookie domain with its own cookie, and never for one with a session of another", async () => {
    const other = "    - domain: example.org\n      portal_url: https://auth.example.org\nauthentication_backend";
    const { clock, advance } = movableClock();
    const host = await startHost({ clock, text: configText.replace("authentication_backend", other) });
    const token = await mint(host);
    const login = { username: "alice", password: "demo" };
    const cookies = [
      await logIn(host),
      cookieOf(await host.postJson("/api/firstfactor", login, { host: "auth.example.org" })),
    ];
    advance(40);
    const renewed = await Promise.all(cookies.map((cookie) => renew(host, token, cookie)));
    expect(renewed.map((answer) => /Domain=([^;]*)/.exec(answer.headers["set-cookie"]![0]!)![1])).toEqual([
      "example.com",
      "example.org",
    ]);
    expect(renewed.map((answer) => payloadOf(cookieOf(answer)).iss)).toEqual([
      "https://auth.example.com",
      "https://auth.example.org",
    ]);
    const crossed = { ...payloadOf(cookies[0]!), aud: "example.org", iss: "https://auth.example.org" };
    expect((await renew(host, token, await signedByHost(host, crossed))).status).toBe(410);
  });

  test("takes one connection for many, whatever they are answered", async () => {
    const { host, token, cookie } = await startWithSession();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    const sockets = new Set<unknown>();
    const post = (body: string, authorization: string) =>
      new Promise<number>((resolve, reject) => {
        const headers = { authorization, "content-type": "application/jwt" };
        const outgoing = request(`${host.url}/api/edge/renew`, { method: "POST", headers, agent }, (answer) => {
          sockets.add(answer.socket);
          answer.resume().on("end", () => resolve(answer.statusCode!));
        });
        outgoing.on("error", reject).end(body);
      });
    const good = tokenOf(cookie);
    const statuses = [];
    for (const [body, bearer] of [
      [good, token],
      [good, "x"],
      ["x", token],
      ["a.b.c", token],
      [good, token],
    ] as const)
      statuses.push(await post(body, `Bearer ${bearer}`));
    expect(statuses).toEqual([204, 401, 400, 410, 204]);
    expect(sockets.size).toBe(1);
  });
});

describe("the life of a session that is renewed", () => {
  test("goes on from long after its lease up to the inactivity limit, counted from the lease's end", async () => {
    // The visitor's last request may have been anywhere in the lease's first half, which the host does not hear of.
    for (const [after, status] of [
      [60 + 299, 204],
      [60 + 300, 410],
    ] as const) {
      const { host, token, cookie, advance } = await startWithSession();
      advance(after);
      expect((await renew(host, token, cookie)).status).toBe(status);
    }
  });

  test("is not ended by inactivity when it is remembered", async () => {
    const { host, token, cookie, advance } = await startWithSession({ remembered: true });
    advance(30 * 86_400 - 1);
    expect(payloadOf(cookieOf(await renew(host, token, cookie)))).toMatchObject({ exp: payloadOf(cookie).session_exp });
    advance(1);
    expect((await renew(host, token, cookie)).status).toBe(410);
  });

  test("ends at its absolute end, to which the last lease is cut", async () => {
    const { host, token, cookie, advance, clock } = await startWithSession();
    const end = Number(payloadOf(cookie).session_exp);
    let current = cookie;
    while (clock() + 40 < end) {
      advance(40);
      current = cookieOf(await renew(host, token, current));
      expect(payloadOf(current)).toMatchObject({ session_exp: end, exp: Math.min(clock() + 60, end) });
    }
    advance(end - clock());
    expect((await renew(host, token, current)).status).toBe(410);
  });

  test("ends with a logout, a revocation from outside, and for all of a user's sessions", async () => {
    const { host, token, clock } = await startWithSession();
    const [loggedOut, revoked, kept] = [await logIn(host), await logIn(host), await logIn(host)];
    await host.submit("/logout", {}, { cookie: loggedOut });
    await fromOutside(host, (store) =>
      revokeSession(store.sessions, { outageGrace: 900 }, String(payloadOf(revoked).sid), clock()),
    );
    expect((await renew(host, token, loggedOut)).status).toBe(410);
    expect((await renew(host, token, revoked)).status).toBe(410);
    expect((await renew(host, token, kept)).status).toBe(204);
  });

  test("has the groups of now, and ends when the user may not log in any more", async () => {
    const folder = temporaryFolder();
    const first = await startHost({ folder });
    const token = await mint(first);
    const [alice, bob] = [await logIn(first), await logIn(first, "bob")];
    await first.stop();
    const users = (await usersText()).replace("[admins, dev]", "[dev]").replace("Bob\n", "Bob\n    disabled: true\n");
    const second = await startHost({ folder, users });
    expect(payloadOf(cookieOf(await renew(second, token, alice))).groups).toEqual(["dev"]);
    expect((await renew(second, token, bob)).status).toBe(410);
  });

  test("is known from the token alone where the store has lost the last leases with the machine's power", async () => {
    const { host, token, cookie, advance, clock } = await startWithSession();
    const sid = String(payloadOf(cookie).sid);
    const lost = await signedByHost(host, { ...payloadOf(cookie), iat: clock() + 40, exp: clock() + 100 });
    advance(100 + 299);
    expect((await renew(host, token, cookie)).status).toBe(410);
    expect((await renew(host, token, lost)).status).toBe(204);
    const session = () => fromOutside(host, (store) => store.sessions.session(sid));
    await expect.poll(session, soon).toMatchObject({ leaseUntil: clock() + 60 });
  });
});

describe("renewals of one session in one moment", () => {
  test("all succeed, with leases that end alike and one that is noted", async () => {
    const { host, token, cookie, advance, clock } = await startWithSession();
    advance(40);
    const writes = vi.spyOn(SessionStore.prototype, "noteLeases");
    onTestFinished(() => writes.mockRestore());
    const first = await renew(host, token, cookie);
    advance(3);
    const others = await Promise.all(Array.from({ length: 20 }, () => renew(host, token, cookie)));
    for (const { status } of others) expect(status).toBe(204);
    const ends = [first, ...others].map((answer) => payloadOf(cookieOf(answer)).exp);
    expect(new Set(ends)).toEqual(new Set([clock() + 57]));
    await vi.waitFor(() => expect(writes).toHaveBeenCalled(), { timeout: 20_000 });
    expect(writes.mock.calls.flatMap(([leases]) => leases)).toHaveLength(1);
    advance(30);
    expect((await renew(host, token, cookieOf(others[7]!))).status).toBe(204);
    expect((await renew(host, token, cookieOf(first))).status).toBe(204);
  });

  test("do not bring back a session that ends meanwhile", async () => {
    const { host, token, cookie, advance } = await startWithSession();
    advance(40);
    const answers = await Promise.all([
      ...Array.from({ length: 10 }, () => renew(host, token, cookie)),
      host.submit("/logout", {}, { cookie }),
      ...Array.from({ length: 10 }, () => renew(host, token, cookie)),
    ]);
    expect(answers.map(({ status }) => status).filter((status) => ![204, 303, 410].includes(status))).toEqual([]);
    for (const answer of answers.filter(({ status }) => status === 204))
      expect((await renew(host, token, cookieOf(answer))).status).toBe(410);
    expect(await stored(host, cookie)).toBeUndefined();
  });
});
