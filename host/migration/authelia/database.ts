// Reads what people have set up out of Authelia's database, SQLite or PostgreSQL, of schema 15 (4.38.0) to 26. Nothing is written there.
import { hkdfSync } from "node:crypto";
import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { StoredPasskey } from "../../features/second-factor/passkeys/store.ts";
import { decrypt } from "../../kit/encryption/aes-gcm.ts";
import { HostError } from "../../kit/errors.ts";
import { sha256 } from "../../kit/sha256.ts";

export interface AutheliaTotp {
  readonly username: string;
  /** Base32, as it is kept. */
  readonly secret: string;
  readonly algorithm: string;
  readonly digits: number;
  readonly period: number;
  /** Seconds. */
  readonly createdAt: number;
  readonly lastUsedAt: number | undefined;
}

export interface AutheliaHandle {
  readonly username: string;
  readonly rpId: string;
  /** Base64url of the handle's bytes, which are the 64 characters that Authelia keeps. */
  readonly handle: string;
}

export interface AutheliaBan {
  /** A user's name or an address. */
  readonly whom: string;
  /** Seconds; undefined for one without an end. */
  readonly until: number | undefined;
}

export interface AutheliaPreference {
  readonly username: string;
  /** totp, webauthn or mobile_push. */
  readonly method: string;
}

/** Whom an application knows a user by, in the column names of Authelia's own export. */
export interface OpaqueIdentifier {
  readonly service: string;
  readonly sector_id: string;
  readonly username: string;
  /** The `sub` of OpenID Connect. */
  readonly identifier: string;
}

export interface AutheliaData {
  readonly schema: number;
  readonly totp: readonly AutheliaTotp[];
  readonly passkeys: readonly StoredPasskey[];
  /** Of keys of U2F, which work nowhere else. */
  readonly legacyKeys: number;
  readonly handles: readonly AutheliaHandle[];
  readonly preferences: readonly AutheliaPreference[];
  readonly identifiers: readonly OpaqueIdentifier[];
  readonly bannedUsers: readonly AutheliaBan[];
  readonly bannedAddresses: readonly AutheliaBan[];
}

type Row = Readonly<Record<string, unknown>>;
type Rows = (sql: string) => Promise<readonly Row[]>;

/** The schemas that are known: that of 4.38.0, and that of the latest release. */
const oldest = 15;
const newest = 26;
/** From here on each value is bound to its row. */
const boundToRows = 26;

/** `where`: a SQLite file or the URL of a PostgreSQL database. Throws HostError "storage" or "encryption_key". */
export async function readDatabase(where: string, encryptionKey: string, now: number): Promise<AutheliaData> {
  return /^postgres(ql)?:/.test(where)
    ? withPostgres(where, (rows) => read(rows, encryptionKey, now))
    : withSqlite(where, (rows) => read(rows, encryptionKey, now));
}

async function withSqlite<T>(file: string, run: (rows: Rows) => Promise<T>): Promise<T> {
  if (!existsSync(file)) throw new HostError("storage", `there is no database ${file}`);
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { readOnly: true });
    const opened = database;
    return await run(async (sql) => opened.prepare(sql).all());
  } catch (error) {
    if (error instanceof HostError) throw error;
    throw new HostError("storage", `${file} cannot be read: ${(error as Error).message}`, { cause: error });
  } finally {
    database?.close();
  }
}

