// Users' languages in SQLite.
import type { DatabaseSync } from "node:sqlite";
import type { LanguageStore } from "../language-store.ts";

export class SqliteLanguages implements LanguageStore {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  async of(username: string): Promise<string | undefined> {
    const row = this.#database.prepare("SELECT language FROM languages WHERE username = ?").get(username);
    return (row as { language: string } | undefined)?.language;
  }

  async note(username: string, language: string, replace: boolean): Promise<void> {
    const before = await this.of(username);
    if (before === language || (before !== undefined && !replace)) return;
    this.#database
      .prepare(
        `INSERT INTO languages (username, language) VALUES (?1, ?2)
         ON CONFLICT (username) DO UPDATE SET language = ?2 WHERE ?3`,
      )
      .run(username, language, replace ? 1 : 0);
  }

  async remove(username: string): Promise<void> {
    this.#database.prepare("DELETE FROM languages WHERE username = ?").run(username);
  }
}
