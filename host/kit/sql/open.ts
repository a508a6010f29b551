// Opens the store that the config names.
import type { Config } from "../../app/config/config.ts";
import type { Store } from "../../session/store.ts";
import { openPostgresStore } from "./postgres/open.ts";
import { openSqliteStore } from "./sqlite/open.ts";

/** Throws HostError "storage". */
export async function openStore({ local, postgres }: Config["storage"]): Promise<Store> {
  return postgres ? openPostgresStore(postgres) : openSqliteStore(local!.path);
}
