// The edge tokens that are good, by hash. Times are integer seconds.
import { insertion } from "../../kit/sql/rows.ts";
import { Store } from "../../kit/sql/store.ts";

export interface StoredEdgeToken {
  /** A name that says what the token is for. Several tokens may share one. */
  readonly name: string;
  readonly createdAt: number;
  /** When a gate last showed it, to the minute; null: never. */
  readonly lastUsed: number | null;
}

/** Seconds between two notes that a token is used. */
const noteInterval = 60;

export class EdgeTokenStore extends Store {
  /** When this process noted the use of a token, by its hash. */
  readonly #noted = new Map<string, number>();

  async add(token: { hash: Uint8Array; name: string; createdAt: number }): Promise<void> {
    await this.database.changes(...insertion("edge_tokens", token));
  }

  /** The token's name; undefined when it is not good. Notes that it is used, with at most one write a minute, for which nobody waits. */
  async use(hash: Uint8Array, now: number): Promise<string | undefined> {
    const select = "SELECT name, last_used FROM edge_tokens WHERE hash = $1";
    const row = await this.row<Pick<StoredEdgeToken, "name" | "lastUsed">>(select, hash);
    if (!row) return undefined;
    const token = Buffer.from(hash).toString("base64");
    const noted = Math.max(row.lastUsed ?? 0, this.#noted.get(token) ?? 0);
    if (Math.abs(now - noted) >= noteInterval) {
      this.#noted.set(token, now);
      // A gate is answered also while somebody else has the database locked; the next minute has another note.
      this.database.changes("UPDATE edge_tokens SET last_used = $1 WHERE hash = $2", now, hash).catch(() => {});
    }
    return row.name;
  }

  /** All tokens, oldest first. */
  async list(): Promise<readonly StoredEdgeToken[]> {
    const select = `SELECT name, created_at, last_used FROM edge_tokens ORDER BY created_at, name COLLATE "C"`;
    return this.database.rows<StoredEdgeToken>(select);
  }

  /** Removes all tokens of a name. Returns how many there were. */
  async remove(name: string): Promise<number> {
    return this.database.changes("DELETE FROM edge_tokens WHERE name = $1", name);
  }
}
