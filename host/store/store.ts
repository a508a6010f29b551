// What the host keeps between requests and restarts, in one SQLite file or in a PostgreSQL database that several hosts share.
// All times are integer seconds. Every method is atomic: it has happened wholly or not at all when its promise settles.

import { AuditStore } from "./audit-store.ts";
import { EdgeTokenStore } from "./edge-token-store.ts";
import { ElevationStore } from "./elevation-store.ts";
import { EncryptionStore } from "./encryption-store.ts";
import { LanguageStore } from "./language-store.ts";
import { OutageStore } from "./outage-store.ts";
import { OutboxStore } from "./outbox-store.ts";
import { PasswordResetStore } from "./password-reset-store.ts";
import type { Database, Queries, Transaction } from "./queries.ts";
import { RegulationStore } from "./regulation-store.ts";
import { SecondFactorStore } from "./second-factor-store.ts";

export type KeyPurpose = "root" | "session";

/** An Ed25519 key pair. */
export interface StoredKey {
  /** RFC 7638 thumbprint. */
  readonly kid: string;
  readonly purpose: KeyPurpose;
  /** The public key's 32 bytes in base64url: `x` of its JWK (RFC 8037). */
  readonly publicKey: string;
  /** Encrypted; null once the key is retired. */
  readonly privateKey: Uint8Array | null;
  readonly createdAt: number;
  /** null while the key signs. */
  readonly retiredAt: number | null;
}

export interface StoredSession {
  /** Names the session, and is no credential: only a signed token is. */
  readonly sid: string;
  readonly username: string;
  /** The cookie domain it was opened in. */
  readonly domain: string;
  readonly createdAt: number;
  /** When credentials were last checked. */
  readonly authTime: number;
  readonly level: 1 | 2;
  /** RFC 8176. */
  readonly amr: readonly string[];
  readonly rememberMe: boolean;
  /** The absolute end. */
  readonly expiresAt: number;
  /** The end of the latest lease that was issued. */
  readonly leaseUntil: number;
  /** When that lease was issued, and to whom. */
  readonly lastSeen: number;
  readonly address: string;
  readonly userAgent: string;
}

/** A new lease of a session, and who asked for it. */
export interface LeaseUpdate {
  readonly leaseUntil: number;
  readonly lastSeen: number;
  readonly address: string;
  readonly userAgent: string;
}

/** How a session is revoked. */
export interface Revocation {
  readonly at: number;
  /** No token that is out at that time has a lease that ends later than this after it. Seconds. */
  readonly longestLease: number;
  /** How long after its lease a token may still be accepted somewhere. Seconds. */
  readonly grace: number;
}

export interface Revocations {
  readonly sessions: readonly string[];
  /** By user name: tokens issued before this time are refused. */
  readonly notBefore: ReadonlyMap<string, number>;
}

interface KeyRow {
  readonly kid: string;
  readonly purpose: KeyPurpose;
  readonly public_key: string;
  readonly private_key: Uint8Array | null;
  readonly created_at: number;
  readonly retired_at: number | null;
}

interface SessionRow {
  readonly sid: string;
  readonly username: string;
  readonly domain: string;
  readonly created_at: number;
  readonly auth_time: number;
  readonly level: 1 | 2;
  readonly amr: string;
  readonly remember_me: 0 | 1;
  readonly expires_at: number;
  readonly lease_until: number;
  readonly last_seen: number;
  readonly address: string;
  readonly user_agent: string;
}

export class Store {
  readonly edgeTokens: EdgeTokenStore;
  readonly encryption: EncryptionStore;
  readonly outages: OutageStore;
  readonly secondFactors: SecondFactorStore;
  readonly regulation: RegulationStore;
  readonly audit: AuditStore;
  readonly passwordResets: PasswordResetStore;
  readonly outbox: OutboxStore;
  readonly elevation: ElevationStore;
  readonly languages: LanguageStore;
  readonly #database: Database;

