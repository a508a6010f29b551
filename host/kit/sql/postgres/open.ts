// Opens the PostgreSQL database at the current schema.
import { randomBytes } from "node:crypto";
import type { ConnectionOptions } from "node:tls";
import { HostError } from "../../errors.ts";
import { checkPostgresOwner } from "../ownership.ts";
import { PostgresChanges } from "./changes.ts";
import { PostgresDatabase } from "./database.ts";
import { migrate } from "./migrations.ts";

export interface PostgresSettings {
  /** A host name or address, or the folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly username: string;
  readonly password: string | undefined;
  /** null: not encrypted. */
  readonly tls: ConnectionOptions | null;
  /** Connections at most, beside the one that listens. */
  readonly poolSize: number;
  /** For a connection and for a statement. Seconds. */
  readonly timeout: number;
}

/** Connects and brings the database to the current schema. Throws HostError "storage", also when it is another product's. */
export async function openPostgres(settings: PostgresSettings): Promise<PostgresDatabase> {
  const { host, port, username, poolSize } = settings;
  const timeout = settings.timeout * 1000;
  const self = `zerohop-${randomBytes(8).toString("hex")}`;
  const connection = {
    ...{ host, port, user: username, database: settings.database, password: settings.password },
    ...{ ssl: settings.tls ?? false, application_name: self, keepAlive: true, connectionTimeoutMillis: timeout },
    // The server stops a statement itself; the client does not wait longer for one that is silent.
    ...{ statement_timeout: timeout, lock_timeout: timeout, query_timeout: timeout + 1000 },
    idle_in_transaction_session_timeout: timeout + 1000,
  };
  const changes = new PostgresChanges(connection, self);
  const database = new PostgresDatabase({ ...connection, max: poolSize }, changes);
  try {
    await checkPostgresOwner((sql) => database.rows(sql), settings.database);
    await migrate(database);
    await changes.open();
    return database;
  } catch (error) {
    await database.close();
    if (error instanceof HostError) throw error;
    const where = `${settings.database} at ${host}:${port}`;
    throw new HostError("storage", `cannot open the database ${where}: ${(error as Error).message}`, { cause: error });
  }
}
