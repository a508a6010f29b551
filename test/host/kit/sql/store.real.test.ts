// What every store does, SQLite's and PostgreSQL's.
import { expect, test, vi } from "vitest";
import type { AuditRecord } from "../../../../host/audit/store.ts";
import type { ElevationStore, StoredOneTimeCode } from "../../../../host/features/elevation/store.ts";
import type { StoredTotp } from "../../../../host/features/second-factor/totp/store.ts";
import type { Database, Transaction } from "../../../../host/kit/sql/queries.ts";
import { addOutboxEntry, type ClaimedEntry, type OutboxEntry } from "../../../../host/notify/outbox-store.ts";
import type { StoredKey } from "../../../../host/session/key-store.ts";
import type { SessionFilter, StoredSession } from "../../../../host/session/store.ts";
import { describeDatabases, type TestDatabase } from "../../support/databases.ts";
import { revocationsAt, type Stores } from "../../support/stores.ts";

const now = 1_790_000_000;

interface Opened {
  readonly store: Stores;
  /** Opens the same database again, as another process would. */
  again(): Promise<Stores>;
  close(): Promise<void>;
}

async function opened({ open }: TestDatabase): Promise<Opened> {
  const store = await open();
  return { store, again: open, close: () => store.close() };
}

describeDatabases((create) => everyStore(async () => opened(await create())));

function session(sid: string, changes: Partial<StoredSession> = {}): StoredSession {
  return {
    sid,
    username: "alice",
    domain: "example.com",
    createdAt: now,
    authTime: now,
    level: 1,
    amr: ["pwd"],
    rememberMe: false,
    expiresAt: now + 3600,
    leaseUntil: now + 60,
    lastSeen: now,
    address: "192.0.2.1",
    userAgent: "test",
    ...changes,
  };
}

function key(kid: string, purpose: StoredKey["purpose"], createdAt = now): StoredKey {
  return { kid, purpose, publicKey: `x of ${kid}`, privateKey: Buffer.from(`d of ${kid}`), createdAt, retiredAt: null };
}

