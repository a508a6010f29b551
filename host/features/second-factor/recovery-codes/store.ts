// Recovery codes: their hashes, and which of them were used. All times are integer seconds; every method is atomic.
import { Store } from "../../../kit/sql/store.ts";
import { holdSession } from "../../../session/hold.ts";

export interface RecoveryCodeCount {
  readonly left: number;
  readonly total: number;
  readonly createdAt: number;
}

export class RecoveryCodeStore extends Store {
  /** Replaces all recovery codes of a user, in their session `sid`. Returns how many of them had been used; undefined when that has ended. */
  async replace(username: string, hashes: readonly Uint8Array[], at: number, sid: string): Promise<number | undefined> {
    // Two replacements at once would otherwise leave the codes of both.
    return this.locked(`recovery codes of ${username}`, async (queries) => {
      const { changes } = queries;
      if (!(await holdSession(queries, sid))) return undefined;
      await changes("DELETE FROM recovery_codes WHERE username = $1 AND used = 0", username);
      const used = await changes("DELETE FROM recovery_codes WHERE username = $1", username);
      const insert = "INSERT INTO recovery_codes (username, hash, created_at, used) VALUES ($1, $2, $3, 0)";
      for (const hash of hashes) await changes(insert, username, hash, at);
      return used;
    });
  }

  /** Uses a code up. False when the user has none like it, or has used it before. */
  async use(username: string, hash: Uint8Array): Promise<boolean> {
    const update = "UPDATE recovery_codes SET used = 1 WHERE username = $1 AND hash = $2 AND used = 0";
    return this.changed(update, username, hash);
  }

  async count(username: string): Promise<RecoveryCodeCount | undefined> {
    const row = await this.row<{ total: number; left: number; createdAt: number | null }>(
      `SELECT count(*) AS total, count(*) FILTER (WHERE used = 0) AS "left", max(created_at) AS created_at
       FROM recovery_codes WHERE username = $1`,
      username,
    );
    const { total, left, createdAt } = row!;
    return total === 0 ? undefined : { left, total, createdAt: createdAt! };
  }

  async remove(username: string): Promise<void> {
    await this.database.changes("DELETE FROM recovery_codes WHERE username = $1", username);
  }
}
