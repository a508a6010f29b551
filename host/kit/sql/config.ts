// The storage section: one SQLite file, or a PostgreSQL database that several hosts share.
import { resolve } from "node:path";
import type { z } from "zod";
import { duration } from "../config/duration.ts";
import { isMapping, type Mapping } from "../config/mapping.ts";
import type { Report } from "../config/report.ts";
import { configSection } from "../config/section.ts";
import { filePath, flag, readCertificates, wholeNumber } from "../config/values.ts";
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

const postgres = section({
  address: leaf(parseAddress, "HOST or HOST:PORT"),
  database: leaf(parseName).prefault("zerohop"),
  username: leaf(parseName).prefault("zerohop"),
  password: leaf(parsePassword, "a secret text").meta(secret),
  tls: section({
    disable: flag(false),
    ca_file: leaf(
      (value) => (value === undefined || value === null ? null : parseName(value)),
      "the path of a PEM file",
    ),
  }),
  pool_size: wholeNumber(2, 100).prefault(10),
  timeout: duration("1s").prefault("5s"),
});

export const storageSection = configSection({
  keys: {
    storage: section({
      encryption_key: leaf(parseEncryptionKey, `a secret text of at least ${shortestEncryptionKey} characters`, {
        type: "string",
        minLength: shortestEncryptionKey,
      }).meta(secret),
      local: section({ path: filePath }).optional(),
      postgres: postgres.optional(),
    }).meta({ oneOf: [{ required: ["local"] }, { required: ["postgres"] }] }),
  },
  config: ({ storage: { encryption_key, local, postgres } }, { folder }): StorageConfig => ({
    encryptionKey: encryption_key,
    local: local ? { path: resolve(folder, local.path) } : null,
    postgres: postgres ? postgresFrom(postgres, folder) : null,
  }),
  check: checkStorage,
});

/** A server's certificate is always verified. */
function postgresFrom(keys: z.output<typeof postgres>, folder: string): PostgresSettings {
  const { address, database, username, password, tls, pool_size, timeout } = keys;
  const ca = tls.ca_file === null ? undefined : readCertificates(resolve(folder, tls.ca_file));
  return {
    ...{ ...address, database, username, password, poolSize: pool_size, timeout },
    tls: tls.disable ? null : { rejectUnauthorized: true, ...(ca !== undefined && { ca }) },
  };
}

/** Exactly one of the databases is configured, and what it needs is there. */
function checkStorage(config: Mapping, folder: string, report: Report): void {
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