function everyStore(open: () => Promise<Opened>): void {
  test("keeps a session as it was given", async () => {
    const { store, again, close } = await open();
    const remembered = session("a", { level: 2, amr: ["pwd", "otp"], rememberMe: true, login: "company:1" });
    await store.sessions.addSession(remembered);
    await close();
    expect(await (await again()).sessions.session("a")).toEqual(remembered);
  });

  test("notes leases, and publishes the end of a session that had ended when its lease was issued", async () => {
    const { store } = await open();
    await store.sessions.addSession(session("a"));
    await store.sessions.addSession(session("b"));
    const lease = (sid: string, leaseUntil: number) => ({
      ...{ sid, leaseUntil, lastSeen: leaseUntil - 60, address: "192.0.2.2", userAgent: "other" },
    });
    expect(await store.sessions.noteLeases([lease("b", now + 100), lease("a", now + 120)], 900)).toBe(0);
    expect(await store.sessions.session("a")).toMatchObject(lease("a", now + 120));
    expect(await store.sessions.session("b")).toMatchObject(lease("b", now + 100));
    await store.sessions.noteLeases([lease("a", now + 110)], 900);
    expect(await store.sessions.session("a")).toMatchObject({ leaseUntil: now + 120, lastSeen: now + 60 });
    await store.sessions.revokeSession("a", { at: now, longestLease: 60, grace: 0 });
    expect(await store.sessions.noteLeases([lease("a", now + 500), lease("b", now + 130)], 900)).toBe(1);
    expect(await store.sessions.session("a")).toBeUndefined();
    expect(await store.sessions.session("b")).toMatchObject({ leaseUntil: now + 130 });
    expect((await revocationsAt(store, now + 1399)).sessions).toEqual(["a"]);
    expect((await revocationsAt(store, now + 1400)).sessions).toEqual([]);
    const many = Array.from({ length: 450 }, (_, index) => lease(`many${index}`, now + 100));
    expect(await store.sessions.noteLeases([...many, lease("b", now + 140)], 900)).toBe(450);
    expect(await store.sessions.session("b")).toMatchObject({ leaseUntil: now + 140 });
  });

  test("keeps so many sessions of a user and ends those that were seen least lately", async () => {
    const { store } = await open();
    const revocation = { at: now, longestLease: 60, grace: 900 };
    for (const [sid, lastSeen] of [
      ["b", now - 3],
      ["a", now - 9],
      ["c", now - 5],
    ] as const)
      expect(await store.sessions.addSession(session(sid, { lastSeen }), 3, revocation)).toBe(0);
    await store.sessions.addSession(session("other", { username: "bob", lastSeen: now - 99 }), 3, revocation);
    expect(await store.sessions.addSession(session("d", { lastSeen: now - 99 }), 3, revocation)).toBe(1);
    const left = async () => (await store.sessions.sessions(now, { inactivity: 0, limit: 9 })).map(({ sid }) => sid);
    expect(await left()).toEqual(["b", "c", "d", "other"]);
    expect(await store.sessions.addSession(session("e", { lastSeen: now }), 2, revocation)).toBe(2);
    expect(await left()).toEqual(["e", "b", "other"]);
    expect((await revocationsAt(store, now)).sessions).toEqual(["a", "c", "d"]);
  });

  test("ends the sessions that some method has raised, but for one", async () => {
    const { store } = await open();
    const revocation = { at: now, longestLease: 60, grace: 900 };
    const raised = (sid: string, ...amr: string[]) => store.sessions.addSession(session(sid, { level: 2, amr }));
    await raised("code", "pwd", "otp", "mfa");
    await raised("kept", "pwd", "otp", "mfa");
    await raised("key", "pwd", "hwk", "user", "mfa");
    await raised("both", "pwd", "swk", "otp", "mfa");
    await store.sessions.addSession(session("plain", { amr: ["pwd", "otp"] }));
    await store.sessions.addSession(session("bob", { username: "bob", level: 2, amr: ["pwd", "otp", "mfa"] }));
    expect(await store.sessions.revokeOthers("alice", "kept", revocation, [])).toBe(0);
    expect(await store.sessions.revokeOthers("alice", "kept", revocation, ["otp"])).toBe(2);
    expect((await revocationsAt(store, now)).sessions).toEqual(["both", "code"]);
    expect(await store.sessions.revokeOthers("alice", "kept", revocation, ["swk", "hwk"])).toBe(1);
    expect(await store.sessions.revokeOthers("alice", "kept", revocation)).toBe(1);
    expect((await store.sessions.sessions(now, { inactivity: 0, limit: 9 })).map(({ sid }) => sid)).toEqual([
      "bob",
      "kept",
    ]);
  });

  test("lists the sessions that live, some at a time", async () => {
    const { store } = await open();
    for (const [sid, lastSeen] of [
      ["c", 5],
      ["B", 5],
      ["a", 5],
      ["d", 9],
    ] as const)
      await store.sessions.addSession(session(sid, { lastSeen: now + lastSeen }));
    await store.sessions.addSession(session("idle", { leaseUntil: now - 300 }));
    await store.sessions.addSession(session("over", { expiresAt: now }));
    await store.sessions.addSession(session("bob", { username: "bob", leaseUntil: now - 300, rememberMe: true }));
    const listed = async (filter: Partial<SessionFilter>) =>
      (await store.sessions.sessions(now, { inactivity: 300, limit: 9, ...filter })).map(({ sid }) => sid);
    expect(await listed({})).toEqual(["d", "B", "a", "c", "bob"]);
    expect(await listed({ inactivity: 301, username: "alice" })).toEqual(["d", "B", "a", "c", "idle"]);
    expect(await listed({ limit: 2 })).toEqual(["d", "B"]);
    expect(await listed({ limit: 2, after: { lastSeen: now + 5, sid: "B" } })).toEqual(["a", "c"]);
    expect(await listed({ limit: 2, after: { lastSeen: now + 5, sid: "c" } })).toEqual(["bob"]);
    expect([...(await store.sessions.usersWithSessions())].sort()).toEqual(["alice", "bob"]);
  });

  test("lists the latest sessions of a user who had very many, and refuses the others by their age", async () => {
    const { store } = await open();
    const count = 1010;
    for (let n = 0; n < count; n++) await store.sessions.addSession(session(`s${n}`, { lastSeen: now - n }));
    expect(await store.sessions.revokeOthers("alice", "s0", { at: now, grace: 0, longestLease: 300 })).toBe(count - 1);
    expect((await revocationsAt(store, now)).sessions).toHaveLength(count - 1);
    for (let n = 0; n < count; n++)
      await store.sessions.addSession(session(`t${n}`, { lastSeen: n < 1005 ? now + 10 : now + 9 - n }));
    expect(await store.sessions.revokeUser("alice", { at: now + 10, grace: 0, longestLease: 300 })).toBe(count + 1);
    const listed = (await revocationsAt(store, now)).sessions.filter((sid) => sid.startsWith("t"));
    // None that was seen in the same second is left out: its token is not older.
    expect(listed).toHaveLength(1005);
    expect(await store.sessions.notBefore("alice")).toBe(now + 10);
    expect(await store.sessions.session("s0")).toBeUndefined();
  }, 60_000);

  test("moves the time before which a user's tokens are refused forward only, whatever a clock says", async () => {
    const { store } = await open();
    await store.sessions.revokeUser("alice", { at: now, grace: 0, longestLease: 300 });
    await store.sessions.revokeUser("alice", { at: now - 10, grace: 0, longestLease: 300 });
    expect(await store.sessions.notBefore("alice")).toBe(now);
    expect((await revocationsAt(store, now + 299)).notBefore).toEqual(new Map([["alice", now]]));
  });

  test("lists a revoked session until the last of its tokens is gone", async () => {
    const { store } = await open();
    await store.sessions.addSession(session("b"));
    await store.sessions.addSession(session("a"));
    await store.sessions.addSession(session("short", { expiresAt: now + 100 }));
    const revocation = { at: now, longestLease: 60, grace: 900 };
    for (const sid of ["b", "a", "short"]) expect(await store.sessions.revokeSession(sid, revocation)).toBe(true);
    expect(await store.sessions.revokeSession("a", revocation)).toBe(false);
    expect((await revocationsAt(store, now + 99)).sessions).toEqual(["a", "b", "short"]);
    expect((await revocationsAt(store, now + 100)).sessions).toEqual(["a", "b"]);
    expect((await revocationsAt(store, now + 60 + 900)).sessions).toEqual([]);
  });

  test("allows for leases that it has not kept when it revokes", async () => {
    const { store } = await open();
    await store.sessions.addSession(session("a", { leaseUntil: now - 200 }));
    await store.sessions.revokeSession("a", { at: now, longestLease: 300, grace: 900 });
    expect((await revocationsAt(store, now + 1199)).sessions).toEqual(["a"]);
    expect((await revocationsAt(store, now + 1200)).sessions).toEqual([]);
  });

  test("ends all sessions of a user, and of nobody else", async () => {
    const { store } = await open();
    await store.sessions.addSession(session("a1"));
    await store.sessions.addSession(session("a2"));
    await store.sessions.addSession(session("b1", { username: "bob" }));
    expect(await store.sessions.revokeUser("alice", { at: now, grace: 900, longestLease: 300 })).toBe(2);
    expect(await revocationsAt(store, now)).toEqual({
      sessions: ["a1", "a2"],
      notBefore: new Map([["alice", now]]),
    });
    expect(await store.sessions.notBefore("alice")).toBe(now);
    expect((await store.sessions.sessions(now, { inactivity: 0, limit: 9 })).map(({ sid }) => sid)).toEqual(["b1"]);
    expect((await revocationsAt(store, now + 1200)).notBefore).toEqual(new Map());
  });

  test("gives new content the next version and known content the same", async () => {
    const { store, again, close } = await open();
    const versionOf = async (hash: string, time: number, { bundles } = store) =>
      (await bundles.advance(hash, { now: time, again: true }, 0)).version;
    expect(await versionOf("a", now)).toBe(1);
    expect(await versionOf("a", now)).toBe(1);
    expect(await versionOf("b", now)).toBe(2);
    expect(await versionOf("a", now)).toBe(3);
    await close();
    const other = await again();
    expect(await versionOf("a", now, other)).toBe(3);
    // Hosts' clocks differ a little; one that was set back gives a version that gates take.
    expect(await versionOf("a", now - 60, other)).toBe(3);
    expect(await versionOf("a", now + 5, other)).toBe(3);
    expect(await versionOf("a", now - 56, other)).toBe(4);
    expect(await versionOf("a", now - 50, other)).toBe(4);
  });

  test("tells of everything anew with a version that is higher than all, where versions or the time have gone back", async () => {
    const { store } = await open();
    const advance = async (since: number, time = now) => {
      const { version, sessions, users } = await store.bundles.advance("a", { now: time, again: false }, since);
      return [version, ...sessions.map(({ sid }) => sid), ...users.map(({ username }) => username)];
    };
    const revocation = { at: now, grace: 900, longestLease: 300 };
    await store.sessions.addSession(session("a1"));
    expect(await advance(0)).toEqual([1]);
    await store.sessions.revokeSession("a1", revocation);
    await store.sessions.revokeUser("bob", revocation);
    expect(await advance(1)).toEqual([2, "a1", "bob"]);
    expect(await advance(2)).toEqual([2]);
    // A server that took the place of another has not got what that has written last.
    expect(await advance(5)).toEqual([6, "a1", "bob"]);
    expect(await advance(6)).toEqual([6]);
    // Gates may have forgotten meanwhile, by the time they were told, what is not over yet.
    expect(await advance(6, now - 60)).toEqual([6]);
    expect(await advance(6, now - 61)).toEqual([7, "a1", "bob"]);
    expect(await advance(7, now - 61)).toEqual([7]);
  });

  test("tells of all that it has given a version, also where another process notes a lease of it just then", async () => {
    const { store, again } = await open();
    const other = await again();
    await store.sessions.addSession(session("a1"));
    await store.sessions.revokeSession("a1", { at: now, grace: 900, longestLease: 300 });
    const lease = { sid: "a1", leaseUntil: now + 400, lastSeen: now + 100, address: "", userAgent: "" };
    const { database } = store.bundles as unknown as { database: Database };
    const transaction = database.transaction.bind(database);
    vi.spyOn(database, "transaction").mockImplementationOnce(async (run) => {
      const result = await transaction(run);
      await other.sessions.noteLeases([lease], 900);
      return result;
    });
    const told = async (since: number) => store.bundles.advance("a", { now, again: false }, since);
    expect(await told(0)).toMatchObject({ version: 1, sessions: [{ sid: "a1", forgetAt: now + 1200 }] });
    expect(await told(1)).toMatchObject({ version: 2, sessions: [{ sid: "a1", forgetAt: now + 1300 }] });
  });

  test("has one signing key for each purpose, whoever comes first", async () => {
    const { store, again } = await open();
    const other = await again();
    await store.keys.addMissing([key("r1", "root"), key("s1", "session")]);
    await other.keys.addMissing([key("r2", "root"), key("s2", "session")]);
    expect((await store.keys.all()).map(({ kid }) => kid)).toEqual(["r1", "s1"]);
  });

  test("forgets the private part of a key that is replaced", async () => {
    const { store } = await open();
    await store.keys.addMissing([key("s1", "session")]);
    await store.keys.replace(key("s2", "session", now + 10));
    expect(await store.keys.all()).toMatchObject([
      { kid: "s1", privateKey: null, retiredAt: now + 10, publicKey: "x of s1" },
      { kid: "s2", retiredAt: null },
    ]);
  });

  test("removes what has expired and nothing else", async () => {
    const { store } = await open();
    await store.sessions.addSession(session("old", { expiresAt: now + 10 }));
    await store.sessions.addSession(session("new"));
    await store.keys.addMissing([key("s1", "session")]);
    await store.keys.replace(key("s2", "session", now + 10));
    await store.sessions.removeExpired(now + 10);
    await store.keys.removeRetired(now + 10);
    expect((await store.sessions.sessions(0, { inactivity: 0, limit: 9 })).map(({ sid }) => sid)).toEqual(["new"]);
    expect(await store.keys.all()).toHaveLength(2);
    await store.keys.removeRetired(now + 11);
    expect((await store.keys.all()).map(({ kid }) => kid)).toEqual(["s2"]);
  });

  test("tells of another process's changes within 200 ms, and not of its own", async () => {
    const { store, again } = await open();
    const other = await again();
    const changed = vi.fn();
    const stop = store.watch(changed);
    await store.sessions.revokeUser("alice", { at: now, longestLease: 60, grace: 0 });
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(changed).not.toHaveBeenCalled();
    await other.sessions.revokeUser("bob", { at: now, longestLease: 60, grace: 0 });
    await vi.waitFor(() => expect(changed).toHaveBeenCalledOnce(), { timeout: 4000, interval: 5 });
    stop();
    await other.sessions.revokeUser("carol", { at: now, longestLease: 60, grace: 0 });
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(changed).toHaveBeenCalledOnce();
  });

  test("accepts a code, a recovery code and a challenge once, whichever of two hosts is asked", async () => {
    const { store, again } = await open();
    const hosts = [store, await again()];
    const totp: StoredTotp = {
      ...{ username: "alice", secret: Buffer.from("sealed"), algorithm: "SHA1", digits: 6, period: 30 },
      ...{ createdAt: now, lastStep: 5, lastUsedAt: now },
    };
    await store.sessions.addSession(session("s"));
    await hosts[0]!.totp.addEnrolment({ sid: "s", username: "alice", secret: totp.secret, expiresAt: now + 1 });
    expect(await hosts[1]!.totp.confirm(totp, "s")).toBe(true);
    const hash = Buffer.from("hash");
    await hosts[0]!.recoveryCodes.replace("alice", [hash], now, "s");
    const challenge = { hash, purpose: "login", boundTo: "b", expiresAt: now + 1 } as const;
    for (const use of [
      (host: Stores) => host.totp.use(totp, 6, now),
      (host: Stores) => host.recoveryCodes.use("alice", hash),
      (host: Stores) => host.passkeys.useChallenge(challenge),
    ])
      expect((await Promise.all(hosts.map(use))).filter(Boolean)).toHaveLength(1);
    expect(await store.recoveryCodes.count("alice")).toEqual({ left: 0, total: 1, createdAt: now });
  });

  test("loses no failure that two hosts count at the same time", async () => {
    const { store, again } = await open();
    const hosts = [store, await again()];
    const count = (host: Stores) =>
      host.regulation.update("s", (before) => ({
        ...{ subject: "s", owner: "o", kind: "user", label: null, heldUntil: now, banned: false, bans: 0 },
        ...{ forgetAt: now + 9, failures: [...(before?.failures ?? []), now] },
      }));
    await Promise.all(Array.from({ length: 20 }, (_, index) => count(hosts[index % 2]!)));
    expect((await store.regulation.records(["none", "s"])).map(({ failures }) => failures.length)).toEqual([20]);
  });

  test("counts mails by user and by address, and lets no two hosts have the same one at a time", async () => {
    const { store, again } = await open();
    const hosts = [store.outbox, (await again()).outbox];
    const entry = (id: string, changes: Partial<OutboxEntry> = {}): OutboxEntry => ({
      ...{ id, purpose: "p", user: "u", address: "a", message: Buffer.from(id), createdAt: now, expiresAt: now + 99 },
      ...changes,
    });
    const limit = { most: 2, since: now - 60 };
    const added = await Promise.all(["1", "2", "3"].map((id, index) => hosts[index % 2]!.add(entry(id), limit)));
    expect(added.filter(Boolean)).toHaveLength(2);
    expect(await store.outbox.add(entry("4", { user: "v" }), limit)).toBe(false);
    expect(await store.outbox.add(entry("5", { address: "b" }), limit)).toBe(false);
    expect(await store.outbox.add(entry("6", { purpose: "q", createdAt: now + 1 }), limit)).toBe(true);
    expect(await store.outbox.add(entry("7", { createdAt: now + 61 }), { most: 2, since: now + 1 })).toBe(true);
    expect(await store.outbox.waiting()).toBe(4);

    const claimed = await Promise.all([0, 1, 0, 1, 0].map((host) => hosts[host]!.claim(now + 1, now + 45)));
    const had = claimed.filter((one) => one !== undefined);
    expect(new Set(had.map(({ id }) => id)).size).toBe(had.length);
    // Claims at the same moment may pass over a mail that another is just getting.
    while (had.length < 3) had.push((await store.outbox.claim(now + 1, now + 45))!);
    expect(await store.outbox.claim(now + 1, now + 45)).toBeUndefined();
    const [first, second] = had as [ClaimedEntry, ClaimedEntry];
    expect(Buffer.from(first.message).toString()).toBe(first.id);
    expect(first.attempt).toBe(1);
    await store.outbox.finish(first);
    await store.outbox.postpone(second, now + 2);
    const next = await store.outbox.claim(now + 2, now + 45);
    expect(next).toEqual({ ...second, attempt: 2 });
    // A host whose time was over has no say any more.
    await store.outbox.finish(second);
    await store.outbox.postpone(second, now);
    expect(await store.outbox.claim(now + 44, now + 90)).toBeUndefined();
    expect(await store.outbox.claim(now + 45, now + 90)).toBeDefined();
    await store.outbox.removeExpired(now + 1);
    expect(await store.outbox.add(entry("8", { createdAt: now + 2 }), { most: 1, since: now - 1 })).toBe(false);
    await store.outbox.removeExpired(now + 1000);
    expect(await store.outbox.waiting()).toBe(0);
  });

  test("lets a one-time code be tried so often, used once and taken back, whichever of two hosts is asked", async () => {
    const { store, again } = await open();
    const hosts = [store.elevation, (await again()).elevation];
    const [one, two] = hosts as [ElevationStore, ElevationStore];
    const code = (id: number, changes: Partial<StoredOneTimeCode> = {}): StoredOneTimeCode => ({
      ...{ revocation: Buffer.of(id), sid: "s", username: "alice", hash: Buffer.of(100 + id), tries: 3 },
      ...{ expiresAt: now + 300, forgetAt: now + 1000 },
      ...changes,
    });
    await one.addCode(code(1));
    await one.addCode(code(2));
    await one.addCode(code(3, { sid: "other", tries: 1 }));
    expect(await two.useCode("s", Buffer.of(101))).toBe(false);
    const tries = await Promise.all([0, 1, 0, 1, 0].map((host) => hosts[host]!.takeTry("s", now)));
    expect(tries.filter((hash) => hash !== undefined).map((hash) => [...hash])).toEqual([[102], [102], [102]]);
    expect(await one.hasCode("s", now)).toBe(false);
    const uses = await Promise.all(hosts.map((host) => host.useCode("s", Buffer.of(102))));
    expect(uses.filter(Boolean)).toHaveLength(1);
    expect([await one.hasCode("other", now + 299), await one.takeTry("other", now + 300)]).toEqual([true, undefined]);
    expect(await two.codeOwner(Buffer.of(2), now)).toBe("alice");
    expect(await two.codeOwner(Buffer.of(2), now + 1000)).toBeUndefined();
    const takenBack = await Promise.all(hosts.map((host) => host.revokeCode(Buffer.of(2), now)));
    expect(takenBack.sort()).toEqual(["alice", undefined]);
    await one.elevate("s", now + 60);
    await two.elevate("s", now + 90);
    expect([await one.isElevated("s", now + 89), await one.isElevated("s", now + 90)]).toEqual([true, false]);
    await one.removeExpired(now + 1000);
    expect(await one.revokeCode(Buffer.of(3), now)).toBeUndefined();
  });

  test("turns an event that its user is to be told of into one mail, whichever of two hosts is first", async () => {
    const { store, again } = await open();
    const hosts = [store, await again()];
    const event: AuditRecord = {
      ...{ at: now, action: "login", outcome: "success", by: "user", user: "alice", address: null, requestId: null },
      detail: { new_place: true },
    };
    await store.audit.add(event, true);
    await store.audit.add({ ...event, action: "logout" }, false);
    await store.audit.add({ ...event, action: "ban" }, true);
    const due = await hosts[1]!.audit.dueNotices(9);
    expect(due.map(({ record }) => record)).toEqual([event, { ...event, action: "ban" }]);
    const mail = (id: string, most: number) => (queries: Transaction) =>
      addOutboxEntry(
        queries,
        { id, purpose: "p", user: "u", address: "a", message: Buffer.of(1), createdAt: now, expiresAt: now + 9 },
        { most, since: now - 9 },
      );
    const settled = await Promise.all(
      hosts.map((host, index) => host.audit.settleNotice(due[0]!.id, mail(`${index}`, 1))),
    );
    expect(settled.sort()).toEqual(["settled", "settled before"]);
    expect(await store.audit.settleNotice(due[1]!.id, mail("2", 1))).toBe("untold");
    expect(await store.audit.dueNotices(9)).toEqual([]);
    expect(await store.outbox.waiting()).toBe(1);
  });

  test("keeps a user's language until it is to be replaced", async () => {
    const { languages } = (await open()).store;
    expect(await languages.of("alice")).toBeUndefined();
    await languages.note("alice", "de", false);
    await languages.note("alice", "fr", false);
    expect(await languages.of("alice")).toBe("de");
    await languages.note("alice", "fr", true);
    expect([await languages.of("alice"), await languages.of("bob")]).toEqual(["fr", undefined]);
    await languages.remove("alice");
    expect(await languages.of("alice")).toBeUndefined();
  });
}
