import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { loadConfig } from "../../../host/app/config/load.ts";
import { KeyEncryption } from "../../../host/kit/encryption/key-encryption.ts";
import { Keyring } from "../../../host/session/keyring.ts";
import { Sessions } from "../../../host/session/sessions.ts";
import { encryptionKey, temporaryFolder, writeConfig } from "../../../workshop/host/files.ts";
import { movableClock } from "../../../workshop/host/in-process.ts";
import { openSqliteStores } from "../support/stores.ts";

const alice = { name: "alice", groups: [] };
const visitor = { address: "192.0.2.1", userAgent: "" };

async function opened() {
  const folder = temporaryFolder();
  const { config } = loadConfig(await writeConfig(folder), {});
  const store = openSqliteStores(join(folder, "db.sqlite3"));
  onTestFinished(() => store.close());
  const { clock, advance } = movableClock();
  const keyring = await Keyring.open(store.keys, await KeyEncryption.open(store.encryption, encryptionKey), clock);
  const profiles = { find: async () => alice };
  const sessions = new Sessions(config.session, {
    store: store.sessions,
    keyring,
    profiles,
    clock,
    publish: async () => {},
    askedGroups: () => undefined,
  });
  const [domain] = config.session.cookies;
  const open = (snapshot?: Awaited<ReturnType<Sessions["revocationSnapshot"]>>) =>
    sessions.open({ user: alice, level: 1, amr: ["pwd"] }, domain!, false, visitor, snapshot);
  return { sessions, store, clock, advance, open };
}

test("no session is opened by a password that was changed after it was found right", async () => {
  const { sessions, advance, open } = await opened();
  const snapshot = await sessions.revocationSnapshot("alice");
  advance(1);
  await sessions.endAllOf("alice");
  expect(await open(snapshot)).toBeUndefined();
  expect((await sessions.of("alice", 9)).sessions).toEqual([]);
  // Also when somebody typed another name that the directory knows the user by.
  const byAddress = await sessions.revocationSnapshot("alice@example.com");
  await sessions.endAllOf("alice");
  expect(await open(byAddress)).toBeUndefined();
});

test("nor where all sessions had been ended a moment before, in the same second or by a clock that is ahead", async () => {
  const { sessions, store, clock, open } = await opened();
  const at = (time: number) => store.sessions.revokeUser("alice", { at: time, longestLease: 300, grace: 960 });
  for (const [earlier, later] of [
    [clock(), clock()],
    [clock() + 5, clock()],
  ] as const) {
    await at(earlier);
    const snapshot = await sessions.revocationSnapshot("alice");
    await at(later);
    expect(await open(snapshot)).toBeUndefined();
    expect(await open(await sessions.revocationSnapshot("alice"))).toBeDefined();
  }
});

test("a session is opened by a password that was changed before, in the same second too", async () => {
  const { sessions, open } = await opened();
  await sessions.endAllOf("alice");
  expect((await open(await sessions.revocationSnapshot("alice")))?.cookie).toContain("zerohop_session=");
  expect((await sessions.of("alice", 9)).sessions).toHaveLength(1);
});

test("a session that ended while the password was being changed is not begun anew", async () => {
  const { sessions, open } = await opened();
  await open();
  const [session] = (await sessions.of("alice", 9)).sessions;
  const live = {
    session: session!,
    user: alice,
    cookieDomain: {
      domain: "example.com",
      portalUrl: "https://auth.example.com",
      basic: { headers: [], forwardAuthHeaders: [], forward: false },
      identityHeaders: { user: [], groups: [], name: [], email: [] },
    },
  };
  await sessions.end(session!.sid);
  expect(await sessions.restart(live, visitor)).toEqual({ leased: undefined, ended: 0 });
  expect((await sessions.of("alice", 9)).sessions).toEqual([]);
});
