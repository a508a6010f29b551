import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { migrate, migrations } from "../../../host/store/sqlite/migrations.ts";
import { openSqliteStore } from "../../../host/store/sqlite/open.ts";
import { SqliteStore } from "../../../host/store/sqlite/store.ts";
import type { StoredKey, StoredSession } from "../../../host/store/store.ts";
import { temporaryFolder } from "../support/files.ts";

const now = 1_790_000_000;

function openStore(file = join(temporaryFolder(), "db.sqlite3")) {
  const store = openSqliteStore(file);
  let closed = false;
  const close = async () => {
    if (closed) return;
    closed = true;
    await store.close();
  };
  onTestFinished(close);
  return { store, file, close };
}

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

function schemaOf(file: string): readonly unknown[] {
  const database = new DatabaseSync(file, { readOnly: true });
  const rows = database.prepare("SELECT type, name, sql FROM sqlite_schema ORDER BY type, name").all();
  database.close();
  return rows;
}

describe("the SQLite store", () => {
  test("makes its folder and a file that only its owner can read", () => {
    const { file } = openStore(join(temporaryFolder(), "deep", "er", "db.sqlite3"));
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(`${file}-wal`).mode & 0o777).toBe(0o600);
  });

  test("syncs every commit to the disk", () => {
    const { file } = openStore();
    const database = new DatabaseSync(file, { readOnly: true });
    expect(database.prepare("PRAGMA journal_mode").get()).toEqual({ journal_mode: "wal" });
    database.close();
  });

  test("syncs every commit but that of a lease, which many sessions write all the time", async () => {
    const database = new DatabaseSync(join(temporaryFolder(), "db.sqlite3"));
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    migrate(database, "db.sqlite3");
    const store = new SqliteStore(database);
    onTestFinished(() => store.close());
    const levels: number[] = [];
    const level = () => (database.prepare("PRAGMA synchronous").get() as { synchronous: number }).synchronous;
    database.function("note_level", () => levels.push(level()));
    database.exec("CREATE TEMP TRIGGER noted AFTER UPDATE ON main.sessions BEGIN SELECT note_level(); END");
    await store.addSession(session("a"));
    expect(level()).toBe(2);
    await store.extendLease("a", { leaseUntil: now + 120, lastSeen: now, address: "", userAgent: "" });
    expect([levels, level()]).toEqual([[1], 2]);
  });

  test("opens a database again, and refuses one that a newer release has written", async () => {
    const { file, close } = openStore();
    await close();
    await openStore(file).close();
    const database = new DatabaseSync(file);
    database.exec("UPDATE meta SET version = version + 1");
    database.close();
    expect(() => openSqliteStore(file)).toThrow(/written by a newer release/);
  });

  test.each(migrations.map((_, index) => index + 1))("brings a database of version %i up to date", async (version) => {
    const file = join(temporaryFolder(), "db.sqlite3");
    const database = new DatabaseSync(file);
    database.exec("CREATE TABLE meta (version INTEGER NOT NULL) STRICT");
    database.exec(`INSERT INTO meta (version) VALUES (${version})`);
    for (const migration of migrations.slice(0, version)) database.exec(migration);
    database.exec("INSERT INTO edge_tokens (hash, name, created_at) VALUES (x'00', 'gate', 1)");
    database.close();
    expect(await openStore(file).store.edgeTokens.list()).toMatchObject([{ name: "gate", createdAt: 1 }]);
    expect(schemaOf(file)).toEqual(schemaOf(openStore().file));
  });

  test("says of a file that is no database what is wrong, in a sentence", () => {
    const file = join(temporaryFolder(), "db.sqlite3");
    writeFileSync(file, "not a database at all, but long enough to be looked at as one");
    expect(() => openSqliteStore(file)).toThrow(`cannot open the database ${file}: file is not a database`);
  });

  test("keeps a session as it was given", async () => {
    const { store, file, close } = openStore();
    const remembered = session("a", { level: 2, amr: ["pwd", "otp"], rememberMe: true });
    await store.addSession(remembered);
    await close();
    expect(await openStore(file).store.session("a")).toEqual(remembered);
  });

  test("extends the lease of a session, and never one that has ended", async () => {
    const { store } = openStore();
    await store.addSession(session("a"));
    const lease = { leaseUntil: now + 120, lastSeen: now + 60, address: "192.0.2.2", userAgent: "other" };
    expect(await store.extendLease("a", lease)).toBe(true);
    expect(await store.session("a")).toMatchObject(lease);
    await store.revokeSession("a", { at: now, longestLease: 60, grace: 0 });
    expect(await store.extendLease("a", lease)).toBe(false);
  });

  test("lists a revoked session until the last of its tokens is gone", async () => {
    const { store } = openStore();
    await store.addSession(session("b"));
    await store.addSession(session("a"));
    await store.addSession(session("short", { expiresAt: now + 100 }));
    const revocation = { at: now, longestLease: 60, grace: 900 };
    for (const sid of ["b", "a", "short"]) expect(await store.revokeSession(sid, revocation)).toBe(true);
    expect(await store.revokeSession("a", revocation)).toBe(false);
    expect((await store.revocations(now + 99)).sessions).toEqual(["a", "b", "short"]);
    expect((await store.revocations(now + 100)).sessions).toEqual(["a", "b"]);
    expect((await store.revocations(now + 60 + 900)).sessions).toEqual([]);
  });

  test("allows for leases that it has not kept when it revokes", async () => {
    const { store } = openStore();
    await store.addSession(session("a", { leaseUntil: now - 200 }));
    await store.revokeSession("a", { at: now, longestLease: 300, grace: 900 });
    expect((await store.revocations(now + 1199)).sessions).toEqual(["a"]);
    expect((await store.revocations(now + 1200)).sessions).toEqual([]);
  });

  test("ends all sessions of a user, and of nobody else", async () => {
    const { store } = openStore();
    await store.addSession(session("a1"));
    await store.addSession(session("a2"));
    await store.addSession(session("b1", { username: "bob" }));
    expect(await store.revokeUser("alice", { at: now, grace: 900, longestLease: 300 })).toBe(2);
    expect(await store.revocations(now)).toEqual({ sessions: ["a1", "a2"], notBefore: new Map([["alice", now]]) });
    expect(await store.notBefore("alice")).toBe(now);
    expect((await store.sessions(now)).map(({ sid }) => sid)).toEqual(["b1"]);
    expect((await store.revocations(now + 1200)).notBefore).toEqual(new Map());
  });

  test("gives new content the next version and known content the same", async () => {
    const { store, file, close } = openStore();
    expect(await store.bundleVersion("a")).toBe(1);
    expect(await store.bundleVersion("a")).toBe(1);
    expect(await store.bundleVersion("b")).toBe(2);
    expect(await store.bundleVersion("a")).toBe(3);
    await close();
    expect(await openStore(file).store.bundleVersion("a")).toBe(3);
  });

  test("has one signing key for each purpose, whoever comes first", async () => {
    const { store, file } = openStore();
    const other = openStore(file).store;
    await store.addMissingKeys([key("r1", "root"), key("s1", "session")]);
    await other.addMissingKeys([key("r2", "root"), key("s2", "session")]);
    expect((await store.keys()).map(({ kid }) => kid)).toEqual(["r1", "s1"]);
  });

  test("forgets the private part of a key that is replaced", async () => {
    const { store } = openStore();
    await store.addMissingKeys([key("s1", "session")]);
    await store.replaceKey(key("s2", "session", now + 10));
    expect(await store.keys()).toMatchObject([
      { kid: "s1", privateKey: null, retiredAt: now + 10, publicKey: "x of s1" },
      { kid: "s2", retiredAt: null },
    ]);
  });

  test("removes what has expired and nothing else", async () => {
    const { store } = openStore();
    await store.addSession(session("old", { expiresAt: now + 10 }));
    await store.addSession(session("new"));
    await store.addMissingKeys([key("s1", "session")]);
    await store.replaceKey(key("s2", "session", now + 10));
    await store.removeExpired(now + 10, now + 10);
    expect((await store.sessions(0)).map(({ sid }) => sid)).toEqual(["new"]);
    expect(await store.keys()).toHaveLength(2);
    await store.removeExpired(now + 10, now + 11);
    expect((await store.keys()).map(({ kid }) => kid)).toEqual(["s2"]);
  });

  test("tells of another process's changes within 200 ms, and not of its own", async () => {
    const { store, file } = openStore();
    const other = openStore(file).store;
    const changed = vi.fn();
    const stop = store.watch(changed);
    await store.addSession(session("own"));
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(changed).not.toHaveBeenCalled();
    await other.addSession(session("foreign"));
    await vi.waitFor(() => expect(changed).toHaveBeenCalledOnce(), { timeout: 200, interval: 5 });
    stop();
    await other.addSession(session("later"));
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(changed).toHaveBeenCalledOnce();
  });
});
