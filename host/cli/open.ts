// Opens what commands work on: the config, and the database that a running host may be using at the same time.

import type { Config } from "../app/config/config.ts";
import { type LoadedConfig, loadConfig } from "../app/config/load.ts";
import { VisitorNetworks } from "../identity/regulation/network.ts";
import { Regulation } from "../identity/regulation/regulation.ts";
import { Subjects } from "../identity/regulation/subjects.ts";
import { systemClock } from "../kit/clock.ts";
import { KeyEncryption } from "../kit/encryption/key-encryption.ts";
import { openStore } from "../kit/sql/open.ts";
import { Keyring } from "../session/keyring.ts";
import type { Store } from "../session/store.ts";
import type { Arguments } from "./command.ts";

/** The config that --config names. Throws InvalidFileError. */
export function openConfig({ options }: Arguments): LoadedConfig {
  return loadConfig(String(options.config), process.env);
}

/** Runs something with the store of the config that --config names, and closes it. */
export async function withStore<T>(args: Arguments, run: (store: Store, config: Config) => Promise<T>): Promise<T> {
  const { config } = openConfig(args);
  const store = await openStore(config.storage);
  try {
    return await run(store, config);
  } finally {
    await store.close();
  }
}

/** The host's regulation, to lift what it holds against somebody. */
export async function openRegulation(store: Store, config: Config): Promise<Regulation> {
  const encryption = await openEncryption(store, config);
  const subjects = new Subjects(encryption.hashKey("regulation"));
  return new Regulation(config.regulation, {
    store: store.regulation,
    subjects,
    visitors: new VisitorNetworks(config.server.trustedProxies),
    clock: systemClock,
    banned: async () => {},
  });
}

/** The encryption of the database by the key of the config. */
export async function openEncryption(store: Store, { storage }: Config): Promise<KeyEncryption> {
  return KeyEncryption.open(store, storage.encryptionKey);
}

/** The host's keys; made when this is their first use. */
export async function openKeyring(store: Store, config: Config): Promise<Keyring> {
  return Keyring.open(store, await openEncryption(store, config), systemClock);
}
