// A database as Authelia writes it, SQLite or PostgreSQL, of the generation up to schema 24 or of the one from 26 on. Tables and encryption
// follow what was seen of databases that its own program had written.
import { createCipheriv, createHash, hkdfSync, randomBytes } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { Client } from "pg";
import type { PostgresSettings } from "../../../../host/kit/sql/postgres/open.ts";

export interface Person {
  readonly username: string;
  readonly totp?: {
    readonly secret: string;
    readonly algorithm?: string;
    readonly digits?: number;
    readonly lastUsed?: string;
  };
  readonly passkeys?: readonly {
    readonly id: Uint8Array;
    readonly rpId: string;
    readonly publicKey: Uint8Array;
    readonly legacy?: boolean;
  }[];
  /** By relying party: 64 characters. */
  readonly handles?: Readonly<Record<string, string>>;
  readonly method?: "totp" | "webauthn" | "mobile_push";
  /** By sector: the `sub` of OpenID Connect. */
  readonly identifiers?: Readonly<Record<string, string>>;
}

export interface Ban {
  readonly user?: string;
  readonly address?: string;
  /** As the database has it; null: without an end. */
  readonly expires: string | null;
  readonly revoked?: boolean;
}

interface Content {
  readonly schema: number;
  readonly encryptionKey: string;
  readonly people: readonly Person[];
  readonly bans?: readonly Ban[] | undefined;
}

type Value = string | number | boolean | null | Uint8Array;
type Row = Readonly<Record<string, Value>>;

/** SQLite has no type for true and false. */
export function writeAutheliaSqlite(file: string, content: Content): void {
  const database = new DatabaseSync(file);
  database.exec(tablesOf(content.schema));
  for (const [table, row] of rowsOf(content)) {
    const values = Object.values(row).map((value) => (typeof value === "boolean" ? Number(value) : value));
    const marks = values.map(() => "?").join(", ");
    database.prepare(`INSERT INTO ${table} (${Object.keys(row).join(", ")}) VALUES (${marks})`).run(...values);
  }
  database.close();
}

/** Returns its URL. */
export async function writeAutheliaPostgres(settings: PostgresSettings, content: Content): Promise<string> {
  const { host, port, database, username } = settings;
  const url = `postgres://${username}@${host}:${port}/${database}`;
  const client = new Client({ connectionString: url });
  await client.connect();
  const tables = tablesOf(content.schema)
    .replaceAll("INTEGER PRIMARY KEY AUTOINCREMENT", "SERIAL PRIMARY KEY")
    .replaceAll("BLOB", "BYTEA")
    .replaceAll("DATETIME", "TIMESTAMP WITH TIME ZONE");
  await client.query(tables);
  for (const [table, row] of rowsOf(content)) {
    const marks = Object.keys(row).map((_, index) => `$${index + 1}`);
    await client.query(
      `INSERT INTO ${table} (${Object.keys(row).join(", ")}) VALUES (${marks.join(", ")})`,
      Object.values(row),
    );
  }
  await client.end();
  return url;
}

