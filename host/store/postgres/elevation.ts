// One-time codes and elevated sessions in PostgreSQL.
import type { ElevationStore, StoredOneTimeCode } from "../elevation-store.ts";
import type { PostgresDatabase } from "./database.ts";

export class PostgresElevation implements ElevationStore {
  readonly #database: PostgresDatabase;

  constructor(database: PostgresDatabase) {
    this.#database = database;
  }

  async addCode({ revocation, sid, username, hash, tries, expiresAt, forgetAt }: StoredOneTimeCode): Promise<void> {
    await this.#database.transaction(async ({ rows, changes }) => {
      // Two codes at once would otherwise both be good.
      await rows("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", `one-time codes of ${sid}`);
      await changes("UPDATE one_time_codes SET hash = NULL WHERE sid = $1", sid);
      await changes(
        `INSERT INTO one_time_codes (revocation, sid, username, hash, tries, expires_at, forget_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)`,
        revocation,
        sid,
        username,
        hash,
        tries,
        expiresAt,
        forgetAt,
      );
    });
  }

  async hasCode(sid: string, now: number): Promise<boolean> {
    const select = "SELECT 1 FROM one_time_codes WHERE sid = $1 AND hash IS NOT NULL AND tries > 0 AND expires_at > $2";
    return (await this.#database.rows(select, sid, now)).length > 0;
  }

  async takeTry(sid: string, now: number): Promise<Uint8Array | undefined> {
    const [row] = await this.#database.rows<{ hash: Uint8Array }>(
      `UPDATE one_time_codes SET tries = tries - 1
       WHERE sid = $1 AND hash IS NOT NULL AND tries > 0 AND expires_at > $2 RETURNING hash`,
      sid,
      now,
    );
    return row?.hash;
  }

  async useCode(sid: string, hash: Uint8Array): Promise<boolean> {
    const update = "UPDATE one_time_codes SET hash = NULL WHERE sid = $1 AND hash = $2";
    return (await this.#database.changes(update, sid, hash)) > 0;
  }

  async revokeCode(revocation: Uint8Array, now: number): Promise<string | undefined> {
    const [row] = await this.#database.rows<{ username: string }>(
      "DELETE FROM one_time_codes WHERE revocation = $1 AND forget_at > $2 RETURNING username",
      revocation,
      now,
    );
    return row?.username;
  }

  async codeOwner(revocation: Uint8Array, now: number): Promise<string | undefined> {
    const [row] = await this.#database.rows<{ username: string }>(
      "SELECT username FROM one_time_codes WHERE revocation = $1 AND forget_at > $2",
      revocation,
      now,
    );
    return row?.username;
  }

  async elevate(sid: string, until: number): Promise<void> {
    await this.#database.changes(
      `INSERT INTO elevated_sessions (sid, expires_at) VALUES ($1, $2)
       ON CONFLICT (sid) DO UPDATE SET expires_at = excluded.expires_at`,
      sid,
      until,
    );
  }

  async isElevated(sid: string, now: number): Promise<boolean> {
    const select = "SELECT 1 FROM elevated_sessions WHERE sid = $1 AND expires_at > $2";
    return (await this.#database.rows(select, sid, now)).length > 0;
  }

  async removeExpired(now: number): Promise<void> {
    await this.#database.changes("DELETE FROM one_time_codes WHERE forget_at <= $1", now);
    await this.#database.changes("DELETE FROM elevated_sessions WHERE expires_at <= $1", now);
  }
}
