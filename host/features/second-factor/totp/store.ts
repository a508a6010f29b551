// Authenticator apps, and those that are being set up. All times are integer seconds; every method is atomic.
import { insertion, replacement } from "../../../kit/sql/rows.ts";
import { Store } from "../../../kit/sql/store.ts";
import { holdSession } from "../../../session/hold.ts";

export type TotpAlgorithm = "SHA1" | "SHA256" | "SHA512";

/** The authenticator app of a user (RFC 6238). It keeps the parameters that it was set up with. */
export interface StoredTotp {
  readonly username: string;
  /** Encrypted. */
  readonly secret: Uint8Array;
  readonly algorithm: TotpAlgorithm;
  readonly digits: number;
  /** Seconds. */
  readonly period: number;
  readonly createdAt: number;
  /** The time step of the latest code that was accepted: no code of it or of an earlier one counts again. */
  readonly lastStep: number;
  readonly lastUsedAt: number;
}

/** A secret that was shown to a browser and waits for its first code. */
export interface TotpEnrolment {
  /** The session that it was shown to. */
  readonly sid: string;
  readonly username: string;
  /** Encrypted. */
  readonly secret: Uint8Array;
  readonly expiresAt: number;
}

export class TotpStore extends Store {
  async of(username: string): Promise<StoredTotp | undefined> {
    return this.row<StoredTotp>("SELECT * FROM totp WHERE username = $1", username);
  }

  /** Sets a user's authenticator app in place of the one before, and forgets the enrolment of `sid`. False when that is gone, or the session. */
  async confirm(totp: StoredTotp, sid: string): Promise<boolean> {
    return this.database.transaction(async (queries) => {
      if (!(await holdSession(queries, sid))) return false;
      if ((await queries.changes("DELETE FROM totp_enrolments WHERE sid = $1", sid)) === 0) return false;
      await queries.changes(...replacement("totp", "username", totp));
      return true;
    });
  }

  /** Adds an authenticator app that was set up elsewhere. False when its user has one. */
  async add(totp: StoredTotp): Promise<boolean> {
    return this.changed(...insertion("totp", totp, "ON CONFLICT DO NOTHING"));
  }

  /** Notes the time step of an accepted code. False when the app was changed or a code of this step or a later one came first. */
  async use({ username, secret }: StoredTotp, step: number, at: number): Promise<boolean> {
    return this.changed(
      "UPDATE totp SET last_step = $1, last_used_at = $2 WHERE username = $3 AND secret = $4 AND last_step < $1",
      ...[step, at, username, secret],
    );
  }

  async remove(username: string): Promise<boolean> {
    return this.changed("DELETE FROM totp WHERE username = $1", username);
  }

  /** The enrolment of a session that is open at `now`. */
  async enrolment(sid: string, now: number): Promise<TotpEnrolment | undefined> {
    const select = "SELECT * FROM totp_enrolments WHERE sid = $1 AND expires_at > $2";
    return this.row<TotpEnrolment>(select, sid, now);
  }

  async addEnrolment(enrolment: TotpEnrolment): Promise<void> {
    await this.database.changes(...replacement("totp_enrolments", "sid", enrolment));
  }

  async removeExpired(now: number): Promise<void> {
    await this.database.changes("DELETE FROM totp_enrolments WHERE expires_at <= $1", now);
  }
}
