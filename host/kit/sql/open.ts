// Opens the database that the config names.
import type { StorageConfig } from "./config.ts";
import { openPostgres } from "./postgres/open.ts";
import type { Database } from "./queries.ts";
import { openSqlite } from "./sqlite/open.ts";

/** At the current schema. Throws HostError "storage". */
export async function openDatabase({ local, postgres }: StorageConfig): Promise<Database> {
  return postgres ? openPostgres(postgres) : openSqlite(local!.path);
}
