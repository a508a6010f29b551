// The schema of the SQLite database, as numbered steps from an empty file. A released step is never edited.
import type { DatabaseSync } from "node:sqlite";
import { keyIdConstant, keyIdLength, sealedColumns, sealRefusal } from "../../encryption/sealed-columns.ts";
import { HostError } from "../../errors.ts";

/** The SQL of each step; a database's version is how many of them it has had. */
export const migrations: readonly string[] = [
  `
  CREATE TABLE constants (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

  CREATE TABLE signing_keys (
    kid TEXT PRIMARY KEY,
    purpose TEXT NOT NULL CHECK (purpose IN ('root', 'session')),
    public_key TEXT NOT NULL,
    private_key BLOB,
    created_at INTEGER NOT NULL,
    retired_at INTEGER
  ) STRICT;
  CREATE UNIQUE INDEX one_signing_key ON signing_keys (purpose) WHERE retired_at IS NULL;

  CREATE TABLE sessions (
    sid TEXT PRIMARY KEY,
    username TEXT NOT NULL,
    domain TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    auth_time INTEGER NOT NULL,
    level INTEGER NOT NULL CHECK (level IN (1, 2)),
    amr TEXT NOT NULL,
    remember_me INTEGER NOT NULL CHECK (remember_me IN (0, 1)),
    expires_at INTEGER NOT NULL,
    lease_until INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    address TEXT NOT NULL,
    user_agent TEXT NOT NULL
  ) STRICT;
  CREATE INDEX sessions_by_user ON sessions (username);
  CREATE INDEX sessions_by_end ON sessions (expires_at);

  CREATE TABLE revoked_sessions (sid TEXT PRIMARY KEY, forget_at INTEGER NOT NULL) STRICT;
  CREATE TABLE not_before (username TEXT PRIMARY KEY, time INTEGER NOT NULL, forget_at INTEGER NOT NULL) STRICT;

  CREATE TABLE bundle (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL,
    content_hash TEXT NOT NULL
  ) STRICT;

  CREATE TABLE edge_tokens (hash BLOB PRIMARY KEY, name TEXT NOT NULL, created_at INTEGER NOT NULL) STRICT;
  `,
  "ALTER TABLE edge_tokens ADD COLUMN last_used INTEGER",
  `
  CREATE TABLE totp (
    username TEXT PRIMARY KEY,
    secret BLOB NOT NULL,
    algorithm TEXT NOT NULL CHECK (algorithm IN ('SHA1', 'SHA256', 'SHA512')),
    digits INTEGER NOT NULL,
    period INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    last_step INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE totp_enrolments (
    sid TEXT PRIMARY KEY,
    username TEXT NOT NULL,
    secret BLOB NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE recovery_codes (
    username TEXT NOT NULL,
    hash BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    used INTEGER NOT NULL CHECK (used IN (0, 1)),
    PRIMARY KEY (username, hash)
  ) STRICT;

  CREATE TABLE passkeys (
    id TEXT PRIMARY KEY,
    username TEXT NOT NULL,
    rp_id TEXT NOT NULL,
    public_key BLOB NOT NULL,
    counter INTEGER NOT NULL,
    transports TEXT NOT NULL,
    synced INTEGER NOT NULL CHECK (synced IN (0, 1)),
    discoverable INTEGER NOT NULL CHECK (discoverable IN (0, 1)),
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER
  ) STRICT;
  CREATE INDEX passkeys_by_user ON passkeys (username);
  CREATE TABLE user_handles (username TEXT PRIMARY KEY, handle TEXT NOT NULL UNIQUE) STRICT;

  CREATE TABLE challenges (
    hash BLOB PRIMARY KEY,
    purpose TEXT NOT NULL,
    bound_to TEXT NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX challenges_by_end ON challenges (expires_at);
  `,
  `
  CREATE TABLE regulation (
    subject TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('user', 'place', 'address')),
    label TEXT,
    failures TEXT NOT NULL,
    held_until INTEGER NOT NULL,
    banned INTEGER NOT NULL CHECK (banned IN (0, 1)),
    bans INTEGER NOT NULL,
    forget_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX regulation_by_owner ON regulation (owner);
  CREATE INDEX regulation_by_end ON regulation (forget_at);

  CREATE TABLE known_places (place TEXT PRIMARY KEY, owner TEXT NOT NULL, seen_at INTEGER NOT NULL) STRICT;
  CREATE INDEX known_places_by_owner ON known_places (owner);
  CREATE INDEX known_places_by_age ON known_places (seen_at);
  `,
  `
  CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    action TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('success', 'failure')),
    "by" TEXT NOT NULL CHECK ("by" IN ('user', 'operator', 'host')),
    username TEXT,
    address TEXT,
    request_id TEXT,
    detail TEXT NOT NULL
  ) STRICT;
  CREATE INDEX audit_by_time ON audit (at);
  CREATE INDEX audit_by_user ON audit (username, id);
  `,
  "CREATE TABLE heartbeat (id INTEGER PRIMARY KEY CHECK (id = 1), at INTEGER NOT NULL) STRICT",
  `
  CREATE TABLE outbox (
    id TEXT PRIMARY KEY,
    purpose TEXT NOT NULL,
    user_hash TEXT NOT NULL,
    address_hash TEXT NOT NULL,
    message BLOB,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX outbox_by_due ON outbox (due_at) WHERE message IS NOT NULL;
  CREATE INDEX outbox_by_user ON outbox (user_hash, created_at);
  CREATE INDEX outbox_by_address ON outbox (address_hash, created_at);
  CREATE INDEX outbox_by_age ON outbox (created_at);
  `,
  "CREATE TABLE hash_keys (name TEXT PRIMARY KEY, sealed BLOB NOT NULL) STRICT",
  `
  CREATE TABLE password_resets (
    username TEXT PRIMARY KEY,
    token BLOB NOT NULL UNIQUE,
    browser BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    not_before INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE reset_requests (subject TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
  CREATE INDEX reset_requests_by_subject ON reset_requests (subject, at);
  `,
  `
  CREATE TABLE one_time_codes (
    revocation BLOB PRIMARY KEY,
    sid TEXT NOT NULL,
    username TEXT NOT NULL,
    hash BLOB,
    tries INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    forget_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX one_time_codes_by_session ON one_time_codes (sid);
  CREATE TABLE elevated_sessions (sid TEXT PRIMARY KEY, expires_at INTEGER NOT NULL) STRICT;
  `,
  `
  ALTER TABLE audit ADD COLUMN notice INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX audit_by_notice ON audit (id) WHERE notice = 1;
  CREATE TABLE languages (username TEXT PRIMARY KEY, language TEXT NOT NULL) STRICT;
  `,
  `
  CREATE TABLE password_resets_by_browser (
    token BLOB PRIMARY KEY,
    username TEXT NOT NULL,
    browser BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    not_before INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    UNIQUE (username, browser)
  ) STRICT;
  INSERT INTO password_resets_by_browser (token, username, browser, created_at, not_before, expires_at)
    SELECT token, username, browser, created_at, not_before, expires_at FROM password_resets;
  DROP TABLE password_resets;
  ALTER TABLE password_resets_by_browser RENAME TO password_resets;
  `,
  // Who signs in with a provider. `login` of a session names the row of provider_logins that it rests on.
  `
  ALTER TABLE sessions ADD COLUMN login TEXT;
  CREATE INDEX sessions_login ON sessions (login);
  CREATE TABLE provider_accounts (
    username TEXT PRIMARY KEY,
    name_key TEXT NOT NULL UNIQUE,
    provider TEXT NOT NULL,
    display_name TEXT,
    email TEXT,
    groups TEXT NOT NULL,
    disabled INTEGER NOT NULL,
    created_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE provider_identities (
    provider TEXT NOT NULL,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    username TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_login INTEGER NOT NULL,
    PRIMARY KEY (provider, issuer, subject)
  ) STRICT;
  CREATE INDEX provider_identities_username ON provider_identities (username);
  CREATE TABLE provider_logins (
    id TEXT PRIMARY KEY,
    provider TEXT NOT NULL,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    provider_sid TEXT,
    username TEXT NOT NULL,
    id_token BLOB,
    refresh_token BLOB,
    refresh_at INTEGER,
    silent_since INTEGER,
    ended INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX provider_logins_subject ON provider_logins (provider, subject);
  CREATE TABLE provider_logouts (
    provider TEXT NOT NULL,
    jti TEXT NOT NULL,
    provider_sid TEXT,
    subject TEXT,
    at INTEGER NOT NULL,
    forget_at INTEGER NOT NULL,
    PRIMARY KEY (provider, jti)
  ) STRICT;
  CREATE TABLE provider_invitations (
    hash BLOB PRIMARY KEY,
    provider TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT;
  `,
  // One that was made for every portal has no relying party.
  `
  CREATE TABLE user_handles_by_portal (
    username TEXT NOT NULL,
    rp_id TEXT NOT NULL,
    handle TEXT NOT NULL,
    PRIMARY KEY (username, rp_id)
  ) STRICT;
  INSERT INTO user_handles_by_portal (username, rp_id, handle) SELECT username, '', handle FROM user_handles;
  DROP TABLE user_handles;
  ALTER TABLE user_handles_by_portal RENAME TO user_handles;
  `,
  // When a bundle of this version was signed last.
  "ALTER TABLE bundle ADD COLUMN issued_at INTEGER NOT NULL DEFAULT 0",
  `
  CREATE TABLE preferred_factors (username TEXT PRIMARY KEY, factor TEXT NOT NULL) STRICT;
  `,
  // What operators look for in a trail of millions of events, and the start of a host for the last change of its configuration;
  // and what a provider's log-out and the upkeep look for among as many logins.
  `
  CREATE INDEX audit_by_action ON audit (action, id);
  CREATE INDEX audit_by_address ON audit (address, id) WHERE address IS NOT NULL;
  CREATE INDEX audit_by_request ON audit (request_id) WHERE request_id IS NOT NULL;
  DROP INDEX audit_by_time;
  CREATE INDEX audit_by_time ON audit (at, id);
  CREATE INDEX provider_logins_sid ON provider_logins (provider, provider_sid) WHERE provider_sid IS NOT NULL;
  CREATE INDEX provider_logins_end ON provider_logins (expires_at);
  CREATE INDEX provider_logouts_of ON provider_logouts (provider, provider_sid, subject);
  `,
  // The version of the bundle by which gates are told of it; none yet where no bundle has.
  `
  ALTER TABLE revoked_sessions ADD COLUMN version INTEGER;
  ALTER TABLE not_before ADD COLUMN version INTEGER;
  CREATE INDEX revoked_sessions_version ON revoked_sessions (version);
  CREATE INDEX not_before_version ON not_before (version);
  `,
];

