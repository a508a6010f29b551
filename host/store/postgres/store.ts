// The store on PostgreSQL, which several hosts share. Row locks and ON CONFLICT keep them apart; where a step reads before
// it writes, an advisory lock does.

import type { EdgeTokenStore } from "../edge-token-store.ts";
import type { OutageStore } from "../outage-store.ts";
import { type KeyRow, keyFrom } from "../rows/keys.ts";
import { type SessionRow, sessionFrom } from "../rows/sessions.ts";
import type { LeaseUpdate, Revocation, Revocations, Store, StoredKey, StoredSession } from "../store.ts";
import { PostgresAudit } from "./audit.ts";
import type { PostgresChanges } from "./changes.ts";
import type { PostgresDatabase, Queries } from "./database.ts";
import { PostgresEdgeTokens } from "./edge-tokens.ts";
import { PostgresElevation } from "./elevation.ts";
import { PostgresEncryption } from "./encryption.ts";
import { PostgresLanguages } from "./languages.ts";
import { PostgresOutages } from "./outages.ts";
import { PostgresOutbox } from "./outbox.ts";
import { PostgresPasswordResets } from "./password-resets.ts";
import { PostgresRegulation } from "./regulation.ts";
import { PostgresSecondFactors } from "./second-factors.ts";

/** Held while signing keys change. */
const keyLock = 0x7a6b6579;

export class PostgresStore implements Store {
  readonly edgeTokens: EdgeTokenStore;
  readonly encryption: PostgresEncryption;
  readonly outages: OutageStore;
  readonly secondFactors: PostgresSecondFactors;
  readonly regulation: PostgresRegulation;
  readonly audit: PostgresAudit;
  readonly passwordResets: PostgresPasswordResets;
  readonly outbox: PostgresOutbox;
  readonly elevation: PostgresElevation;
  readonly languages: PostgresLanguages;
  readonly #database: PostgresDatabase;
  readonly #changes: PostgresChanges;

  /** Takes a database at the current schema (open.ts), and closes it at the end. */
  constructor(database: PostgresDatabase, changes: PostgresChanges) {
    this.#database = database;
    this.#changes = changes;
    this.edgeTokens = new PostgresEdgeTokens(database);
    this.encryption = new PostgresEncryption(database);
    this.outages = new PostgresOutages(database);
    this.secondFactors = new PostgresSecondFactors(database);
    this.regulation = new PostgresRegulation(database);
    this.audit = new PostgresAudit(database);
    this.passwordResets = new PostgresPasswordResets(database);
    this.outbox = new PostgresOutbox(database);
    this.elevation = new PostgresElevation(database);
    this.languages = new PostgresLanguages(database);
  }

  async constant(name: string, initial: string): Promise<string> {
    await this.#database.changes("INSERT INTO constants VALUES ($1, $2) ON CONFLICT DO NOTHING", name, initial);
    const [row] = await this.#database.rows<{ value: string }>("SELECT value FROM constants WHERE name = $1", name);
    return row!.value;
  }

