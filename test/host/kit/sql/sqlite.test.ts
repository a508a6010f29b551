import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout } from "node:timers/promises";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { backUp } from "../../../../host/kit/sql/sqlite/backup.ts";
import { StoreUnavailable } from "../../../../host/kit/sql/unavailable.ts";
import { temporaryFolder } from "../../../../workshop/host/files.ts";
import { openSqliteStores } from "../../support/stores.ts";

const now = 1_790_000_000;

function openStore(file = join(temporaryFolder(), "db.sqlite3")) {
  const store = openSqliteStores(file);
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
    expect(() => openSqliteStores(file)).toThrow(`cannot open the database ${file}: file is not a database`);
  });

  describe("of a file that another process has wholly to itself, as while it recovers after a crash,", () => {
    /** Keeps everybody else out of the file, readers too. Returns what lets them in again. */
    function takeAll(file: string): () => void {
      const other = new DatabaseSync(file, { timeout: 5000 });
      other.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
      let closed = false;
      const release = () => {
        if (!closed) other.close();
        closed = true;
      };
      onTestFinished(release);
      return release;
    }

    test("waits with its first statement until the file is free", async () => {
      const { store, file } = openStore();
      const release = takeAll(file);
      const reading = store.sessions.sessionCount(now, 3600);
      const writing = store.outages.beat(now);
      await setTimeout(200);
      release();
      expect(await reading).toBe(0);
      await writing;
    });

    test("says after a while which file is locked and by whom, and goes on once it is free", async () => {
      const { store, file } = openStore();
      const release = takeAll(file);
      const locked = await store.sessions.sessionCount(now, 3600).catch((error: unknown) => error);
      expect(locked).toBeInstanceOf(StoreUnavailable);
      const holder = process.platform === "linux" ? ` by process ${process.pid} ` : "";
      expect((locked as Error).message).toContain(`${file}: database is locked${holder}`);
      release();
      expect(await store.sessions.sessionCount(now, 3600)).toBe(0);
    });

    test("watches on, and tells of what was changed meanwhile", async () => {
      const { store, file } = openStore();
      const release = takeAll(file);
      let told = 0;
      store.watch(() => told++);
      // The thread has looked at the file before this.
      await expect(store.sessions.sessionCount(now, 3600)).rejects.toThrow(StoreUnavailable);
      release();
      await vi.waitFor(() => expect(told).toBe(1), 20_000);
      const { store: second } = openStore(file);
      await second.outages.beat(now);
      await vi.waitFor(() => expect(told).toBe(2), 20_000);
    });

    test("cannot be opened or copied, and is said to be locked by whom", () => {
      const { file } = openStore();
      takeAll(file);
      const said = new RegExp(
        `${file}: database is locked${process.platform === "linux" ? ` by process ${process.pid} ` : ""}`,
      );
      expect(() => openSqliteStores(file)).toThrow(said);
      expect(() => backUp(file, `${file}.copy`)).toThrow(said);
    }, 30_000);
  });
});