/** Triggers that keep out of the sealed columns what was not sealed with the key in force; laid anew after every migration. */
const guards = sealedColumns.flatMap(({ table, column }) =>
  ["INSERT", `UPDATE OF ${column}`].map((event) => {
    const name = `sealed_${table}_${column}_${event.split(" ")[0]!.toLowerCase()}`;
    return `
  DROP TRIGGER IF EXISTS ${name};
  CREATE TRIGGER ${name} BEFORE ${event} ON ${table}
    WHEN NEW.${column} IS NOT NULL AND lower(hex(substr(NEW.${column}, 2, ${keyIdLength}))) <>
      (SELECT value FROM constants WHERE name = '${keyIdConstant}')
    BEGIN SELECT RAISE(ABORT, '${table}.${column} ${sealRefusal}'); END;`;
  }),
);

/** Brings a database to the current schema, all steps in one transaction. Refuses one that a newer Zerohop has written. */
export function migrate(database: DatabaseSync, file: string): void {
  // Usually there is nothing to do, which must not wait for whoever writes just now.
  if (versionOf(database) === migrations.length) return;
  database.exec("BEGIN IMMEDIATE");
  try {
    database.exec("CREATE TABLE IF NOT EXISTS meta (version INTEGER NOT NULL) STRICT");
    for (const step of stepsFrom(versionOf(database), file, { all: migrations, guards })) database.exec(step);
    database.exec("COMMIT");
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
}

/** What brings a database of a version to the current one: `all` steps but for those that it has had. Throws HostError "storage" for a later version. */
export function stepsFrom(
  version: number,
  database: string,
  { all, guards }: { readonly all: readonly string[]; readonly guards: readonly string[] },
): readonly string[] {
  const { length } = all;
  if (version > length)
    throw new HostError(
      "storage",
      `${database} has schema version ${version}, this Zerohop knows ${length}: it was written by a newer release; go on with that one, or restore a backup of before the upgrade`,
    );
  if (version === length) return [];
  return [...all.slice(version), ...guards, "DELETE FROM meta", `INSERT INTO meta (version) VALUES (${length})`];
}

/** Returns how many migrations a database has had. */
function versionOf(database: DatabaseSync): number {
  const exists = database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'meta'").get();
  return Number(exists ? (database.prepare("SELECT version FROM meta").get()?.version ?? 0) : 0);
}