async function withPostgres<T>(url: string, run: (rows: Rows) => Promise<T>): Promise<T> {
  const { default: pg } = await import("pg");
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  const { host } = new URL(url);
  try {
    await client.connect();
    await client.query("SET default_transaction_read_only = on");
    return await run(async (sql) => (await client.query<Row>(sql)).rows);
  } catch (error) {
    if (error instanceof HostError) throw error;
    throw new HostError("storage", `the database at ${host} cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  } finally {
    await client.end().catch(() => {});
  }
}

async function read(rows: Rows, encryptionKey: string, now: number): Promise<AutheliaData> {
  const schema = await schemaOf(rows);
  const open = opener(schema, encryptionKey);
  await checkKey(rows, open);
  const credentials = await rows("SELECT * FROM webauthn_credentials");
  const legacy = credentials.filter(({ legacy: isLegacy }) => truth(isLegacy));
  return {
    schema,
    totp: (await rows("SELECT * FROM totp_configurations")).map((row) => totpFrom(row, open)),
    passkeys: credentials.filter((row) => !legacy.includes(row)).map((row) => passkeyFrom(row, open)),
    legacyKeys: legacy.length,
    handles: (await rows("SELECT * FROM webauthn_users")).map((row) => ({
      username: String(row.username),
      rpId: String(row.rpid),
      handle: Buffer.from(String(row.userid).trim(), "latin1").toString("base64url"),
    })),
    preferences: (await rows("SELECT username, second_factor_method AS method FROM user_preferences")).map((row) => ({
      username: String(row.username),
      method: String(row.method),
    })),
    identifiers: (
      await rows("SELECT service, sector_id, username, identifier FROM user_opaque_identifier ORDER BY id")
    ).map((row) => ({
      service: String(row.service),
      sector_id: String(row.sector_id),
      username: String(row.username),
      identifier: String(row.identifier).trim(),
    })),
    bannedUsers: await bansIn(rows, "banned_user", "username", now),
    bannedAddresses: await bansIn(rows, "banned_ip", "ip", now),
  };
}

async function schemaOf(rows: Rows): Promise<number> {
  let version: number;
  try {
    const [last] = await rows("SELECT version_after FROM migrations ORDER BY id DESC LIMIT 1");
    version = Number(last?.version_after);
  } catch (error) {
    throw new HostError("storage", `it is no database of Authelia's: ${(error as Error).message}`, { cause: error });
  }
  if (version >= oldest && version <= newest && version !== 25) return version;
  throw new HostError(
    "storage",
    `Authelia's database has schema ${version}; ${oldest} to ${newest} are known (Authelia 4.38 and 4.39), but for 25, which no release had. ` +
      "Start an Authelia of one of them on a copy of it, which brings it there",
  );
}

/** Decrypts a value of a table's column and row. */
type Open = (sealed: unknown, table: string, column: string, row: string) => Buffer;

function opener(schema: number, encryptionKey: string): Open {
  const key =
    schema >= boundToRows
      ? Buffer.from(hkdfSync("sha256", encryptionKey, "", "authelia:kdf:storage:encryption_key:v1", 32))
      : sha256(encryptionKey);
  return (sealed, table, column, row) => {
    const context = schema >= boundToRows ? `authelia:storage:${table}:${column}:${row}` : "";
    return decrypt(key, Buffer.from(sealed as Uint8Array), context);
  };
}

async function checkKey(rows: Rows, open: Open): Promise<void> {
  const [check] = await rows("SELECT value FROM encryption WHERE name = 'check'");
  if (!check) return;
  try {
    open(check.value, "encryption", "value", "check");
  } catch (error) {
    throw new HostError(
      "encryption_key",
      "Authelia's storage.encryption_key is not the one that its database was written with",
      {
        cause: error,
      },
    );
  }
}

function totpFrom(row: Row, open: Open): AutheliaTotp {
  const username = String(row.username);
  return {
    username,
    secret: open(row.secret, "totp_configurations", "secret", username).toString("latin1"),
    algorithm: String(row.algorithm),
    digits: Number(row.digits),
    period: Number(row.period),
    createdAt: seconds(row.created_at) ?? 0,
    lastUsedAt: seconds(row.last_used_at),
  };
}

function passkeyFrom(row: Row, open: Open): StoredPasskey {
  const kid = String(row.kid);
  const rpId = String(row.rpid);
  return {
    id: Buffer.from(kid, "base64").toString("base64url"),
    username: String(row.username),
    rpId,
    publicKey: open(row.public_key, "webauthn_credentials", "public_key", `${kid}:${rpId}`),
    counter: Number(row.sign_count),
    transports: String(row.transport ?? "")
      .split(",")
      .filter((one) => one !== ""),
    synced: truth(row.backup_eligible),
    discoverable: truth(row.discoverable),
    name: String(row.description),
    createdAt: seconds(row.created_at) ?? 0,
    lastUsedAt: seconds(row.last_used_at) ?? null,
  };
}

/** Those in force. The tables came with 4.39. */
async function bansIn(rows: Rows, table: string, column: string, now: number): Promise<readonly AutheliaBan[]> {
  let found: readonly Row[];
  try {
    found = await rows(`SELECT * FROM ${table}`);
  } catch {
    return [];
  }
  return found
    .filter(({ revoked }) => !truth(revoked))
    .map((row) => ({ whom: String(row[column]), until: seconds(row.expires) }))
    .filter(({ until }) => until === undefined || until > now);
}

function truth(value: unknown): boolean {
  return value === true || value === 1 || value === 1n;
}

/** A point in time as either database gives it. */
function seconds(value: unknown): number | undefined {
  if (value === null || value === undefined) return undefined;
  const time =
    value instanceof Date ? value.getTime() : typeof value === "number" ? value * 1000 : parsed(String(value));
  return Number.isNaN(time) ? undefined : Math.floor(time / 1000);
}

/** `2026-01-02 03:04:05.678+00:00`, with or without its end; a time without a zone is in UTC. */
function parsed(text: string): number {
  const found = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.\d+)?\s*(Z|[+-]\d\d:?\d\d)?/.exec(text);
  if (!found) return Number.NaN;
  const [, day, time, zone = "Z"] = found;
  return Date.parse(`${day}T${time}${zone.replace(/^([+-]\d\d)(\d\d)$/, "$1:$2")}`);
}