  async keys(): Promise<readonly StoredKey[]> {
    const rows = await this.#database.rows<KeyRow>(
      `SELECT * FROM signing_keys ORDER BY created_at, retired_at IS NULL, kid COLLATE "C"`,
    );
    return rows.map(keyFrom);
  }

  async addMissingKeys(keys: readonly StoredKey[]): Promise<void> {
    await this.#changeKeys(async (queries) => {
      for (const key of keys) {
        const signing = "SELECT 1 FROM signing_keys WHERE purpose = $1 AND retired_at IS NULL";
        if ((await queries.rows(signing, key.purpose)).length === 0) await insertKey(queries, key);
      }
    });
  }

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

  async revokeSessionKeys(next: StoredKey): Promise<number> {
    return this.#changeKeys(async (queries) => {
      await queries.changes("DELETE FROM signing_keys WHERE purpose = 'session'");
      await insertKey(queries, next);
      return queries.changes("DELETE FROM sessions");
    });
  }

  #changeKeys<T>(run: (queries: Queries) => Promise<T>): Promise<T> {
    return this.#database.transaction(async (queries) => {
      await queries.rows("SELECT pg_advisory_xact_lock($1)", keyLock);
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

  async sessions(now: number, username?: string): Promise<readonly StoredSession[]> {
    const rows = await this.#database.rows<SessionRow>(
      `SELECT * FROM sessions WHERE expires_at > $1 AND ($2::text IS NULL OR username = $2)
       ORDER BY last_seen DESC, sid COLLATE "C"`,
      now,
      username ?? null,
    );
    return rows.map(sessionFrom);
  }

  async sessionCount(now: number, inactivity: number): Promise<number> {
    const [row] = await this.#database.rows<{ count: number }>(
      `SELECT count(*) AS count FROM sessions
       WHERE expires_at > $1::bigint AND (remember_me = 1 OR lease_until + $2::bigint > $1::bigint)`,
      now,
      inactivity,
    );
    return row!.count;
  }

  async extendLease(sid: string, { leaseUntil, lastSeen, address, userAgent }: LeaseUpdate): Promise<boolean> {
    const changed = await this.#database.changes(
      `UPDATE sessions SET lease_until = greatest(lease_until, $1), last_seen = $2, address = $3, user_agent = $4
       WHERE sid = $5`,
      leaseUntil,
      lastSeen,
      address,
      userAgent,
      sid,
    );
    return changed === 1;
  }

  async replaceSession(sid: string, next: StoredSession, revocation: Revocation): Promise<boolean> {
    return this.#database.transaction(async (queries) => {
      if ((await revoke(queries, "sid", sid, revocation)) === 0) return false;
      await insertSession(queries, next);
      return true;
    });
  }

  async revokeSession(sid: string, revocation: Revocation): Promise<boolean> {
    return (await revoke(this.#database, "sid", sid, revocation)) === 1;
  }

  async revokeUser(username: string, revocation: Revocation): Promise<number> {
    const { at, longestLease, grace } = revocation;
    return this.#database.transaction(async (queries) => {
      // First, so that two hosts that revoke one user take turns. The clock of one may be behind the other's.
      await queries.changes(
        `INSERT INTO not_before AS known (username, time, forget_at) VALUES ($1, $2, $3)
         ON CONFLICT (username) DO UPDATE SET time = greatest(known.time, excluded.time),
           forget_at = greatest(known.forget_at, excluded.forget_at)`,
        username,
        at,
        at + longestLease + grace,
      );
      return revoke(queries, "username", username, revocation);
    });
  }

  async revocations(now: number): Promise<Revocations> {
    // One statement, so that both are of one moment.
    const rows = await this.#database.rows<{ sid: string | null; username: string | null; time: number | null }>(
      `SELECT * FROM (
         SELECT sid, NULL AS username, NULL::bigint AS time FROM revoked_sessions WHERE forget_at > $1
         UNION ALL SELECT NULL, username, time FROM not_before WHERE forget_at > $1
       ) AS revocations ORDER BY sid COLLATE "C", username COLLATE "C"`,
      now,
    );
    return {
      sessions: rows.flatMap(({ sid }) => sid ?? []),
      notBefore: new Map(rows.flatMap(({ username, time }) => (username === null ? [] : [[username, time!]]))),
    };
  }

  async notBefore(username: string): Promise<number> {
    const [row] = await this.#database.rows<{ time: number }>(
      "SELECT time FROM not_before WHERE username = $1",
      username,
    );
    return row?.time ?? 0;
  }

  async bundleVersion(contentHash: string): Promise<number> {
    return this.#database.transaction(async (queries) => {
      // The row is locked also where its content is the same already.
      await queries.changes(
        `INSERT INTO bundle AS last (id, version, content_hash) VALUES (1, 1, $1)
         ON CONFLICT (id) DO UPDATE SET version = last.version + 1, content_hash = $1 WHERE last.content_hash <> $1`,
        contentHash,
      );
      const [row] = await queries.rows<{ version: number }>("SELECT version FROM bundle");
      return row!.version;
    });
  }

  async skipBundleVersions(count: number): Promise<void> {
    await this.#database.changes("UPDATE bundle SET version = version + $1", count);
  }

  async removeExpired(now: number, keysRetiredBefore: number): Promise<void> {
    await this.#changeKeys(async ({ changes }) => {
      await changes("DELETE FROM sessions WHERE expires_at <= $1", now);
      await changes("DELETE FROM revoked_sessions WHERE forget_at <= $1", now);
      await changes("DELETE FROM not_before WHERE forget_at <= $1", now);
      await changes("DELETE FROM signing_keys WHERE retired_at < $1", keysRetiredBefore);
    });
  }

  watch(listener: () => void): () => void {
    return this.#changes.watch(listener);
  }

  async close(): Promise<void> {
    await this.#changes.close();
    await this.#database.close();
  }
}

/** Ends the sessions of a sid or a user and publishes their end, in one statement. Returns how many ended. */
async function revoke(
  queries: Queries,
  by: "sid" | "username",
  value: string,
  { at, longestLease, grace }: Revocation,
): Promise<number> {
  const [row] = await queries.rows<{ ended: number }>(
    `WITH ended AS (DELETE FROM sessions WHERE ${by} = $1 RETURNING sid, lease_until, expires_at),
       noted AS (
         INSERT INTO revoked_sessions (sid, forget_at)
         SELECT sid, least(greatest(lease_until, $2::bigint) + $3::bigint, expires_at) FROM ended
         ON CONFLICT DO NOTHING
       )
     SELECT count(*) AS ended FROM ended`,
    value,
    at + longestLease,
    grace,
  );
  return row!.ended;
}

async function insertKey(queries: Queries, key: StoredKey): Promise<void> {
  await queries.changes(
    `INSERT INTO signing_keys (kid, purpose, public_key, private_key, created_at, retired_at)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    key.kid,
    key.purpose,
    key.publicKey,
    key.privateKey,
    key.createdAt,
    key.retiredAt,
  );
}

async function insertSession(queries: Queries, session: StoredSession): Promise<void> {
  await queries.changes(
    `INSERT INTO sessions (sid, username, domain, created_at, auth_time, level, amr, remember_me, expires_at,
       lease_until, last_seen, address, user_agent)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    session.sid,
    session.username,
    session.domain,
    session.createdAt,
    session.authTime,
    session.level,
    JSON.stringify(session.amr),
    session.rememberMe ? 1 : 0,
    session.expiresAt,
    session.leaseUntil,
    session.lastSeen,
    session.address,
    session.userAgent,
  );
}