function tablesOf(schema: number): string {
  const bans = (table: string, whom: string) =>
    `CREATE TABLE ${table} (id INTEGER PRIMARY KEY AUTOINCREMENT, time DATETIME NOT NULL, expires DATETIME NULL, expired DATETIME NULL,
       revoked BOOLEAN NOT NULL DEFAULT FALSE, source VARCHAR(10) NOT NULL, reason VARCHAR(100) NULL, ${whom} VARCHAR(100) NOT NULL);`;
  return `
    CREATE TABLE migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, applied TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
      version_before INTEGER NULL DEFAULT NULL, version_after INTEGER NOT NULL, application_version VARCHAR(128) NOT NULL);
    CREATE TABLE encryption (id INTEGER PRIMARY KEY AUTOINCREMENT, name VARCHAR(100), value BLOB NOT NULL);
    CREATE TABLE totp_configurations (id INTEGER PRIMARY KEY AUTOINCREMENT, created_at DATETIME NOT NULL, last_used_at DATETIME NULL,
      username VARCHAR(100) NOT NULL, issuer VARCHAR(100), algorithm VARCHAR(6) NOT NULL, digits INTEGER NOT NULL, period INTEGER NOT NULL,
      secret BLOB NOT NULL);
    CREATE TABLE webauthn_credentials (id INTEGER PRIMARY KEY AUTOINCREMENT, created_at DATETIME NOT NULL, last_used_at DATETIME NULL,
      rpid VARCHAR(512) NOT NULL, username VARCHAR(100) NOT NULL, description VARCHAR(64) NOT NULL, kid VARCHAR(512) NOT NULL,
      aaguid CHAR(36) NULL, attestation_type VARCHAR(32), attachment VARCHAR(64) NOT NULL, transport VARCHAR(64) DEFAULT '',
      sign_count INTEGER DEFAULT 0, clone_warning BOOLEAN NOT NULL DEFAULT FALSE, legacy BOOLEAN NOT NULL DEFAULT FALSE,
      discoverable BOOLEAN NOT NULL, present BOOLEAN NOT NULL DEFAULT FALSE, verified BOOLEAN NOT NULL DEFAULT FALSE,
      backup_eligible BOOLEAN NOT NULL DEFAULT FALSE, backup_state BOOLEAN NOT NULL DEFAULT FALSE, public_key BLOB NOT NULL);
    CREATE TABLE webauthn_users (id INTEGER PRIMARY KEY AUTOINCREMENT, rpid VARCHAR(512) NOT NULL, username VARCHAR(100) NOT NULL,
      userid CHAR(64) NOT NULL);
    CREATE TABLE user_preferences (id INTEGER PRIMARY KEY AUTOINCREMENT, username VARCHAR(100) UNIQUE NOT NULL,
      second_factor_method VARCHAR(11) NOT NULL);
    CREATE TABLE user_opaque_identifier (id INTEGER PRIMARY KEY AUTOINCREMENT, service VARCHAR(20) NOT NULL,
      sector_id VARCHAR(255) NOT NULL, username VARCHAR(100) NOT NULL, identifier CHAR(36) NOT NULL);
    ${schema > 20 ? bans("banned_user", "username") + bans("banned_ip", "ip") : ""}`;
}

function* rowsOf({ schema, encryptionKey, people, bans = [] }: Content): Iterable<readonly [table: string, row: Row]> {
  const seal = sealer(schema, encryptionKey);
  const created_at = "2026-01-02 03:04:05.678901234+00:00";
  yield ["migrations", { version_before: 0, version_after: schema, application_version: "v4" }];
  yield [
    "encryption",
    { name: "check", value: seal("7c6b38f6-0c7b-4c8e-9a53-3c9d9a0f6f0a", "encryption", "value", "check") },
  ];
  for (const { username, totp, passkeys = [], handles = {}, method, identifiers = {} } of people) {
    if (method) yield ["user_preferences", { username, second_factor_method: method }];
    for (const [sector_id, identifier] of Object.entries(identifiers))
      yield ["user_opaque_identifier", { service: "openid", sector_id, username, identifier }];
    if (totp)
      yield [
        "totp_configurations",
        {
          ...{ created_at, username, issuer: "Authelia", last_used_at: totp.lastUsed ?? null },
          ...{ algorithm: totp.algorithm ?? "SHA1", digits: totp.digits ?? 6, period: 30 },
          secret: seal(totp.secret, "totp_configurations", "secret", username),
        },
      ];
    for (const { id, rpId, publicKey, legacy = false } of passkeys) {
      const kid = Buffer.from(id).toString("base64");
      yield [
        "webauthn_credentials",
        {
          ...{
            created_at,
            rpid: rpId,
            username,
            description: "Laptop",
            kid,
            attestation_type: "none",
            attachment: "platform",
          },
          ...{ transport: "internal,hybrid", legacy, discoverable: true, present: true, verified: true },
          public_key: seal(publicKey, "webauthn_credentials", "public_key", `${kid}:${rpId}`),
        },
      ];
    }
    for (const [rpid, userid] of Object.entries(handles)) yield ["webauthn_users", { rpid, username, userid }];
  }
  for (const { user, address, expires, revoked = false } of bans) {
    const ban = { time: created_at, expires, revoked, source: "cli" };
    yield user === undefined ? ["banned_ip", { ...ban, ip: address! }] : ["banned_user", { ...ban, username: user }];
  }
}

function sealer(schema: number, encryptionKey: string) {
  const isNew = schema >= 26;
  const key = isNew
    ? Buffer.from(hkdfSync("sha256", encryptionKey, "", "authelia:kdf:storage:encryption_key:v1", 32))
    : createHash("sha256").update(encryptionKey).digest();
  return (value: string | Uint8Array, table: string, column: string, row: string): Buffer => {
    const nonce = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", key, nonce);
    if (isNew) cipher.setAAD(Buffer.from(`authelia:storage:${table}:${column}:${row}`));
    return Buffer.concat([nonce, cipher.update(value), cipher.final(), cipher.getAuthTag()]);
  };
}
