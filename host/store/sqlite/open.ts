// Opens the SQLite database file: durable, readable by its owner only, at the current schema.
import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { HostError } from "../../errors.ts";
import { checkSqliteOwner } from "../ownership.ts";
import { migrate } from "./migrations.ts";
import { SqliteStore } from "./store.ts";

/** How long a statement waits for another process to finish its transaction. Milliseconds. */
const busyTimeout = 5000;

/** Opens the file, and makes it when it is missing. Throws HostError "storage", also when it is another product's. */
export function openSqliteStore(file: string): SqliteStore {
  let database: DatabaseSync | undefined;
  try {
    checkSqliteOwner(file);
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    // SQLite gives the files it adds beside this one the same permissions.
    closeSync(openSync(file, "a", 0o600));
    database = new DatabaseSync(file, { timeout: busyTimeout });
    // FULL: what was acknowledged is on the disk, also when the machine loses power.
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON");
    migrate(database, file);
    return new SqliteStore(database);
  } catch (error) {
    database?.close();
    if (error instanceof HostError) throw error;
    throw new HostError("storage", `cannot open the database ${file}: ${(error as Error).message}`, { cause: error });
  }
}
