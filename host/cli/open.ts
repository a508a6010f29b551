// Opens what commands work on: the config, and the database that a running host may be using at the same time.

import type { Config } from "../app/config/config.ts";
import { type LoadedConfig, loadConfig } from "../app/config/load.ts";
import { VisitorNetworks } from "../identity/regulation/network.ts";
import { Regulation } from "../identity/regulation/regulation.ts";
import { RegulationStore } from "../identity/regulation/store.ts";
import { Subjects } from "../identity/regulation/subjects.ts";
import { systemClock } from "../kit/clock.ts";
import { KeyEncryption } from "../kit/encryption/key-encryption.ts";
import { EncryptionStore } from "../kit/encryption/store.ts";
import { openDatabase } from "../kit/sql/open.ts";
import type { Database } from "../kit/sql/queries.ts";
import { KeyStore } from "../session/key-store.ts";
import { Keyring } from "../session/keyring.ts";
import type { Arguments } from "./command.ts";

/** The config that --config names. Throws InvalidFileError. */
export function openConfig({ options }: Arguments): LoadedConfig {
  return loadConfig(String(options.config), process.env);
}

/** Runs something with the database of the config that --config names, and closes it. */
export async function withDatabase<T>(
  args: Arguments,
  run: (database: Database, config: Config) => Promise<T>,
): Promise<T> {
  const { config } = openConfig(args);
  const database = await openDatabase(config.storage);
  try {
    return await run(database, config);
  } finally {
    await database.close();
  }
}

/** The host's regulation, to lift what it holds against somebody. */
export async function openRegulation(database: Database, config: Config): Promise<Regulation> {
  const encryption = await openEncryption(database, config);
  const subjects = new Subjects(encryption.hashKey("regulation"));
  return new Regulation(config.regulation, {
    store: new RegulationStore(database),
    subjects,
    visitors: new VisitorNetworks(config.server.trustedProxies),
    clock: systemClock,
    banned: async () => {},
  });
}

/** The encryption of the database by the key of the config. */
export async function openEncryption(database: Database, { storage }: Config): Promise<KeyEncryption> {
  return KeyEncryption.open(new EncryptionStore(database), storage.encryptionKey);
}

/** The host's keys; made when this is their first use. */
export async function openKeyring(database: Database, config: Config): Promise<Keyring> {
  return Keyring.open(new KeyStore(database), await openEncryption(database, config), systemClock);
}
