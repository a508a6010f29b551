// Who operates the hosts, and on what: by the command line or, later, over HTTP. Hosts may be running meanwhile; they find what
// was changed in the database, and publish it to gates within a fraction of a second.
import { Audit } from "../audit/audit.ts";
import type { AuditEvent } from "../audit/event.ts";
import { AuditStore } from "../audit/store.ts";
import type { ServerConfig } from "../http/config.ts";
import type { UsersConfig } from "../identity/config.ts";
import type { RegulationConfig } from "../identity/regulation/config.ts";
import type { Clock } from "../kit/clock.ts";
import { KeyEncryption } from "../kit/encryption/key-encryption.ts";
import { EncryptionStore } from "../kit/encryption/store.ts";
import type { StorageConfig } from "../kit/sql/config.ts";
import type { Database } from "../kit/sql/queries.ts";
import type { SessionConfig } from "../session/config.ts";
import { KeyStore } from "../session/key-store.ts";
import { Keyring } from "../session/keyring.ts";

/** What operations read of the hosts' configuration. */
export interface OperatedConfig {
  readonly authenticationBackend: UsersConfig;
  readonly regulation: RegulationConfig;
  readonly server: Pick<ServerConfig, "trustedProxies">;
  readonly session: SessionConfig;
  readonly storage: StorageConfig;
}

export interface Operator {
  /** By which the audit trail names them. */
  readonly name: string;
  readonly config: OperatedConfig;
  readonly database: Database;
  readonly clock: Clock;
}

/** Puts an operation down in the audit trail. Each operation that changes something does, here and nowhere else. */
export async function recordOperation(
  { name, database, clock }: Operator,
  { detail, ...event }: Pick<AuditEvent, "action" | "user" | "address" | "detail">,
): Promise<void> {
  const audit = new Audit(new AuditStore(database), clock);
  await audit.record({ ...event, by: "operator", detail: { ...detail, operator: name } });
}

/** The encryption of the database by the key of the config. Throws HostError "encryption_key". */
export function encryptionOf({ config, database }: Operator): Promise<KeyEncryption> {
  return KeyEncryption.open(new EncryptionStore(database), config.storage.encryptionKey);
}

/** The hosts' keys; made when this is their first use. */
export async function keyringOf(operator: Operator): Promise<Keyring> {
  return Keyring.open(new KeyStore(operator.database), await encryptionOf(operator), operator.clock);
}
