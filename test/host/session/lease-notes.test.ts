import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { StoreUnavailable } from "../../../host/kit/sql/unavailable.ts";
import { LeaseNotes } from "../../../host/session/lease-notes.ts";
import { temporaryFolder } from "../../../workshop/host/files.ts";
import { openSqliteStores, revocationsAt } from "../support/stores.ts";

const now = 1_790_000_000;
const soon = { timeout: 20_000 };

async function openNotes() {
  const file = join(temporaryFolder(), "db.sqlite3");
  const store = openSqliteStores(file);
  onTestFinished(() => store.close());
  let published = 0;
  const publish = async () => {
    published++;
  };
  const notes = new LeaseNotes({ store: store.sessions, grace: 960, publish });
  for (const sid of ["a", "b"])
    await store.sessions.addSession({
      ...{ sid, username: "alice", domain: "example.com", createdAt: now, authTime: now, level: 1, amr: ["pwd"] },
      ...{ rememberMe: false, expiresAt: now + 3600, leaseUntil: now + 60, lastSeen: now, address: "", userAgent: "" },
    });
  const lease = (sid: string, at: number) => ({
    sid,
    leaseUntil: at + 60,
    lastSeen: at,
    address: "192.0.2.7",
    userAgent: "v",
  });
  const leaseOf = async (sid: string) => (await store.sessions.session(sid))?.leaseUntil;
  return { file, store, notes, lease, leaseOf, published: () => published };
}

test("leases are noted soon, the latest of each session, in one transaction", async () => {
  const { notes, lease, leaseOf, published } = await openNotes();
  notes.add(lease("a", now + 10));
  notes.add(lease("b", now + 20));
  notes.add(lease("a", now + 30));
  expect(notes.of("a")).toEqual(lease("a", now + 30));
  await expect.poll(() => leaseOf("a"), soon).toBe(now + 90);
  expect(await leaseOf("b")).toBe(now + 80);
  await expect.poll(() => notes.of("a"), soon).toBeUndefined();
  expect(published()).toBe(0);
});

test("leases that cannot be noted are kept, and noted when the database is free again", async () => {
  const { file, notes, lease, leaseOf } = await openNotes();
  const other = new DatabaseSync(file, { timeout: 5000 });
  onTestFinished(() => other.close());
  other.exec("BEGIN IMMEDIATE");
  notes.add(lease("a", now + 10));
  await expect(notes.flush()).rejects.toThrow(StoreUnavailable);
  notes.add(lease("b", now + 20));
  expect([notes.of("a"), notes.of("b")]).toEqual([lease("a", now + 10), lease("b", now + 20)]);
  other.exec("COMMIT");
  await expect.poll(() => leaseOf("a"), soon).toBe(now + 70);
  await expect.poll(() => leaseOf("b"), soon).toBe(now + 80);
});

test("a lease that was issued beside the end of its session is published as ended", async () => {
  const { store, notes, lease, published } = await openNotes();
  // Of a user with very many sessions this one would not have been listed: that another process has ended it is all there is.
  await store.sessions.revokeSession("a", { at: now, longestLease: 60, grace: 0 });
  expect((await revocationsAt(store, now + 60)).sessions).toEqual([]);
  notes.add(lease("a", now + 10));
  await notes.flush();
  expect(published()).toBe(1);
  expect((await revocationsAt(store, now + 70 + 959)).sessions).toEqual(["a"]);
  expect((await revocationsAt(store, now + 70 + 960)).sessions).toEqual([]);
});
