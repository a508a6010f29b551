// What operators do, as functions that the command line and HTTP call alike.
import { expect, onTestFinished, test } from "vitest";
import { loadConfig } from "../../../host/app/config/load.ts";
import { openDatabase } from "../../../host/kit/sql/open.ts";
import { auditRecords } from "../../../host/operations/audit.ts";
import { liftBans, listBans } from "../../../host/operations/bans.ts";
import { listEdgeTokens, makeEdgeToken, revokeEdgeTokens } from "../../../host/operations/edge-tokens.ts";
import { revokeSessionKeys, rotateSessionKey } from "../../../host/operations/keys.ts";
import type { Operator } from "../../../host/operations/operator.ts";
import { listSessions, revokeSessions, revokeSessionsOf } from "../../../host/operations/sessions.ts";
import { acceptRestored, changeEncryptionKey } from "../../../host/operations/storage.ts";
import {
  addUsers,
  deleteUsers,
  disableUsers,
  enableUsers,
  listUsers,
  setPassword,
} from "../../../host/operations/users.ts";
import { SessionStore } from "../../../host/session/store.ts";
import { temporaryFolder, writeConfig } from "../../../workshop/host/files.ts";

const now = 1_790_000_000;

async function operator(): Promise<Operator> {
  const { config } = loadConfig(await writeConfig(temporaryFolder()), {});
  const database = await openDatabase(config.storage);
  onTestFinished(() => database.close());
  return { name: "olivia", config, database, clock: () => now };
}

async function addSessions({ database }: Operator, ...sids: readonly string[]): Promise<void> {
  for (const sid of sids)
    await new SessionStore(database).addSession({
      ...{ sid, username: "alice", domain: "example.com", createdAt: now, authTime: now, level: 1, amr: ["pwd"] },
      ...{ rememberMe: false, expiresAt: now + 3600, leaseUntil: now + 60, lastSeen: now, address: "", userAgent: "" },
    });
}

test("every operation that changes something is in the audit trail once, with who did it", async () => {
  const olivia = await operator();
  const recorded = async () =>
    (await auditRecords(olivia, {})).map(({ action, by, user, detail: { operator, ...detail } }) => {
      expect([by, operator]).toEqual(["operator", "olivia"]);
      return [action, user, detail];
    });
  await addUsers(olivia, [{ name: "mallory", keys: { displayname: "Mallory" }, password: "a long enough password" }]);
  await disableUsers(olivia, ["mallory"]);
  await enableUsers(olivia, ["mallory"]);
  await setPassword(olivia, "mallory", "another long password");
  await deleteUsers(olivia, ["mallory"]);
  await addSessions(olivia, "one", "two", "three");
  expect(await revokeSessions(olivia, ["one", "none"])).toEqual(["none"]);
  expect(await revokeSessionsOf(olivia, "alice")).toBe(2);
  await makeEdgeToken(olivia, "proxy");
  expect(await revokeEdgeTokens(olivia, ["proxy", "other"])).toEqual({ revoked: 1, missing: ["other"] });
  const kid = await rotateSessionKey(olivia);
  await addSessions(olivia, "four");
  const leaked = await revokeSessionKeys(olivia);
  const restored = await acceptRestored(olivia);
  const values = await changeEncryptionKey(olivia, "another encryption key, long enough");
  const users = ["added", "disabled", "enabled", "password set", "deleted"];
  expect(await recorded()).toEqual([
    ...users.map((change) => ["user change", "mallory", { change, sessions: 0 }]),
    ["session end", "alice", { session: "one" }],
    ["session end", "alice", { sessions: 2 }],
    ["edge token", null, { name: "proxy", made: true }],
    ["edge token", null, { name: "proxy", revoked: 1 }],
    ["key rotation", null, { kid }],
    ["key rotation", null, { kid: leaked.kid, revoked: true, sessions: 1 }],
    ["key rotation", null, { kid: restored.kid, revoked: true, sessions: 0, reason: "backup restored" }],
    ["encryption key change", null, { values }],
  ]);
});

test("what only looks, and what finds nothing to do, leaves no trace", async () => {
  const olivia = await operator();
  expect(listUsers(olivia.config).map(({ user }) => user.name)).toContain("alice");
  await addSessions(olivia, "one", "two");
  const first = await listSessions(olivia, { limit: 1 });
  expect(first.sessions.map(({ sid }) => sid)).toEqual(["one"]);
  const second = await listSessions(olivia, { limit: 1, after: first.next });
  expect([second.sessions.map(({ sid }) => sid), second.next]).toEqual([["two"], undefined]);
  expect(await listBans(olivia)).toEqual([]);
  expect(await liftBans(olivia, { user: "alice" })).toBe(0);
  expect(await listEdgeTokens(olivia)).toEqual([]);
  await expect(disableUsers(olivia, ["nobody"])).rejects.toMatchObject({ code: "not_found" });
  await expect(changeEncryptionKey(olivia, olivia.config.storage.encryptionKey)).rejects.toMatchObject({
    code: "usage",
  });
  expect(await auditRecords(olivia, {})).toEqual([]);
});
