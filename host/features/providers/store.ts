// Logins with providers, on which sessions rest, and the log-outs that providers have told of. All times are integer seconds.
import type { Queries } from "../../kit/sql/queries.ts";
import { removeGradually } from "../../kit/sql/remove-gradually.ts";
import { insertion, type RowOf } from "../../kit/sql/rows.ts";
import { Store } from "../../kit/sql/store.ts";

export interface ProviderLogin {
  /** As in StoredSession. */
  readonly id: string;
  readonly provider: string;
  readonly issuer: string;
  readonly subject: string;
  /** The name of the session at the provider, where it has told one. */
  readonly providerSid: string | null;
  readonly username: string;
  /** Sealed. */
  readonly idToken: Uint8Array | null;
  /** Sealed. */
  readonly refreshToken: Uint8Array | null;
  /** When the provider is to be asked next; null: never. */
  readonly refreshAt: number | null;
  /** Since when the provider has given no answer about it. */
  readonly silentSince: number | null;
  readonly ended: boolean;
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** A log-out that a provider has told of: of a session, or of all of a subject's. */
export interface ProviderLogout {
  readonly provider: string;
  /** Of the token that told it: none counts twice. */
  readonly jti: string;
  readonly providerSid: string | null;
  readonly subject: string | null;
  /** When the token was issued. */
  readonly at: number;
  readonly forgetAt: number;
}

type LoginRow = RowOf<ProviderLogin>;

/** Log-outs of one provider, beyond which those are not kept that nothing proves. */
const mostUnproven = 1000;

export class ProviderLoginStore extends Store {
  /** Keeps a login. False, and nothing kept, when it is known, or the provider has told of its log-out already. */
  async add(login: ProviderLogin): Promise<boolean> {
    const { provider, subject, providerSid, createdAt } = login;
    return this.locked(`logins of ${provider}`, async (queries) => {
      const [out] = await queries.rows(
        `SELECT 1 AS found FROM provider_logouts WHERE provider = $1
         AND (provider_sid = $2 OR (provider_sid IS NULL AND subject = $3 AND at >= $4)) LIMIT 1`,
        ...[provider, providerSid ?? "", subject, createdAt],
      );
      if (out) return false;
      return (await queries.changes(...insertion("provider_logins", login, "ON CONFLICT DO NOTHING"))) > 0;
    });
  }

  async find(id: string): Promise<ProviderLogin | undefined> {
    const row = await this.row<LoginRow>("SELECT * FROM provider_logins WHERE id = $1", id);
    return row && { ...row, ended: row.ended === 1 };
  }

  /**
   * Notes a log-out, and the end of the logins that it is about. Returns them; undefined, and nothing done, when its token was taken
   * before. `isProven`: whether it is by a token that the provider has signed, and not by a request that anybody may send: then it is kept only
   * while there are few.
   */
  async logOut(
    logout: ProviderLogout,
    isProven = true,
  ): Promise<readonly Pick<ProviderLogin, "id" | "username">[] | undefined> {
    const { provider, providerSid, subject } = logout;
    return this.locked(`logins of ${provider}`, async (queries) => {
      if (isProven || !(await this.#hasMany(queries, provider))) {
        const kept = await queries.changes(...insertion("provider_logouts", logout, "ON CONFLICT DO NOTHING"));
        if (kept === 0) return undefined;
      }
      const about = Object.entries({ provider, provider_sid: providerSid, subject }).filter(
        ([, value]) => value !== null,
      );
      const conditions = about.map(([column], index) => `${column} = $${index + 1}`);
      return queries.returning<Pick<ProviderLogin, "id" | "username">>(
        `UPDATE provider_logins SET ended = 1, id_token = NULL, refresh_token = NULL WHERE ${conditions.join(" AND ")}
         RETURNING id, username`,
        ...about.map(([, value]) => value),
      );
    });
  }

  async #hasMany(queries: Queries, provider: string): Promise<boolean> {
    const select = "SELECT count(*) AS count FROM provider_logouts WHERE provider = $1";
    return (await queries.rows<{ count: number }>(select, provider))[0]!.count >= mostUnproven;
  }

  /** Every login that is kept, in the order of their beginning. */
  async all(): Promise<readonly ProviderLogin[]> {
    const rows = await this.database.rows<LoginRow>("SELECT * FROM provider_logins ORDER BY created_at, id");
    return rows.map((row) => ({ ...row, ended: row.ended === 1 }));
  }

  /** Notes the end of a login, whose tokens nobody needs any more. */
  async end(id: string): Promise<void> {
    await this.changed("UPDATE provider_logins SET ended = 1, id_token = NULL, refresh_token = NULL WHERE id = $1", id);
  }

  /**
   * Takes the turn to ask the provider about a login that is due at `now`; nobody else has one before `next`. False when somebody else was
   * quicker: a refresh token that is sent twice would end the login.
   */
  async takeTurn(id: string, now: number, next: number): Promise<boolean> {
    const update = "UPDATE provider_logins SET refresh_at = $3 WHERE id = $1 AND ended = 0 AND refresh_at <= $2";
    return this.changed(update, id, now, next);
  }

  /** Keeps the tokens that a provider has given anew. */
  async noteRefresh(id: string, refreshToken: Uint8Array, idToken: Uint8Array | null): Promise<void> {
    await this.changed(
      "UPDATE provider_logins SET refresh_token = $2, id_token = coalesce($3, id_token), silent_since = NULL WHERE id = $1",
      ...[id, refreshToken, idToken],
    );
  }

  /** Notes that the provider has given no answer at `now`, and when it is asked again. Returns since when that is so. */
  async noteSilence(id: string, now: number, next: number): Promise<number> {
    const [row] = await this.database.returning<{ since: number }>(
      `UPDATE provider_logins SET silent_since = coalesce(silent_since, $2), refresh_at = $3 WHERE id = $1
       RETURNING silent_since AS since`,
      ...[id, now, next],
    );
    return row?.since ?? now;
  }

  async removeExpired(now: number): Promise<void> {
    const ended = { table: "provider_logins", key: "id", condition: "expires_at <= $1", order: "expires_at" };
    await removeGradually(this.database, ended, now);
    await this.changed("DELETE FROM provider_logouts WHERE forget_at <= $1", now);
    await this.changed("DELETE FROM provider_invitations WHERE expires_at <= $1", now);
  }

  /** Keeps an invitation, by its hash. */
  async invite(hash: Uint8Array, provider: string, createdAt: number, expiresAt: number): Promise<void> {
    await this.changed(...insertion("provider_invitations", { hash, provider, createdAt, expiresAt }));
  }

  /** Uses an invitation up. False when there is none that is good at `now`. */
  async takeInvitation(hash: Uint8Array, provider: string, now: number): Promise<boolean> {
    const remove = "DELETE FROM provider_invitations WHERE hash = $1 AND provider = $2 AND expires_at > $3";
    return this.changed(remove, hash, provider, now);
  }
}
