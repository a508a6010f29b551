// A database that another process or connection keeps locked for writing, as a backup script or an operator's transaction does.
import { DatabaseSync } from "node:sqlite";
import { Client } from "pg";
import { onTestFinished } from "vitest";
import type { Postgres } from "./postgres.ts";

/** Lets go of the lock. It goes with the test as well. */
export type Unlock = () => Promise<void>;

type PostgresSettings = Awaited<ReturnType<Postgres["createDatabase"]>>;

/** Locks the whole file. */
export async function lockSqlite(file: string): Promise<Unlock> {
  const database = new DatabaseSync(file, { timeout: 5000 });
  onTestFinished(() => database.close());
  database.exec("BEGIN IMMEDIATE");
  return async () => database.exec("COMMIT");
}

/** Locks every table. */
export async function lockPostgres({ host, port, database, username }: PostgresSettings): Promise<Unlock> {
  const client = new Client({ host, port, database, user: username });
  await client.connect();
  onTestFinished(() => client.end());
  await client.query("BEGIN");
  const { rows } = await client.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'");
  await client.query(`LOCK TABLE ${rows.map(({ tablename }) => tablename).join(", ")} IN EXCLUSIVE MODE`);
  return async () => {
    await client.query("COMMIT");
  };
}

/** `storage.postgres` of a config for this database, in place of SQLite's file. */
export function onPostgres(text: string, { port, database, username }: PostgresSettings): string {
  const place = `address: 127.0.0.1:${port}, database: ${database}, username: ${username}`;
  return text.replace("local:\n    path: db.sqlite3", `postgres: { ${place}, timeout: 2s, tls: { disable: true } }`);
}
