// Opens the store that the config names.
import type { Store } from "../../session/store.ts";
import type { StorageConfig } from "./config.ts";
import { openPostgresStore } from "./postgres/open.ts";
import { openSqliteStore } from "./sqlite/open.ts";

/** Throws HostError "storage". */
export async function openStore({ local, postgres }: StorageConfig): Promise<Store> {
  return postgres ? openPostgresStore(postgres) : openSqliteStore(local!.path);
}
