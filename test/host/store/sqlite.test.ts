import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, onTestFinished, test } from "vitest";
import { migrate } from "../../../host/store/sqlite/migrations.ts";
import { openSqliteStore } from "../../../host/store/sqlite/open.ts";
import { SqliteStore } from "../../../host/store/sqlite/store.ts";
import type { StoredSession } from "../../../host/store/store.ts";
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

  test("says of a file that is no database what is wrong, in a sentence", () => {
    const file = join(temporaryFolder(), "db.sqlite3");
    writeFileSync(file, "not a database at all, but long enough to be looked at as one");
    expect(() => openSqliteStore(file)).toThrow(`cannot open the database ${file}: file is not a database`);
  });
});