  /** Takes a database at the current schema, and closes it at the end. */
  constructor(database: Database) {
    this.#database = database;
    this.edgeTokens = new EdgeTokenStore(database);
    this.encryption = new EncryptionStore(database);
    this.outages = new OutageStore(database);
    this.secondFactors = new SecondFactorStore(database);
    this.regulation = new RegulationStore(database);
    this.audit = new AuditStore(database);
    this.passwordResets = new PasswordResetStore(database);
    this.outbox = new OutboxStore(database);
    this.elevation = new ElevationStore(database);
    this.languages = new LanguageStore(database);
  }

  /** A named value that is set once, such as a salt. Returns the value that stands. */
  async constant(name: string, initial: string): Promise<string> {
    const select = "SELECT value FROM constants WHERE name = $1";
    const find = async () => (await this.#database.rows<{ value: string }>(select, name))[0]?.value;
    const known = await find();
    if (known !== undefined) return known;
    const insert = "INSERT INTO constants (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    await this.#database.changes(insert, name, initial);
    return (await find())!;
  }

  /** All keys, also retired ones. */
  async keys(): Promise<readonly StoredKey[]> {
    const select = `SELECT * FROM signing_keys ORDER BY created_at, retired_at IS NULL, kid COLLATE "C"`;
    return (await this.#database.rows<KeyRow>(select)).map(({ kid, purpose, ...row }) => ({
      ...{ kid, purpose, publicKey: row.public_key, privateKey: row.private_key },
      ...{ createdAt: row.created_at, retiredAt: row.retired_at },
    }));
  }

  /** Adds keys for those purposes that have no signing key yet; ignores the others. */
  async addMissingKeys(keys: readonly StoredKey[]): Promise<void> {
    await this.#changeKeys(async (queries) => {
      const signing = "SELECT 1 FROM signing_keys WHERE purpose = $1 AND retired_at IS NULL";
      for (const key of keys)
        if ((await queries.rows(signing, key.purpose)).length === 0) await insertKey(queries, key);
    });
  }

  /** Makes `next` the signing key of its purpose. The key before it is retired and loses its private part. */
  async replaceKey(next: StoredKey): Promise<void> {
    await this.#changeKeys(async (queries) => {
      await queries.changes(
        "UPDATE signing_keys SET retired_at = $1, private_key = NULL WHERE purpose = $2 AND retired_at IS NULL",
        next.createdAt,
        next.purpose,
      );
      await insertKey(queries, next);
    });
  }

  /** Makes `next` the only session key there is and removes all sessions, whose tokens nobody believes any more. Returns how many. */
  async revokeSessionKeys(next: StoredKey): Promise<number> {
    return this.#changeKeys(async (queries) => {
      await queries.changes("DELETE FROM signing_keys WHERE purpose = 'session'");
      await insertKey(queries, next);
      return queries.changes("DELETE FROM sessions");
    });
  }

  #changeKeys<T>(run: (queries: Transaction) => Promise<T>): Promise<T> {
    return this.#database.transaction(async (queries) => {
      await queries.lock("signing keys");
      return run(queries);
    });
  }

  async addSession(session: StoredSession): Promise<void> {
    await insertSession(this.#database, session);
  }

  async session(sid: string): Promise<StoredSession | undefined> {
    const [row] = await this.#database.rows<SessionRow>("SELECT * FROM sessions WHERE sid = $1", sid);
    return row && sessionFrom(row);
  }

  /** Sessions whose absolute end is after `now`, latest first; of one user when a name is given. */
  async sessions(now: number, username?: string): Promise<readonly StoredSession[]> {
    const ofUser = username === undefined ? "" : "AND username = $2";
    const rows = await this.#database.rows<SessionRow>(
      `SELECT * FROM sessions WHERE expires_at > $1 ${ofUser} ORDER BY last_seen DESC, sid COLLATE "C"`,
      ...(username === undefined ? [now] : [now, username]),
    );
    return rows.map(sessionFrom);
  }

  /** How many sessions live at `now` under this inactivity limit (seconds), which a remembered one does not have. */
  async sessionCount(now: number, inactivity: number): Promise<number> {
    const [row] = await this.#database.rows<{ count: number }>(
      "SELECT count(*) AS count FROM sessions WHERE expires_at > $1 AND (remember_me = 1 OR lease_until > $2)",
      now,
      now - inactivity,
    );
    return row!.count;
  }

  /**
   * Notes a new lease. False when the session is gone: the lease must not be issued then.
   */
  async extendLease(sid: string, { leaseUntil, lastSeen, address, userAgent }: LeaseUpdate): Promise<boolean> {
    const changed = await this.#database.changes(
      `UPDATE sessions SET lease_until = greatest(lease_until, $1), last_seen = $2, address = $3, user_agent = $4
       WHERE sid = $5`,
      ...[leaseUntil, lastSeen, address, userAgent, sid],
    );
    return changed === 1;
  }

  /** Puts a session in the place of another, which is revoked. False, and nothing done, when that has ended. */
  async replaceSession(sid: string, next: StoredSession, revocation: Revocation): Promise<boolean> {
    return this.#database.transaction(async (queries) => {
      if ((await revoke(queries, "sid", sid, revocation)) === 0) return false;
      await insertSession(queries, next);
      return true;
    });
  }

  /** Ends a session and publishes its end. False when there was none. */
  async revokeSession(sid: string, revocation: Revocation): Promise<boolean> {
    return this.#database.transaction(async (queries) => (await revoke(queries, "sid", sid, revocation)) === 1);
  }

  /** Ends a user's sessions and refuses every token issued to them before `at`. Returns how many ended. */
  async revokeUser(username: string, revocation: Revocation): Promise<number> {
    const { at, longestLease, grace } = revocation;
    return this.#database.transaction(async (queries) => {
      // First, so that two hosts that revoke one user take turns. The clock of one may be behind the other's, or set back.
      await queries.changes(
        `INSERT INTO not_before (username, time, forget_at) VALUES ($1, $2, $3)
         ON CONFLICT (username) DO UPDATE SET time = greatest(not_before.time, excluded.time),
           forget_at = greatest(not_before.forget_at, excluded.forget_at)`,
        ...[username, at, at + longestLease + grace],
      );
      return revoke(queries, "username", username, revocation);
    });
  }

  /** What gates must refuse at `now`, in a steady order. */
  async revocations(now: number): Promise<Revocations> {
    // One statement, so that both are of one moment.
    const rows = await this.#database.rows<{ sid: string | null; username: string | null; time: number | null }>(
      `SELECT sid, username, time FROM (
         SELECT sid, NULL AS username, CAST(NULL AS BIGINT) AS time FROM revoked_sessions WHERE forget_at > $1
         UNION ALL SELECT NULL, username, time FROM not_before WHERE forget_at > $1
       ) AS revocations ORDER BY sid COLLATE "C", username COLLATE "C"`,
      now,
    );
    return {
      sessions: rows.flatMap(({ sid }) => sid ?? []),
      notBefore: new Map(rows.flatMap(({ username, time }) => (username === null ? [] : [[username, time!]]))),
    };
  }

  /** The time before which a user's tokens are refused; 0 when there is none. */
  async notBefore(username: string): Promise<number> {
    const select = "SELECT time FROM not_before WHERE username = $1";
    const [row] = await this.#database.rows<{ time: number }>(select, username);
    return row?.time ?? 0;
  }

  /** The version of a bundle with this content: the last one when the content is the same, else the next higher. */
  async bundleVersion(contentHash: string): Promise<number> {
    for (;;) {
      // Of the row as it is, so that no two contents are given one version.
      const select = "SELECT version FROM bundle WHERE content_hash = $1";
      const [same] = await this.#database.rows<{ version: number }>(select, contentHash);
      if (same) return same.version;
      const [next] = await this.#database.returning<{ version: number }>(
        `INSERT INTO bundle (id, version, content_hash) VALUES (1, 1, $1)
         ON CONFLICT (id) DO UPDATE SET version = bundle.version + 1, content_hash = excluded.content_hash
           WHERE bundle.content_hash <> excluded.content_hash
         RETURNING version`,
        contentHash,
      );
      if (next) return next.version;
    }
  }

  /** Leaves out this many versions, which may have been given before a backup was restored. */
  async skipBundleVersions(count: number): Promise<void> {
    await this.#database.changes("UPDATE bundle SET version = version + $1", count);
  }

  /** Removes what has no effect any more: ended sessions, revocations whose tokens are gone, keys retired before a time. */
  async removeExpired(now: number, keysRetiredBefore: number): Promise<void> {
    await this.#changeKeys(async ({ changes }) => {
      await changes("DELETE FROM sessions WHERE expires_at <= $1", now);
      await changes("DELETE FROM revoked_sessions WHERE forget_at <= $1", now);
      await changes("DELETE FROM not_before WHERE forget_at <= $1", now);
      await changes("DELETE FROM signing_keys WHERE retired_at < $1", keysRetiredBefore);
    });
  }

  /** Calls the listener soon after another process has changed keys or revocations, or may have. Returns what stops it. */
  watch(listener: () => void): () => void {
    return this.#database.watch(listener);
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}

