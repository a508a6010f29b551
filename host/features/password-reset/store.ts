// Stores what is known of forgotten passwords: the links that were sent, and how often somebody asked for one. Times are integer
// seconds; every method is atomic, as in store.ts.
import { countedUntil } from "../../kit/clock.ts";
import { insertion, replacement } from "../../kit/sql/rows.ts";
import { Store } from "../../kit/sql/store.ts";

/** A link that was sent to a user. A user has one for each browser that asked: the newest. */
export interface StoredPasswordReset {
  readonly username: string;
  /** SHA-256 of the token in the link. */
  readonly token: Uint8Array;
  /** SHA-256 of the cookie of the browser that asked for it. */
  readonly browser: Uint8Array;
  readonly createdAt: number;
  /** The user's not-before time when it was made: whatever moves that makes the link void. */
  readonly notBefore: number;
  readonly expiresAt: number;
}

/** Requests of somebody are counted; more than `most` after the time `since` are too many. */
export interface RequestCount {
  /** A keyed hash of whoever asks. */
  readonly subject: string;
  readonly most: number;
  readonly since: number;
}

/** Links of a user at once. Limits on mails keep it far below; where they do not, the oldest go. */
export const linksPerUser = 10;

export class PasswordResetStore extends Store {
  /** Keeps a link in the place of an earlier one of the same user and browser. */
  async put(reset: StoredPasswordReset): Promise<void> {
    await this.locked(`links of ${reset.username}`, async (queries) => {
      await queries.changes(...replacement("password_resets", "username, browser", reset));
      await queries.changes(
        `DELETE FROM password_resets WHERE username = $1 AND token <> $2 AND token NOT IN
           (SELECT token FROM password_resets WHERE username = $1 AND token <> $2 ORDER BY created_at DESC LIMIT $3)`,
        ...[reset.username, reset.token, linksPerUser - 1],
      );
    });
  }

  /** Keeps a link that was taken, unless the user and browser have another one meanwhile. */
  async putBack(reset: StoredPasswordReset): Promise<void> {
    await this.database.changes(...insertion("password_resets", reset, "ON CONFLICT DO NOTHING"));
  }

  /** The link with this token that is good at `now`. */
  async find(token: Uint8Array, now: number): Promise<StoredPasswordReset | undefined> {
    const select = "SELECT * FROM password_resets WHERE token = $1 AND expires_at > $2";
    return this.row<StoredPasswordReset>(select, token, now);
  }

  /** Uses a link up. False when it is not there any more: whoever else took it has it. */
  async take(token: Uint8Array): Promise<boolean> {
    return (await this.database.changes("DELETE FROM password_resets WHERE token = $1", token)) === 1;
  }

  /** Counts a request at `now` for each subject. False, and nothing counted, when there were too many of one. */
  async countRequest(counts: readonly RequestCount[], now: number): Promise<boolean> {
    return this.database.transaction(async (queries) => {
      // In one order, so that two requests with the same subjects do not wait for each other.
      for (const subject of counts.map((count) => count.subject).sort()) await queries.lock(`requests of ${subject}`);
      const select = "SELECT count(*) AS count FROM reset_requests WHERE subject = $1 AND at > $2 AND at < $3";
      for (const { subject, most, since } of counts) {
        const [row] = await queries.rows<{ count: number }>(select, subject, since, countedUntil(since, now));
        if (row!.count >= most) return false;
      }
      for (const { subject } of counts) await queries.changes(...insertion("reset_requests", { subject, at: now }));
      return true;
    });
  }

  /** Removes what is past its time, and counts from before a time. */
  async removeExpired(now: number, countedBefore: number): Promise<void> {
    await this.database.changes("DELETE FROM password_resets WHERE expires_at <= $1", now);
    await this.database.changes("DELETE FROM reset_requests WHERE at < $1", countedBefore);
  }
}
