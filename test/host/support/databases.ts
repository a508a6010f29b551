// Both kinds of database, each empty and for one test, with a way to look into them past the store.
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { Pool } from "pg";
import { afterAll, beforeAll, describe, onTestFinished } from "vitest";
import type { Config } from "../../../host/app/config/config.ts";
import { openDatabase } from "../../../host/kit/sql/open.ts";
import { numberTypes, PostgresDatabase } from "../../../host/kit/sql/postgres/database.ts";
import { migrations as postgresMigrations } from "../../../host/kit/sql/postgres/migrations.ts";
import { migrations as sqliteMigrations } from "../../../host/kit/sql/sqlite/migrations.ts";
import { temporaryFolder } from "../../../workshop/host/files.ts";
import { describeWith } from "../../../workshop/programs/needed.ts";
import { type Postgres, postgresProgram, startPostgres } from "../../../workshop/servers/postgres.ts";
import { type Stores, storesOf } from "./stores.ts";

export type StorageConfig = Omit<Config["storage"], "encryptionKey">;
export type Value = string | number | Uint8Array | null;
export type Row = Readonly<Record<string, Value>>;

export interface TestDatabase {
  readonly config: StorageConfig;
  /** The SQL of each step of its schema. */
  readonly migrations: readonly string[];
  /** Opens it as a host does. The store is closed with the test. */
  open(): Promise<Stores>;
  /** Runs statements. */
  execute(sql: string): Promise<void>;
  insert(table: string, row: Row): Promise<void>;
  rows(table: string): Promise<readonly Row[]>;
  /** Every column, by its table, with its type in the database's own words. */
  columns(): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>>;
  /** Everything that makes up the schema, in an order that stays. */
  schema(): Promise<unknown>;
}

/** Runs the tests over SQLite, and over PostgreSQL where there is one. */
export function describeDatabases(tests: (create: () => Promise<TestDatabase>) => void): void {
  describe("SQLite", () => tests(async () => sqliteDatabase(join(temporaryFolder(), "db.sqlite3"))));
  describeWith(postgresProgram, "PostgreSQL", () => {
    let server: Postgres;
    beforeAll(async () => {
      server = await startPostgres();
    }, 60_000);
    afterAll(() => server?.end(), 60_000);
    tests(async () => postgresDatabase({ local: null, postgres: await server.createDatabase() }));
  });
}

async function openFor(config: StorageConfig): Promise<Stores> {
  const store = storesOf(await openDatabase({ ...config, encryptionKey: "" }));
  let closing: Promise<void> | undefined;
  const { close } = store;
  store.close = () => (closing ??= close());
  onTestFinished(() => store.close());
  return store;
}

function sqliteDatabase(path: string): TestDatabase {
  const config = { local: { path }, postgres: null };
  const database = new DatabaseSync(path, { timeout: 5000 });
  onTestFinished(() => database.close());
  return {
    config,
    migrations: sqliteMigrations,
    open: () => openFor(config),
    execute: async (sql) => database.exec(sql),
    async insert(table, row) {
      const marks = Object.keys(row).map(() => "?");
      const sql = `INSERT INTO ${table} (${names(row)}) VALUES (${marks})`;
      database.prepare(sql).run(...(Object.values(row) as SQLInputValue[]));
    },
    rows: async (table) => database.prepare(`SELECT * FROM ${table}`).all() as unknown as Row[],
    async columns() {
      const sql = `SELECT t.name AS "table", c.name, c.type FROM sqlite_schema t, pragma_table_info(t.name) c
        WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY 1, c.cid`;
      return grouped(database.prepare(sql).all() as unknown as ColumnRow[]);
    },
    schema: async () => database.prepare("SELECT type, name, sql FROM sqlite_schema ORDER BY type, name").all(),
  };
}

function postgresDatabase(config: StorageConfig): TestDatabase {
  const { host, port, database: name, username } = config.postgres!;
  const database = new PostgresDatabase({ host, port, database: name, user: username, max: 1 });
  // Rows as they are, by the names of their columns.
  const pool = new Pool({ host, port, database: name, user: username, max: 1, types: numberTypes });
  onTestFinished(async () => {
    await database.close();
    await pool.end();
  });
  return {
    config,
    migrations: postgresMigrations,
    open: () => openFor(config),
    async execute(sql) {
      await database.changes(sql);
    },
    async insert(table, row) {
      const marks = Object.keys(row).map((_, index) => `$${index + 1}`);
      await database.changes(`INSERT INTO ${table} (${names(row)}) VALUES (${marks})`, ...Object.values(row));
    },
    rows: async (table) => (await pool.query<Row>(`SELECT * FROM ${table}`)).rows,
    async columns() {
      const sql = `SELECT table_name AS "table", column_name AS name, data_type AS type FROM information_schema.columns
        WHERE table_schema = 'public' ORDER BY table_name, ordinal_position`;
      return grouped(await database.rows<ColumnRow>(sql));
    },
    async schema() {
      const columns = `SELECT table_name, column_name, data_type, is_nullable, column_default, is_identity
        FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2`;
      const constraints = `SELECT conrelid::regclass::text AS "table", conname, pg_get_constraintdef(oid) AS definition
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2`;
      const indexes = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1";
      const triggers = `SELECT tgrelid::regclass::text AS "table", tgname, pg_get_triggerdef(oid) AS definition
        FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2`;
      const functions = `SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1`;
      return Promise.all([columns, constraints, indexes, triggers, functions].map((sql) => database.rows(sql)));
    },
  };
}

function names(row: Row): string {
  return Object.keys(row)
    .map((name) => `"${name}"`)
    .join(", ");
}

interface ColumnRow {
  readonly table: string;
  readonly name: string;
  readonly type: string;
}

function grouped(rows: readonly ColumnRow[]): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const tables = new Map<string, Map<string, string>>();
  for (const { table, name, type } of rows)
    tables.set(table, (tables.get(table) ?? new Map<string, string>()).set(name, type));
  return tables;
}