/** Ends the sessions of a sid or a user and publishes their end. Returns how many ended. */
async function revoke(
  queries: Queries,
  by: "sid" | "username",
  value: string,
  { at, longestLease, grace }: Revocation,
): Promise<number> {
  // Locked first, so that a lease that another host notes just now is before this or after it.
  const found = await queries.rows(`SELECT sid FROM sessions WHERE ${by} = $1 FOR UPDATE`, value);
  if (found.length === 0) return 0;
  await queries.changes(
    `INSERT INTO revoked_sessions (sid, forget_at)
     SELECT sid, least(greatest(lease_until, CAST($2 AS BIGINT)) + CAST($3 AS BIGINT), expires_at)
     FROM sessions WHERE ${by} = $1 ON CONFLICT DO NOTHING`,
    ...[value, at + longestLease, grace],
  );
  return queries.changes(`DELETE FROM sessions WHERE ${by} = $1`, value);
}

async function insertKey(queries: Queries, key: StoredKey): Promise<void> {
  const { kid, purpose, publicKey, privateKey, createdAt, retiredAt } = key;
  await queries.changes(
    `INSERT INTO signing_keys (kid, purpose, public_key, private_key, created_at, retired_at)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    ...[kid, purpose, publicKey, privateKey, createdAt, retiredAt],
  );
}

async function insertSession(queries: Queries, session: StoredSession): Promise<void> {
  const { sid, username, domain, createdAt, authTime, level, amr, rememberMe, expiresAt, leaseUntil } = session;
  await queries.changes(
    `INSERT INTO sessions (sid, username, domain, created_at, auth_time, level, amr, remember_me, expires_at,
       lease_until, last_seen, address, user_agent)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    ...[sid, username, domain, createdAt, authTime, level, JSON.stringify(amr), rememberMe ? 1 : 0, expiresAt],
    ...[leaseUntil, session.lastSeen, session.address, session.userAgent],
  );
}

function sessionFrom(row: SessionRow): StoredSession {
  const { sid, username, domain, level, address } = row;
  return {
    ...{ sid, username, domain, createdAt: row.created_at, authTime: row.auth_time, level },
    ...{ amr: JSON.parse(row.amr) as string[], rememberMe: row.remember_me === 1, expiresAt: row.expires_at },
    ...{ leaseUntil: row.lease_until, lastSeen: row.last_seen, address, userAgent: row.user_agent },
  };
}
