// One-time codes and elevated sessions in SQLite.
import type { DatabaseSync } from "node:sqlite";
import type { ElevationStore, StoredOneTimeCode } from "../elevation-store.ts";
import { inTransaction } from "./transaction.ts";

export class SqliteElevation implements ElevationStore {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  async addCode({ revocation, sid, username, hash, tries, expiresAt, forgetAt }: StoredOneTimeCode): Promise<void> {
    inTransaction(this.#database, () => {
      this.#database.prepare("UPDATE one_time_codes SET hash = NULL WHERE sid = ?").run(sid);
      this.#database
        .prepare(
          `INSERT INTO one_time_codes (revocation, sid, username, hash, tries, expires_at, forget_at)
           VALUES (?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(revocation, sid, username, hash, tries, expiresAt, forgetAt);
    });
  }

  async hasCode(sid: string, now: number): Promise<boolean> {
    const select = "SELECT 1 FROM one_time_codes WHERE sid = ? AND hash IS NOT NULL AND tries > 0 AND expires_at > ?";
    return this.#database.prepare(select).get(sid, now) !== undefined;
  }

  async takeTry(sid: string, now: number): Promise<Uint8Array | undefined> {
    const row = this.#database
      .prepare(
        `UPDATE one_time_codes SET tries = tries - 1
         WHERE sid = ? AND hash IS NOT NULL AND tries > 0 AND expires_at > ? RETURNING hash`,
      )
      .get(sid, now);
    return (row as { hash: Uint8Array } | undefined)?.hash;
  }

  async useCode(sid: string, hash: Uint8Array): Promise<boolean> {
    const update = "UPDATE one_time_codes SET hash = NULL WHERE sid = ? AND hash = ?";
    return this.#database.prepare(update).run(sid, hash).changes > 0;
  }

  async revokeCode(revocation: Uint8Array, now: number): Promise<string | undefined> {
    const row = this.#database
      .prepare("DELETE FROM one_time_codes WHERE revocation = ? AND forget_at > ? RETURNING username")
      .get(revocation, now);
    return (row as { username: string } | undefined)?.username;
  }

  async codeOwner(revocation: Uint8Array, now: number): Promise<string | undefined> {
    const row = this.#database
      .prepare("SELECT username FROM one_time_codes WHERE revocation = ? AND forget_at > ?")
      .get(revocation, now);
    return (row as { username: string } | undefined)?.username;
  }

  async elevate(sid: string, until: number): Promise<void> {
    this.#database.prepare("INSERT OR REPLACE INTO elevated_sessions (sid, expires_at) VALUES (?, ?)").run(sid, until);
  }

  async isElevated(sid: string, now: number): Promise<boolean> {
    const select = "SELECT 1 FROM elevated_sessions WHERE sid = ? AND expires_at > ?";
    return this.#database.prepare(select).get(sid, now) !== undefined;
  }

  async removeExpired(now: number): Promise<void> {
    this.#database.prepare("DELETE FROM one_time_codes WHERE forget_at <= ?").run(now);
    this.#database.prepare("DELETE FROM elevated_sessions WHERE expires_at <= ?").run(now);
  }
}
