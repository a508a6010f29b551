// Edge tokens in SQLite.
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { EdgeTokenStore, StoredEdgeToken } from "../edge-token-store.ts";

/** Seconds between two notes that a token is used. */
const noteInterval = 60;

export class SqliteEdgeTokens implements EdgeTokenStore {
  readonly #add: StatementSync;
  readonly #find: StatementSync;
  readonly #note: StatementSync;
  readonly #list: StatementSync;
  readonly #remove: StatementSync;

  constructor(database: DatabaseSync) {
    this.#add = database.prepare("INSERT INTO edge_tokens (hash, name, created_at) VALUES (?, ?, ?)");
    this.#find = database.prepare("SELECT last_used FROM edge_tokens WHERE hash = ?");
    this.#note = database.prepare("UPDATE edge_tokens SET last_used = ? WHERE hash = ?");
    this.#list = database.prepare("SELECT name, created_at, last_used FROM edge_tokens ORDER BY created_at, name");
    this.#remove = database.prepare("DELETE FROM edge_tokens WHERE name = ?");
  }

  async add({ hash, name, createdAt }: { hash: Uint8Array; name: string; createdAt: number }): Promise<void> {
    this.#add.run(hash, name, createdAt);
  }

  async use(hash: Uint8Array, now: number): Promise<boolean> {
    const row = this.#find.get(hash) as { last_used: number | null } | undefined;
    if (!row) return false;
    if (row.last_used === null || Math.abs(now - row.last_used) >= noteInterval) this.#note.run(now, hash);
    return true;
  }

  async list(): Promise<readonly StoredEdgeToken[]> {
    const rows = this.#list.all() as { name: string; created_at: number; last_used: number | null }[];
    return rows.map((row) => ({ name: row.name, createdAt: row.created_at, lastUsed: row.last_used }));
  }

  async remove(name: string): Promise<number> {
    return Number(this.#remove.run(name).changes);
  }
}
