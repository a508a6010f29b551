// Sessions over a database of their own, without a host.
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { loadConfig } from "../../../host/app/config/load.ts";
import { KeyEncryption } from "../../../host/kit/encryption/key-encryption.ts";
import { Keyring } from "../../../host/session/keyring.ts";
import { Sessions } from "../../../host/session/sessions.ts";
import { encryptionKey, temporaryFolder, writeConfig } from "../../../workshop/host/files.ts";
import { movableClock } from "../../../workshop/host/in-process.ts";
import { openSqliteStores } from "./stores.ts";

export const alice = { name: "alice", groups: [] };
export const visitor = { address: "192.0.2.1", userAgent: "" };

export async function opened() {
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
  return { sessions, store, keyring, domain: domain!, clock, advance, open };
}
