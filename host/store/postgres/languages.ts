// Users' languages in PostgreSQL.
import type { LanguageStore } from "../language-store.ts";
import type { PostgresDatabase } from "./database.ts";

export class PostgresLanguages implements LanguageStore {
  readonly #database: PostgresDatabase;

  constructor(database: PostgresDatabase) {
    this.#database = database;
  }

  async of(username: string): Promise<string | undefined> {
    const select = "SELECT language FROM languages WHERE username = $1";
    return (await this.#database.rows<{ language: string }>(select, username))[0]?.language;
  }

  async note(username: string, language: string, replace: boolean): Promise<void> {
    const before = await this.of(username);
    if (before === language || (before !== undefined && !replace)) return;
    await this.#database.changes(
      `INSERT INTO languages (username, language) VALUES ($1, $2)
       ON CONFLICT (username) DO UPDATE SET language = excluded.language WHERE $3::boolean`,
      username,
      language,
      replace,
    );
  }

  async remove(username: string): Promise<void> {
    await this.#database.changes("DELETE FROM languages WHERE username = $1", username);
  }
}
