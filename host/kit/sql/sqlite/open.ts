// Opens the SQLite database file: durable, readable by its owner only, at the current schema.
import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { HostError } from "../../errors.ts";
import { checkSqliteOwner } from "../ownership.ts";
import { SqliteDatabase } from "./database.ts";
import { busyTimeout, sqliteProblem } from "./locked.ts";
import { migrate } from "./migrations.ts";

/** Opens the file, and makes it when it is missing. Throws HostError "storage", also when it is another product's. */
export function openSqlite(file: string): SqliteDatabase {
  let database: DatabaseSync | undefined;
  try {
    checkSqliteOwner(file);
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    // SQLite gives the files it adds beside this one the same permissions.
    closeSync(openSync(file, "a", 0o600));
    database = new DatabaseSync(file, { timeout: busyTimeout });
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    migrate(database, file);
  } catch (error) {
    if (error instanceof HostError) throw error;
    throw new HostError("storage", `cannot open the database ${sqliteProblem(file, error as Error)}`, { cause: error });
  } finally {
    database?.close();
  }
  return new SqliteDatabase(file);
}
