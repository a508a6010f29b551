// The language in which users are written to: the one that they last used the portal in, from a place that is known to be theirs.
import { insertion, replacement } from "../../kit/sql/rows.ts";
import { Store } from "../../kit/sql/store.ts";

export class LanguageStore extends Store {
  async of(username: string): Promise<string | undefined> {
    const select = "SELECT language FROM languages WHERE username = $1";
    return (await this.row<{ language: string }>(select, username))?.language;
  }

  /** Notes a language (RFC 5646); one that is known already stays unless it is to be replaced. */
  async note(username: string, language: string, replace: boolean): Promise<void> {
    const before = await this.of(username);
    if (before === language || (before !== undefined && !replace)) return;
    const row = { username, language };
    const statement = replace
      ? replacement("languages", "username", row)
      : insertion("languages", row, "ON CONFLICT DO NOTHING");
    await this.database.changes(...statement);
  }

  async remove(username: string): Promise<void> {
    await this.database.changes("DELETE FROM languages WHERE username = $1", username);
  }
}
