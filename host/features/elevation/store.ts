// One-time codes that were sent by e-mail, and the sessions that rose by one for a while. Times are integer seconds; every
// method is atomic, as in store.ts.
import { insertion, replacement } from "../../kit/sql/rows.ts";
import { Store } from "../../kit/sql/store.ts";

export interface StoredOneTimeCode {
  /** Hash of what the e-mail's link says to take the code back. It names the code. */
  readonly revocation: Uint8Array;
  /** The session that asked for it, and alone can use it. */
  readonly sid: string;
  readonly username: string;
  /** Keyed hash. */
  readonly hash: Uint8Array;
  /** Tries that are left. */
  readonly tries: number;
  readonly expiresAt: number;
  /** Until then it can be taken back, used or not. */
  readonly forgetAt: number;
}

export class ElevationStore extends Store {
  /** Adds a code; those that the session had before are void. */
  async addCode(code: StoredOneTimeCode): Promise<void> {
    // Two codes at once would otherwise both be good.
    await this.locked(`one-time codes of ${code.sid}`, async (queries) => {
      await queries.changes("UPDATE one_time_codes SET hash = NULL WHERE sid = $1", code.sid);
      await queries.changes(...insertion("one_time_codes", code));
    });
  }

  /** Whether a session has a code that can be used at `now`. */
  async hasCode(sid: string, now: number): Promise<boolean> {
    const select = "SELECT 1 FROM one_time_codes WHERE sid = $1 AND hash IS NOT NULL AND tries > 0 AND expires_at > $2";
    return (await this.database.rows(select, sid, now)).length > 0;
  }

  /** Takes one of the tries of a session's code, and returns the hash to compare with. Undefined when there is none left. */
  async takeTry(sid: string, now: number): Promise<Uint8Array | undefined> {
    const [row] = await this.database.returning<{ hash: Uint8Array }>(
      `UPDATE one_time_codes SET tries = tries - 1
       WHERE sid = $1 AND hash IS NOT NULL AND tries > 0 AND expires_at > $2 RETURNING hash`,
      sid,
      now,
    );
    return row?.hash;
  }

  /** Uses a code up. False when somebody else has, or it is void. */
  async useCode(sid: string, hash: Uint8Array): Promise<boolean> {
    const update = "UPDATE one_time_codes SET hash = NULL WHERE sid = $1 AND hash = $2";
    return this.changed(update, sid, hash);
  }

  /** Takes a code back. Returns whose it was; undefined when there is no such code. */
  async revokeCode(revocation: Uint8Array, now: number): Promise<string | undefined> {
    const remove = "DELETE FROM one_time_codes WHERE revocation = $1 AND forget_at > $2 RETURNING username";
    const [row] = await this.database.returning<{ username: string }>(remove, revocation, now);
    return row?.username;
  }

  /** Whose code can be taken back so; it stays as it is. */
  async codeOwner(revocation: Uint8Array, now: number): Promise<string | undefined> {
    const select = "SELECT username FROM one_time_codes WHERE revocation = $1 AND forget_at > $2";
    const row = await this.row<{ username: string }>(select, revocation, now);
    return row?.username;
  }

  /** Lets a session change factors until a time. */
  async elevate(sid: string, until: number): Promise<void> {
    await this.database.changes(...replacement("elevated_sessions", "sid", { sid, expiresAt: until }));
  }

  async isElevated(sid: string, now: number): Promise<boolean> {
    const select = "SELECT 1 FROM elevated_sessions WHERE sid = $1 AND expires_at > $2";
    return (await this.database.rows(select, sid, now)).length > 0;
  }

  async removeExpired(now: number): Promise<void> {
    await this.database.changes("DELETE FROM one_time_codes WHERE forget_at <= $1", now);
    await this.database.changes("DELETE FROM elevated_sessions WHERE expires_at <= $1", now);
  }
}
