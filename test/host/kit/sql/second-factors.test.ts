import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { StoredTotp } from "../../../../host/features/second-factor/totp/store.ts";
import type { StoredSession } from "../../../../host/session/store.ts";
import { temporaryFolder } from "../../../../workshop/host/files.ts";
import { openSqliteStores, revocationsAt } from "../../support/stores.ts";

const now = 1_790_000_000;

function openStore(file = join(temporaryFolder(), "db.sqlite3")) {
  const store = openSqliteStores(file);
  onTestFinished(() => store.close());
  return { store, ...store, file };
}

const totp: StoredTotp = {
  ...{ username: "alice", secret: Buffer.from("sealed"), algorithm: "SHA1", digits: 6, period: 30 },
  ...{ createdAt: now, lastStep: 5, lastUsedAt: now },
};

const passkey = {
  ...{ id: "a", username: "alice", rpId: "auth.example.com", publicKey: Buffer.of(1), counter: 3, transports: ["usb"] },
  ...{ synced: false, discoverable: true, name: "Key", createdAt: now, lastUsedAt: null },
};

function session(sid: string): StoredSession {
  return {
    ...{ sid, username: "alice", domain: "example.com", createdAt: now, authTime: now, level: 1, amr: ["pwd"] },
    ...{ rememberMe: false, expiresAt: now + 3600, leaseUntil: now + 60, lastSeen: now, address: "", userAgent: "" },
  };
}

describe("the store of second factors", () => {
  test("accepts a time step once, of two hosts that ask at the same time, and never goes back", async () => {
    const { totp: apps, store, file } = openStore();
    await store.sessions.addSession(session("s"));
    const other = openStore(file).totp;
    await apps.addEnrolment({ sid: "s", username: "alice", secret: totp.secret, expiresAt: now + 1 });
    expect(await apps.confirm(totp, "s")).toBe(true);
    expect(await apps.confirm(totp, "s")).toBe(false);
    const stored = (await other.of("alice"))!;
    const used = await Promise.all([apps.use(stored, 6, now), other.use(stored, 6, now)]);
    expect(used.filter(Boolean)).toHaveLength(1);
    expect(await apps.use(stored, 4, now)).toBe(false);
    expect(await apps.use({ ...stored, secret: Buffer.from("replaced") }, 7, now)).toBe(false);
  });

  test("lets a passkey's counter grow, and stand still at 0 alone", async () => {
    const { passkeys } = openStore();
    expect([await passkeys.add(passkey), await passkeys.add(passkey)]).toEqual([true, false]);
    expect(await passkeys.find("a")).toMatchObject({ ...passkey, publicKey: Uint8Array.of(1) });
    const uses: boolean[] = [];
    for (const counter of [3, 2, 0, 4, 4]) uses.push(await passkeys.use("a", counter, now));
    expect(uses).toEqual([false, false, false, true, false]);
    await passkeys.add({ ...passkey, id: "b", counter: 0 });
    expect([await passkeys.use("b", 0, now), await passkeys.use("b", 0, now)]).toEqual([true, true]);
    expect([await passkeys.use("b", 1, now), await passkeys.use("b", 0, now)]).toEqual([true, false]);
  });

  test("notes an answered challenge once, until it has expired", async () => {
    const { passkeys } = openStore();
    const challenge = { hash: Buffer.from("c"), purpose: "login", boundTo: "b", expiresAt: now + 300 } as const;
    expect([await passkeys.useChallenge(challenge), await passkeys.useChallenge(challenge)]).toEqual([true, false]);
    await passkeys.removeExpired(now + 299);
    expect(await passkeys.useChallenge(challenge)).toBe(false);
    await passkeys.removeExpired(now + 300);
    expect(await passkeys.useChallenge(challenge)).toBe(true);
  });

  test("puts a session in the place of one that lives, and of none that has ended", async () => {
    const { store } = openStore();
    await store.sessions.addSession(session("a"));
    expect(await store.sessions.replaceSession("a", session("b"), { at: now, longestLease: 0, grace: 900 })).toBe(true);
    expect(await store.sessions.replaceSession("a", session("c"), { at: now, longestLease: 0, grace: 900 })).toBe(
      false,
    );
    expect((await store.sessions.sessions(now, { inactivity: 0, limit: 9 })).map(({ sid }) => sid)).toEqual(["b"]);
    expect((await revocationsAt(store, now)).sessions).toEqual(["a"]);
  });
});
