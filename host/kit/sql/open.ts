// Opens the database that the config names.
import type { StorageConfig } from "./config.ts";
import type { Database } from "./queries.ts";
import { openSqlite } from "./sqlite/open.ts";

/** At the current schema. Throws HostError "storage". */
export async function openDatabase({ local, postgres }: StorageConfig): Promise<Database> {
  if (!postgres) return openSqlite(local!.path);
  // What only who has a PostgreSQL server has to load.
  const { openPostgres } = await import("./postgres/open.ts");
  return openPostgres(postgres);
}
