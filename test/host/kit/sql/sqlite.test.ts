import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, onTestFinished, test } from "vitest";
import { openSqliteStore } from "../../../../host/kit/sql/sqlite/open.ts";
import { temporaryFolder } from "../../../../workshop/host/files.ts";

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

describe("the SQLite store", () => {
  test("makes its folder and a file that only its owner can read", async () => {
    const { store, file } = openStore(join(temporaryFolder(), "deep", "er", "db.sqlite3"));
    await store.outages.beat(now);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(`${file}-wal`).mode & 0o777).toBe(0o600);
  });

  test("syncs every commit to the disk", () => {
    const { file } = openStore();
    const database = new DatabaseSync(file, { readOnly: true });
    expect(database.prepare("PRAGMA journal_mode").get()).toEqual({ journal_mode: "wal" });
    database.close();
  });

  test("says of a file that is no database what is wrong, in a sentence", () => {
    const file = join(temporaryFolder(), "db.sqlite3");
    writeFileSync(file, "not a database at all, but long enough to be looked at as one");
    expect(() => openSqliteStore(file)).toThrow(`cannot open the database ${file}: file is not a database`);
  });
});
