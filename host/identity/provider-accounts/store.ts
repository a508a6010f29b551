// Accounts of people who sign in with a provider, and who they are there. One person is a provider, its issuer and a subject; the name of
// their account is given once and stays.
import type { Queries } from "../../kit/sql/queries.ts";
import { insertion, type RowOf } from "../../kit/sql/rows.ts";
import { Store } from "../../kit/sql/store.ts";

export interface ProviderAccount {
  readonly username: string;
  /** The id of the provider whose word counts about the rest. */
  readonly provider: string;
  readonly displayName: string | null;
  readonly email: string | null;
  readonly groups: readonly string[];
  readonly disabled: boolean;
  /** Seconds since the epoch, as are all times here. */
  readonly createdAt: number;
}

/** Somebody at a provider, and the user that they are here: one with an account of the provider's making, or one of another source. */
export interface ProviderIdentity {
  readonly provider: string;
  readonly issuer: string;
  readonly subject: string;
  readonly username: string;
  readonly createdAt: number;
  readonly lastLogin: number;
}

export type IdentityKey = Pick<ProviderIdentity, "provider" | "issuer" | "subject">;

export type ProviderProfile = Pick<ProviderAccount, "displayName" | "email" | "groups">;

/**
 * What applications may take for one name: of any case, of characters that look alike and are compatible (Unicode Standard Annex #15, NFKC), with
 * and without those that are not seen. People choose what they are called at some providers.
 */
export function folded(username: string): string {
  return username
    .normalize("NFKC")
    .replace(/\p{Default_Ignorable_Code_Point}/gu, "")
    .toLowerCase();
}

const ofIdentity = "provider = $1 AND issuer = $2 AND subject = $3";

export class ProviderAccountStore extends Store {
  async identity({ provider, issuer, subject }: IdentityKey): Promise<ProviderIdentity | undefined> {
    return this.row<ProviderIdentity>(
      `SELECT * FROM provider_identities WHERE ${ofIdentity}`,
      provider,
      issuer,
      subject,
    );
  }

  async account(username: string): Promise<ProviderAccount | undefined> {
    const row = await this.row<RowOf<ProviderAccount>>("SELECT * FROM provider_accounts WHERE username = $1", username);
    return row && accountFrom(row);
  }

  /** All accounts, by name. */
  async accounts(): Promise<readonly ProviderAccount[]> {
    const select = 'SELECT * FROM provider_accounts ORDER BY username COLLATE "C"';
    return (await this.database.rows<RowOf<ProviderAccount>>(select)).map(accountFrom);
  }

  async hasAccounts(): Promise<boolean> {
    return (await this.row("SELECT 1 AS found FROM provider_accounts LIMIT 1")) !== undefined;
  }

  /** Who a user is at providers, the first linked first. */
  async identitiesOf(username: string): Promise<readonly ProviderIdentity[]> {
    const select = "SELECT * FROM provider_identities WHERE username = $1 ORDER BY created_at, provider, subject";
    return this.database.rows<ProviderIdentity>(select, username);
  }

  /**
   * Makes an account for somebody who has none, under the first of the names that nobody has, however it is spelled. Returns it; the one that
   * they have when another host was quicker; undefined when every name is taken.
   */
  async create(
    key: IdentityKey,
    names: readonly string[],
    profile: ProviderProfile,
    now: number,
  ): Promise<string | undefined> {
    return this.locked("provider accounts", async (queries) => {
      const { provider, issuer, subject } = key;
      const select = `SELECT username FROM provider_identities WHERE ${ofIdentity}`;
      const [known] = await queries.rows<{ username: string }>(select, provider, issuer, subject);
      if (known) return known.username;
      for (const username of names) {
        const nameKey = folded(username);
        const account = { username, nameKey, provider, ...profile, disabled: false, createdAt: now };
        if ((await queries.changes(...insertion("provider_accounts", account, "ON CONFLICT DO NOTHING"))) === 0)
          continue;
        await queries.changes(
          ...insertion("provider_identities", { ...key, username, createdAt: now, lastLogin: now }),
        );
        return username;
      }
      return undefined;
    });
  }

  /**
   * Whether anything is kept here under a user name: an account, however it is spelled, or of a session, an earlier account, or in further
   * tables of users.
   */
  async isNameUsed(username: string, further: readonly string[]): Promise<boolean> {
    const tables = ["sessions", "not_before", "provider_identities", ...further];
    const selects = [
      "SELECT 1 AS found FROM provider_accounts WHERE name_key = $2",
      ...tables.map((table) => `SELECT 1 AS found FROM ${table} WHERE username = $1`),
    ];
    const select = `SELECT found FROM (${selects.join(" UNION ALL ")}) AS places LIMIT 1`;
    return (await this.row(select, username, folded(username))) !== undefined;
  }

  /** Makes somebody at a provider a user that there is, if what it is done for stands. False when it does not, or they are one already. */
  async link(
    key: IdentityKey,
    username: string,
    now: number,
    stands: (queries: Queries) => Promise<boolean>,
  ): Promise<boolean> {
    const identity = { ...key, username, createdAt: now, lastLogin: now };
    return this.database.transaction(async (queries) => {
      if (!(await stands(queries))) return false;
      return (await queries.changes(...insertion("provider_identities", identity, "ON CONFLICT DO NOTHING"))) > 0;
    });
  }

  /** Undoes that. An account keeps the one that it was made for. */
  async unlink({ provider, issuer, subject }: IdentityKey, username: string): Promise<boolean> {
    return this.changed(
      `DELETE FROM provider_identities WHERE ${ofIdentity} AND username = $4
       AND NOT EXISTS (SELECT 1 FROM provider_accounts WHERE username = $4 AND provider = $1)`,
      ...[provider, issuer, subject, username],
    );
  }

  async noteLogin({ provider, issuer, subject }: IdentityKey, now: number): Promise<void> {
    await this.changed(
      `UPDATE provider_identities SET last_login = $4 WHERE ${ofIdentity}`,
      ...[provider, issuer, subject, now],
    );
  }

  /** Notes what the provider that an account is of says of its user. False when it is as before, or the account is another provider's. */
  async noteProfile(
    username: string,
    provider: string,
    { displayName, email, groups }: ProviderProfile,
  ): Promise<boolean> {
    return this.changed(
      `UPDATE provider_accounts SET display_name = $3, email = $4, groups = $5
       WHERE username = $1 AND provider = $2
       AND (display_name IS DISTINCT FROM $3 OR email IS DISTINCT FROM $4 OR groups <> $5)`,
      ...[username, provider, displayName, email, JSON.stringify(groups)],
    );
  }

  /** False when there is no such account, or it is so already. */
  async setDisabled(username: string, disabled: boolean): Promise<boolean> {
    const update = "UPDATE provider_accounts SET disabled = $2 WHERE username = $1 AND disabled <> $2";
    return this.changed(update, username, disabled ? 1 : 0);
  }

  /** Removes an account and who it was at providers: whoever signs in again has a new one. */
  async remove(username: string): Promise<boolean> {
    return this.database.transaction(async (queries) => {
      await queries.changes("DELETE FROM provider_identities WHERE username = $1", username);
      return (await queries.changes("DELETE FROM provider_accounts WHERE username = $1", username)) > 0;
    });
  }
}

function accountFrom(row: RowOf<ProviderAccount>): ProviderAccount {
  return { ...row, groups: JSON.parse(row.groups) as string[], disabled: row.disabled === 1 };
}
