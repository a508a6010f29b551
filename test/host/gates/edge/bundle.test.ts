import { compactVerify, importJWK } from "jose";
import { describe, expect, test, vi } from "vitest";
import { KeyEncryption } from "../../../../host/kit/encryption/key-encryption.ts";
import { Keyring } from "../../../../host/session/keyring.ts";
import { longestLease, revocationGrace } from "../../../../host/session/lease.ts";
import { encryptionKey, temporaryFolder } from "../../../../workshop/host/files.ts";
import { logIn, movableClock, payloadOf, startHost } from "../../../../workshop/host/in-process.ts";
import { fetchBundle, fromOutside, mint } from "../../support/edge.ts";

describe("the bundle", () => {
  test("is left out of the answer to a gate that is fetching it already", async () => {
    const host = await startHost();
    const answer = await fetchBundle(host, await mint(host), { etag: "*", wait: 30 });
    expect([answer.status, answer.body]).toEqual([304, ""]);
  });

  test("is signed by the root key and says everything a gate decides with", async () => {
    const { clock } = movableClock();
    const host = await startHost({ clock });
    const answer = await fetchBundle(host, await mint(host));
    expect(answer.headers["content-type"]).toBe("application/jose");
    expect(answer.etag).toBe(`"1.${clock()}"`);
    expect(answer.payload).toEqual({
      version: 1,
      iat: clock(),
      base: expect.stringMatching(/^[\w-]{12}$/),
      keys: [{ kty: "OKP", crv: "Ed25519", kid: expect.any(String), x: expect.stringMatching(/^[\w-]{43}$/) }],
      outage_grace: 900,
      cookies: [
        {
          domain: "example.com",
          portal: "https://auth.example.com",
          name: "zerohop_session",
          basic: ["proxy_authorization"],
        },
      ],
      policy: expect.objectContaining({ default_policy: "deny" }),
      revoked_sessions: [],
      not_before: {},
    });
    const root = await fromOutside(host, async (store) => {
      const keyring = await Keyring.open(store.keys, await KeyEncryption.open(store.encryption, encryptionKey), clock);
      return keyring.root;
    });
    const key = await importJWK({ kty: "OKP", crv: "Ed25519", x: root.x }, "EdDSA");
    const { protectedHeader } = await compactVerify(answer.body, key);
    expect(protectedHeader).toEqual({ alg: "EdDSA", typ: "zerohop-bundle+jwt", kid: root.kid });
  });

  test("carries the policy as it is written", async () => {
    const host = await startHost();
    const { payload } = await fetchBundle(host, await mint(host));
    expect((payload.policy as { rules: unknown[] }).rules[2]).toEqual({
      domain: "admin.example.com",
      policy: "two_factor",
      subject: "group:admins",
    });
  });

  test("is given to holders of an edge token only", async () => {
    const host = await startHost();
    const token = await mint(host);
    for (const authorization of [
      "",
      token,
      `Basic ${token}`,
      "Bearer ",
      "Bearer zhe_x",
      `Bearer zhe_${"A".repeat(43)}`,
      `Bearer ${token}x`,
    ]) {
      const answer = await host.get("/api/edge/bundle", { authorization });
      expect([answer.status, answer.headers["www-authenticate"]], authorization).toEqual([401, 'Bearer realm="edge"']);
    }
    expect((await fetchBundle(host, token)).status).toBe(200);
  });

  test("is answered with 304 when the gate has it, at once without a wait", async () => {
    const host = await startHost();
    const token = await mint(host);
    const { etag } = await fetchBundle(host, token);
    const again = await fetchBundle(host, token, { etag });
    expect([again.status, again.body, again.etag]).toEqual([304, "", etag]);
    expect((await fetchBundle(host, token, { etag: '"0.0"', wait: 60 })).status).toBe(200);
    const started = performance.now();
    expect((await fetchBundle(host, token, { etag, wait: 1 })).status).toBe(304);
    expect(performance.now() - started).toBeGreaterThan(990);
  });

  test("reaches every gate that waits when somebody logs out", async () => {
    const host = await startHost();
    const token = await mint(host);
    const cookie = await logIn(host);
    const { etag } = await fetchBundle(host, token);
    const waiting = Array.from({ length: 20 }, () => fetchBundle(host, token, { etag, wait: 30 }));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const started = performance.now();
    await host.submit("/logout", {}, { cookie });
    for (const { status, payload } of await Promise.all(waiting)) {
      expect(status).toBe(200);
      expect(payload).toMatchObject({ version: 2, revoked_sessions: [payloadOf(cookie).sid] });
    }
    expect(performance.now() - started).toBeLessThan(15_000);
  });

  test("does not change with a login, and so wakes nobody", async () => {
    const host = await startHost();
    const token = await mint(host);
    const { etag } = await fetchBundle(host, token);
    await logIn(host);
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect((await fetchBundle(host, token, { etag })).status).toBe(304);
  });

  test("has a rotated key beside the one before", async () => {
    const { clock } = movableClock();
    const host = await startHost({ clock });
    const token = await mint(host);
    const { etag, payload } = await fetchBundle(host, token);
    const waiting = fetchBundle(host, token, { etag, wait: 30 });
    const kid = await fromOutside(host, async (store) => {
      const keyring = await Keyring.open(store.keys, await KeyEncryption.open(store.encryption, encryptionKey), clock);
      return keyring.rotateSessionKey();
    });
    const { keys } = (await waiting).payload as { keys: { kid: string }[] };
    expect(keys.map((key) => key.kid).toSorted()).toEqual(
      [(payload.keys as { kid: string }[])[0]!.kid, kid].toSorted(),
    );
  });

  test("has a version that goes on from where it was before a restart", async () => {
    const folder = temporaryFolder();
    const first = await startHost({ folder });
    const token = await mint(first);
    await first.submit("/logout", {}, { cookie: await logIn(first) });
    expect((await fetchBundle(first, token)).payload.version).toBe(2);
    await first.stop();
    const second = await startHost({ folder });
    expect((await fetchBundle(second, token)).payload.version).toBe(2);
    await second.submit("/logout", {}, { cookie: await logIn(second) });
    expect((await fetchBundle(second, token)).payload.version).toBe(3);
  });

  test("of a host that stops is let go by all who wait", async () => {
    const host = await startHost();
    const token = await mint(host);
    const { etag } = await fetchBundle(host, token);
    const waiting = fetchBundle(host, token, { etag, wait: 60 });
    await new Promise((resolve) => setTimeout(resolve, 100));
    await host.stop();
    expect((await waiting).status).toBe(304);
  });
});

describe("upkeep", () => {
  test("signs the same version anew before gates find it old, and forgets revocations that name no living token", async () => {
    vi.useFakeTimers({ toFake: ["setInterval"] });
    try {
      const { clock, advance } = movableClock();
      const host = await startHost({ clock });
      const token = await mint(host);
      await host.submit("/logout", {}, { cookie: await logIn(host) });
      const { payload, etag } = await fetchBundle(host, token);
      advance(300);
      await vi.advanceTimersByTimeAsync(60_000);
      const signedAgain = await fetchBundle(host, token, { etag, wait: 30 });
      expect(signedAgain.payload).toEqual({ ...payload, iat: clock() });
      advance(longestLease + revocationGrace({ outageGrace: 900 }));
      await vi.advanceTimersByTimeAsync(60_000);
      const next = await fetchBundle(host, token, { etag: signedAgain.etag, wait: 30 });
      expect(next.payload).toMatchObject({ version: 2, revoked_sessions: [] });
    } finally {
      vi.useRealTimers();
    }
  });
});
