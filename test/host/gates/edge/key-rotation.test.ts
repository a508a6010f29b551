import { compactVerify, importJWK } from "jose";
import { describe, expect, test, vi } from "vitest";
import type { Keyring } from "../../../../host/session/keyring.ts";
import {
  cookieOf,
  headerOf,
  logIn,
  movableClock,
  payloadOf,
  startHost,
  type TestHost,
  tokenOf,
} from "../../../../workshop/host/in-process.ts";
import { fetchBundle, mint, openKeyring, renew } from "../../support/edge.ts";

interface Jwk {
  readonly kty: string;
  readonly crv: string;
  readonly kid: string;
  readonly x: string;
}

/** Works on the keys as `zerohop key rotate` does, and waits until the host has them, and then gives them to gates. */
async function change<T>(
  host: TestHost,
  token: string,
  clock: () => number,
  work: (keyring: Keyring) => Promise<T>,
): Promise<T> {
  const { result, kid } = await openKeyring(host, clock, async (keyring) => ({
    ...{ result: await work(keyring), kid: keyring.latest },
  }));
  const patience = { timeout: 10_000 };
  await vi.waitFor(async () => expect((await host.get("/jwks.json")).body).toContain(kid), patience);
  await vi.waitFor(async () => expect(kidsIn((await fetchBundle(host, token)).payload)).toContain(kid), patience);
  return result;
}

const kidsIn = ({ keys }: Record<string, unknown>) => (keys as Jwk[]).map(({ kid }) => kid);

/** What a gate finds in a cookie's token with the keys of a bundle: its claims, or undefined when no key has signed it. */
async function verified(cookie: string, bundle: Record<string, unknown>) {
  const jwk = (bundle.keys as Jwk[]).find(({ kid }) => kid === headerOf(cookie).kid);
  if (!jwk) return undefined;
  const { payload } = await compactVerify(tokenOf(cookie), await importJWK({ ...jwk }, "EdDSA"));
  return JSON.parse(Buffer.from(payload).toString());
}

describe("a rotation under living sessions", () => {
  test("leaves their tokens verifiable at gates, past the lease too, and renewals move them to the new key", async () => {
    const { clock, advance } = movableClock();
    const host = await startHost({ clock });
    const token = await mint(host);
    const cookies = [await logIn(host), await logIn(host, "bob"), await logIn(host, "alice", true)];
    const kid = await change(host, token, clock, (keyring) => keyring.rotateSessionKey());
    const { payload } = await fetchBundle(host, token);
    for (const cookie of cookies) expect(await verified(cookie, payload)).toEqual(payloadOf(cookie));
    advance(200);
    for (const cookie of cookies) {
      const renewed = cookieOf(await renew(host, token, cookie));
      expect(headerOf(renewed).kid).toBe(kid);
      expect(await verified(renewed, payload)).toMatchObject({ sid: payloadOf(cookie).sid, exp: clock() + 60 });
    }
  });

  test("has every host sign with a key that gates know, until they have had time to hear of the new one", async () => {
    const { clock, advance } = movableClock();
    const host = await startHost({ clock });
    const token = await mint(host);
    const { payload } = await fetchBundle(host, token);
    const old = await logIn(host);
    const kid = await change(host, token, clock, (keyring) => keyring.rotateSessionKey());
    // To a gate that has the bundle of before.
    const early = await logIn(host, "bob");
    expect(await verified(early, payload)).toEqual(payloadOf(early));
    advance(9);
    expect(await verified(cookieOf(await renew(host, token, old)), payload)).toMatchObject({ sub: "alice" });
    advance(1);
    expect(headerOf(await logIn(host)).kid).toBe(kid);
  });

  test("loses no session that is remembered, to its last second, however many rotations come", async () => {
    const { clock, advance } = movableClock();
    const host = await startHost({ clock });
    const token = await mint(host);
    const cookie = await logIn(host, "alice", true);
    for (let day = 0; day < 29; day += 7) {
      await change(host, token, clock, (keyring) => keyring.rotateSessionKey());
      advance(7 * 86_400);
    }
    // 35 days are gone: the first session has ended, and one of the 28th day has not.
    expect((await renew(host, token, cookie)).status).toBe(410);
    const late = await logIn(host, "alice", true);
    await change(host, token, clock, (keyring) => keyring.rotateSessionKey());
    advance(30 * 86_400 - 1);
    expect(await verified(late, (await fetchBundle(host, token)).payload)).toMatchObject({ sub: "alice" });
    expect((await renew(host, token, late)).status).toBe(204);
  });

  test("drops a key from the bundle once no token of it can be renewed", async () => {
    vi.useFakeTimers({ toFake: ["setInterval"] });
    try {
      const { clock, advance } = movableClock();
      const host = await startHost({ clock });
      const token = await mint(host);
      const old = headerOf(await logIn(host)).kid;
      await openKeyring(host, clock, (keyring) => keyring.rotateSessionKey());
      const kids = async () => kidsIn((await fetchBundle(host, token)).payload);
      await expect.poll(kids).toHaveLength(2);
      advance(30 * 86_400 + 71);
      await vi.advanceTimersByTimeAsync(60_000);
      await expect.poll(kids).toHaveLength(1);
      expect(await kids()).not.toContain(old);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("a rotation because a key has leaked", () => {
  test("drops every older key from bundle and host at once, and ends all sessions", async () => {
    const { clock } = movableClock();
    const host = await startHost({ clock });
    const token = await mint(host);
    const oldest = await logIn(host, "bob", true);
    await change(host, token, clock, (keyring) => keyring.rotateSessionKey());
    const older = await logIn(host, "alice", true);
    const byForwardAuth = (cookie: string) =>
      host.get("/api/authz/auth-request", {
        ...{ cookie, "x-original-url": "https://app.example.com/", "x-original-method": "GET" },
      });
    expect((await byForwardAuth(older)).status).toBe(200);
    const { etag } = await fetchBundle(host, token);
    const waiting = fetchBundle(host, token, { etag, wait: 30 });
    const revoked = await change(host, token, clock, (keyring) => keyring.revokeSessionKeys());
    expect(revoked.ended).toBe(2);
    const { payload } = await waiting;
    expect(kidsIn(payload)).toEqual([revoked.kid]);
    for (const cookie of [oldest, older]) {
      expect(await verified(cookie, payload)).toBeUndefined();
      expect((await renew(host, token, cookie)).status).toBe(410);
      expect((await byForwardAuth(cookie)).status).toBe(401);
      expect((await host.get("/api/state", { cookie })).body).toContain('"username":""');
    }
    const again = await logIn(host);
    expect(await verified(again, payload)).toMatchObject({ sub: "alice" });
    expect((await renew(host, token, again)).status).toBe(204);
  });
});
