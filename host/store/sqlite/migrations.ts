// The schema of the SQLite database, as numbered steps from an empty file. A released step is never edited.
import type { DatabaseSync } from "node:sqlite";
import { HostError } from "../../errors.ts";

const migrations: readonly string[] = [
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
];

/** Brings a database to the current schema, all steps in one transaction. Refuses one that a newer Zerohop has written. */
export function migrate(database: DatabaseSync, file: string): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    database.exec("CREATE TABLE IF NOT EXISTS meta (version INTEGER NOT NULL) STRICT");
    const row = database.prepare("SELECT version FROM meta").get() as { version: number } | undefined;
    const version = row?.version ?? 0;
    if (version > migrations.length)
      throw new HostError(
        "storage",
        `${file} has schema version ${version}, this Zerohop knows ${migrations.length}: it was written by a newer release`,
      );
    for (const migration of migrations.slice(version)) database.exec(migration);
    if (!row) database.prepare("INSERT INTO meta (version) VALUES (?)").run(migrations.length);
    else if (version < migrations.length) database.prepare("UPDATE meta SET version = ?").run(migrations.length);
    database.exec("COMMIT");
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
}
