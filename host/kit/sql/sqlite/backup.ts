// Copies the SQLite database while hosts use it.
import { existsSync, renameSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { HostError } from "../../errors.ts";
import { checkSqliteOwner } from "../ownership.ts";
import { busyTimeout, sqliteProblem } from "./locked.ts";

/**
 * Writes a copy of `database` as of one moment into the new file `copy`, which only its owner can read and which is there
 * wholly or not at all. Throws HostError "storage".
 */
export function backUp(database: string, copy: string): void {
  if (existsSync(copy)) throw new HostError("storage", `${copy} exists already; name a new file`);
  checkSqliteOwner(database);
  const unfinished = `${copy}.unfinished`;
  const umask = process.umask(0o077);
  let source: DatabaseSync | undefined;
  try {
    rmSync(unfinished, { force: true });
    source = new DatabaseSync(database, { readOnly: true, timeout: busyTimeout });
    source.prepare("VACUUM INTO ?").run(unfinished);
    renameSync(unfinished, copy);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw new HostError("storage", `cannot back up ${sqliteProblem(database, error as Error)}`, { cause: error });
  } finally {
    source?.close();
    process.umask(umask);
  }
}
