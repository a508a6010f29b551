// The storage section: one SQLite file, or a PostgreSQL database that several hosts share.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseDuration } from "../config/duration.ts";
import { isMapping, type Mapping } from "../config/mapping.ts";
import type { Report } from "../config/report.ts";
import { parseWholeNumber } from "../config/whole-number.ts";
import { describe, leaf, Mistake, secret, section } from "../yaml/schema.ts";
import type { PostgresSettings } from "./postgres/open.ts";

export interface StorageConfig {
  readonly encryptionKey: string;
  /** Exactly one of the two is not null; `path` is absolute. */
  readonly local: { readonly path: string } | null;
  readonly postgres: PostgresSettings | null;
}

/** The shortest encryption key that counts as one. Characters. */
const shortestEncryptionKey = 20;

/** The message never shows the value: it is a secret. */
export function parseEncryptionKey(value: unknown): string {
  if (value === undefined || value === null)
    throw new Mistake(`is required: a random text of at least ${shortestEncryptionKey} characters`);
  if (typeof value !== "string") throw new Mistake(`must be a text; put it in quotes`);
  if (value.length < shortestEncryptionKey)
    throw new Mistake(`must be at least ${shortestEncryptionKey} characters long, not ${value.length}`);
  return value;
}

export const postgresSection = section({
  address: leaf(parseAddress),
  database: leaf((value) => parseName(value)).prefault("zerohop"),
  username: leaf((value) => parseName(value)).prefault("zerohop"),
  password: leaf(parsePassword).meta(secret),
  tls: section({
    disable: leaf(parseDisable).prefault(false),
    ca_file: leaf((value) => (value === undefined || value === null ? null : parseName(value))),
  }),
  pool_size: leaf((value) => parseWholeNumber(value, 2, 100)).prefault(10),
  timeout: leaf((value) => parseDuration(value, 1)).prefault("5s"),
});

interface Keys {
  readonly address: { readonly host: string; readonly port: number };
  readonly database: string;
  readonly username: string;
  readonly password: string | undefined;
  readonly tls: { readonly disable: boolean; readonly ca_file: string | null };
  readonly pool_size: number;
  readonly timeout: number;
}

/** Files are relative to `folder`. A server's certificate is always verified. */
export function postgresFrom(keys: Keys, folder: string): PostgresSettings {
  const { address, database, username, password, tls, pool_size, timeout } = keys;
  const ca = tls.ca_file === null ? undefined : readCertificates(resolve(folder, tls.ca_file));
  return {
    ...{ ...address, database, username, password, poolSize: pool_size, timeout },
    tls: tls.disable ? null : { rejectUnauthorized: true, ...(ca !== undefined && { ca }) },
  };
}

/** Undefined when there is no such file: checkStorage reports that. */
function readCertificates(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

/** Exactly one of the databases is configured, and what it needs is there. */
export function checkStorage(config: Mapping, folder: string, report: Report): void {
  const storage = config.storage ?? {};
  if (!isMapping(storage)) return;
  const path = ["storage"];
  const given = (key: string) => storage[key] !== undefined;
  if (given("local") && given("postgres"))
    report.add([...path, "postgres"], "only one of local and postgres can be given", "key");
  else if (!given("local") && !given("postgres"))
    report.add(path, "must say where data is kept: either local or postgres", "key");
  const tls = isMapping(storage.postgres) ? storage.postgres.tls : undefined;
  if (!isMapping(tls) || typeof tls.ca_file !== "string") return;
  if (readCertificates(resolve(folder, tls.ca_file)) === undefined)
    report.add([...path, "postgres", "tls", "ca_file"], `${tls.ca_file} cannot be read`);
}

function parseAddress(value: unknown): { readonly host: string; readonly port: number } {
  if (value === undefined || value === null)
    throw new Mistake("is required: HOST or HOST:PORT, such as db.example.com:5432");
  const url = typeof value === "string" ? URL.parse(/^tcp:\/\//.test(value) ? value : `tcp://${value}`) : null;
  if (!url?.hostname || url.username || url.password || !/^\/?$/.test(url.pathname) || url.search || url.hash)
    throw new Mistake(`must be HOST or HOST:PORT, such as db.example.com:5432, not ${describe(value)}`);
  return { host: url.hostname.replace(/^\[|\]$/g, ""), port: url.port === "" ? 5432 : Number(url.port) };
}

function parseName(value: unknown): string {
  if (typeof value === "string" && value !== "" && !value.includes("\0")) return value;
  throw new Mistake(`must be a text, not ${describe(value)}`);
}

/** The messages never show the value: it is a secret. */
function parsePassword(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") throw new Mistake("must be a text; put it in quotes");
  return value;
}

function parseDisable(value: unknown): boolean {
  if (typeof value === "boolean") return value;
  throw new Mistake(`must be true or false, not ${describe(value)}`);
}
