// Which of their second factors somebody wants to be asked for first.
import { insertion, replacement } from "../../kit/sql/rows.ts";
import { Store } from "../../kit/sql/store.ts";

export const preferencesTable = "preferred_factors";

export class PreferenceStore extends Store {
  /** The name of a factor; undefined where nothing was chosen. */
  async of(username: string): Promise<string | undefined> {
    const select = `SELECT factor FROM ${preferencesTable} WHERE username = $1`;
    return (await this.row<{ factor: string }>(select, username))?.factor;
  }

  async choose(username: string, factor: string): Promise<void> {
    await this.database.changes(...replacement(preferencesTable, "username", { username, factor }));
  }

  /** False where something was chosen before, which stays. */
  async add(username: string, factor: string): Promise<boolean> {
    return this.changed(...insertion(preferencesTable, { username, factor }, "ON CONFLICT DO NOTHING"));
  }
}
