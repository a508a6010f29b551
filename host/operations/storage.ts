// Operations on the database as a whole: copying it, restoring a copy, and encrypting it with another key.
import { BundleVersions } from "../gates/edge/bundle-versions.ts";
import { type EncryptionCheck, KeyEncryption } from "../kit/encryption/key-encryption.ts";
import { EncryptionStore } from "../kit/encryption/store.ts";
import { HostError, usage } from "../kit/errors.ts";
import { backUp } from "../kit/sql/sqlite/backup.ts";
import { isHostUp } from "../session/outage.ts";
import { OutageStore } from "../session/outage-store.ts";
import { revokeSessionKeys } from "./keys.ts";
import { encryptionOf, type OperatedConfig, type Operator, recordOperation } from "./operator.ts";

/** Copies the SQLite database into a new file. Throws HostError "usage" when the data is elsewhere, "storage" when it fails. */
export function backUpDatabase({ storage: { local } }: Pick<OperatedConfig, "storage">, file: string): void {
  if (!local) throw usage("the data is in PostgreSQL; back it up with pg_dump");
  backUp(local.path, file);
}

/** More bundles than anybody publishes between a backup and its return. */
const skippedVersions = 1_000_000;

/**
 * Makes a restored database safe to use: what was revoked after the backup was made is not in it, and gates have seen later
 * bundles than it knows of. Every session ends. Returns the new session key's id, and how many sessions there were.
 */
export async function acceptRestored(operator: Operator): Promise<{ readonly kid: string; readonly ended: number }> {
  await new BundleVersions(operator.database).skip(skippedVersions);
  return revokeSessionKeys(operator, "backup restored");
}

/** Decrypts everything that is encrypted in the database. */
export async function checkEncryption(operator: Operator): Promise<EncryptionCheck> {
  return (await encryptionOf(operator)).check();
}

/**
 * Encrypts everything in the database with another key, in one step: whatever interrupts it, either the old key is right or the
 * new one. Returns how many values there were. Throws HostError "storage" when a host is running; one that starts at the wrong
 * moment notices, and stops by itself.
 */
export async function changeEncryptionKey(operator: Operator, key: string): Promise<number> {
  const { config, database, clock } = operator;
  if (key === config.storage.encryptionKey) throw usage("the new key is the one in the config");
  const encryption = await encryptionOf(operator).catch(async (error: HostError) => {
    const changed = await KeyEncryption.open(new EncryptionStore(database), key).catch(() => undefined);
    if (!changed) throw error;
    throw new HostError("encryption_key", "the database is encrypted with the new key already; put it into the config");
  });
  if (await isHostUp(new OutageStore(database), clock))
    throw new HostError("storage", "a host is using the database; stop all hosts and try again");
  const values = await encryption.change(key);
  await recordOperation(operator, { action: "encryption key change", detail: { values } });
  return values;
}
