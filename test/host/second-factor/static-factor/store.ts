// Who has switched their code on, and when. The host's own tables come of migrations; this one is made where it is missing.
import type { Database } from "../../../../host/kit/sql/queries.ts";

export class StaticCodeStore {
  readonly #database: Database;
  #ready: Promise<unknown> | undefined;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Seconds since the epoch; undefined when the user has not switched theirs on. */
  async since(username: string): Promise<number | undefined> {
    await this.#table();
    const select = "SELECT since FROM static_codes WHERE username = $1";
    return (await this.#database.rows<{ since: number }>(select, username))[0]?.since;
  }

  async add(username: string, since: number): Promise<void> {
    await this.#table();
    const insert = "INSERT INTO static_codes (username, since) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    await this.#database.changes(insert, username, since);
  }

  async remove(username: string): Promise<boolean> {
    await this.#table();
    return (await this.#database.changes("DELETE FROM static_codes WHERE username = $1", username)) > 0;
  }

  async #table(): Promise<void> {
    const create = "CREATE TABLE IF NOT EXISTS static_codes (username TEXT PRIMARY KEY, since BIGINT NOT NULL)";
    this.#ready ??= this.#database.changes(create);
    await this.#ready;
  }
}
