// The time without a host must not count as inactivity.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isLive } from "../../../host/session/liveness.ts";
import { makeUpForOutage } from "../../../host/session/outage.ts";
import type { StoredSession } from "../../../host/session/store.ts";
import { openSqliteStores } from "../support/stores.ts";

const START = 1_790_000_000;
const config = { outageGrace: 900, inactivity: 300 };

describe("after a time without the host", () => {
  let folder: string;
  let store: ReturnType<typeof openSqliteStores>;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "zerohop-outage-"));
    store = openSqliteStores(join(folder, "db.sqlite3"));
  });
  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });

  /** Whether a session lives after the host was down from START for so long; its lease ended so long after START. */
  async function livesAfter(downFor: number, { leaseEnd = 20, changed = {} as Partial<StoredSession> } = {}) {
    await makeUpForOutage(store.outages, config, () => START);
    const session: StoredSession = {
      ...{ sid: "session", username: "alice", domain: "example.com", createdAt: START - 1000, authTime: START - 1000 },
      ...{ level: 1, amr: ["pwd"], rememberMe: false, expiresAt: START + 36_000, leaseUntil: START + leaseEnd },
      ...{ lastSeen: START + leaseEnd - 60, address: "192.0.2.1", userAgent: "" },
      ...changed,
    };
    await store.sessions.addSession(session);
    await makeUpForOutage(store.outages, config, () => START + downFor);
    return isLive((await store.sessions.session("session"))!, config, START + downFor);
  }

  test("longer than the inactivity limit, a session goes on that gates let in meanwhile", async () => {
    expect(await livesAfter(600)).toBe(true);
  });

  test("a session goes on for its inactivity limit after the grace, and no longer", async () => {
    expect(await livesAfter(20 + 900 + 299)).toBe(true);
  });

  test("beyond that it has ended", async () => {
    expect(await livesAfter(20 + 900 + 300)).toBe(false);
  });

  test("a session that was over before is not brought back", async () => {
    expect(await livesAfter(10, { leaseEnd: -300 })).toBe(false);
  });

  test("nor one whose absolute end has come", async () => {
    expect(await livesAfter(600, { changed: { expiresAt: START + 500 } })).toBe(false);
  });

  test("a restart in a moment gives nobody more time than they had", async () => {
    await livesAfter(1, { leaseEnd: 20 });
    expect((await store.sessions.session("session"))!.leaseUntil).toBe(START + 20);
  });
});
