// Everything that the host keeps in a database, at hand for a test.
import { AuditStore } from "../../../host/audit/store.ts";
import { ElevationStore } from "../../../host/features/elevation/store.ts";
import { LanguageStore } from "../../../host/features/language/store.ts";
import { PasswordResetStore } from "../../../host/features/password-reset/store.ts";
import { ProviderLoginStore } from "../../../host/features/providers/store.ts";
import { PasskeyStore } from "../../../host/features/second-factor/passkeys/store.ts";
import { RecoveryCodeStore } from "../../../host/features/second-factor/recovery-codes/store.ts";
import { TotpStore } from "../../../host/features/second-factor/totp/store.ts";
import { BundleVersions } from "../../../host/gates/edge/bundle-versions.ts";
import { EdgeTokenStore } from "../../../host/gates/edge/edge-token-store.ts";
import { RegulationStore } from "../../../host/identity/regulation/store.ts";
import { EncryptionStore } from "../../../host/kit/encryption/store.ts";
import { openPostgres, type PostgresSettings } from "../../../host/kit/sql/postgres/open.ts";
import type { Database } from "../../../host/kit/sql/queries.ts";
import { openSqlite } from "../../../host/kit/sql/sqlite/open.ts";
import { OutboxStore } from "../../../host/notify/outbox-store.ts";
import { KeyStore } from "../../../host/session/key-store.ts";
import { OutageStore } from "../../../host/session/outage-store.ts";
import { SessionStore } from "../../../host/session/store.ts";

export type Stores = ReturnType<typeof storesOf>;

export function storesOf(database: Database) {
  return {
    audit: new AuditStore(database),
    bundles: new BundleVersions(database),
    edgeTokens: new EdgeTokenStore(database),
    elevation: new ElevationStore(database),
    encryption: new EncryptionStore(database),
    keys: new KeyStore(database),
    languages: new LanguageStore(database),
    outages: new OutageStore(database),
    outbox: new OutboxStore(database),
    passkeys: new PasskeyStore(database),
    passwordResets: new PasswordResetStore(database),
    providerLogins: new ProviderLoginStore(database),
    recoveryCodes: new RecoveryCodeStore(database),
    regulation: new RegulationStore(database),
    sessions: new SessionStore(database),
    totp: new TotpStore(database),
    watch: (listener: () => void) => database.watch(listener),
    close: () => database.close(),
  };
}

export function openSqliteStores(file: string): Stores {
  return storesOf(openSqlite(file));
}

export async function openPostgresStores(settings: PostgresSettings): Promise<Stores> {
  return storesOf(await openPostgres(settings));
}

/** What gates must refuse at a time, by the session or the user's name. */
export async function revocationsAt(store: Stores, now: number) {
  const { sessions, users } = await store.bundles.advance("", { now, again: false }, 0);
  const inForce = ({ forgetAt }: { readonly forgetAt: number }) => forgetAt > now;
  return {
    sessions: sessions
      .filter(inForce)
      .map(({ sid }) => sid)
      .toSorted(),
    notBefore: new Map(users.filter(inForce).map(({ username, time }) => [username, time])),
  };
}
