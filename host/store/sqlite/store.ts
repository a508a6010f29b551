// The store on one SQLite file. node:sqlite is synchronous, so each method below is one step that nothing interrupts;
// other processes (the CLI) are kept apart by transactions.

import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { EdgeTokenStore } from "../edge-token-store.ts";
import type { OutageStore } from "../outage-store.ts";
import { type KeyRow, keyFrom } from "../rows/keys.ts";
import { type SessionRow, sessionFrom } from "../rows/sessions.ts";
import type { LeaseUpdate, Revocation, Revocations, Store, StoredKey, StoredSession } from "../store.ts";
import { SqliteAudit } from "./audit.ts";
import { SqliteEdgeTokens } from "./edge-tokens.ts";
import { SqliteElevation } from "./elevation.ts";
import { SqliteEncryption } from "./encryption.ts";
import { SqliteLanguages } from "./languages.ts";
import { SqliteOutages } from "./outages.ts";
import { SqliteOutbox } from "./outbox.ts";
import { SqlitePasswordResets } from "./password-resets.ts";
import { SqliteRegulation } from "./regulation.ts";
import { SqliteSecondFactors } from "./second-factors.ts";
import { inTransaction } from "./transaction.ts";

/** How often another process's changes are looked for: PRAGMA data_version, a few microseconds. Milliseconds. */
const watchInterval = 100;

const insertKey = `INSERT INTO signing_keys (kid, purpose, public_key, private_key, created_at, retired_at)
  VALUES (?, ?, ?, ?, ?, ?)`;

export class SqliteStore implements Store {
  readonly edgeTokens: EdgeTokenStore;
  readonly encryption: SqliteEncryption;
  readonly outages: OutageStore;
  readonly secondFactors: SqliteSecondFactors;
  readonly regulation: SqliteRegulation;
  readonly audit: SqliteAudit;
  readonly passwordResets: SqlitePasswordResets;
  readonly outbox: SqliteOutbox;
  readonly elevation: SqliteElevation;
  readonly languages: SqliteLanguages;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #watchers = new Set<NodeJS.Timeout>();

  /** Takes a database at the current schema (open.ts), and closes it at the end. */
  constructor(database: DatabaseSync) {
    this.#database = database;
    this.edgeTokens = new SqliteEdgeTokens(database);
    this.encryption = new SqliteEncryption(database);
    this.outages = new SqliteOutages(database);
    this.secondFactors = new SqliteSecondFactors(database);
    this.regulation = new SqliteRegulation(database);
    this.audit = new SqliteAudit(database);
    this.passwordResets = new SqlitePasswordResets(database);
    this.outbox = new SqliteOutbox(database);
    this.elevation = new SqliteElevation(database);
    this.languages = new SqliteLanguages(database);
  }

  async constant(name: string, initial: string): Promise<string> {
    this.#prepare("INSERT OR IGNORE INTO constants (name, value) VALUES (?, ?)").run(name, initial);
    const row = this.#prepare("SELECT value FROM constants WHERE name = ?").get(name) as { value: string };
    return row.value;
  }

  async keys(): Promise<readonly StoredKey[]> {
    const rows = this.#prepare(
      "SELECT * FROM signing_keys ORDER BY created_at, retired_at IS NULL, kid",
    ).all() as unknown as KeyRow[];
    return rows.map(keyFrom);
  }

  async addMissingKeys(keys: readonly StoredKey[]): Promise<void> {
    this.#transaction(() => {
      const signing = this.#prepare("SELECT 1 FROM signing_keys WHERE purpose = ? AND retired_at IS NULL");
      for (const key of keys) if (!signing.get(key.purpose)) this.#insertKey(key);
    });
  }

  async replaceKey(next: StoredKey): Promise<void> {
    this.#transaction(() => {
      this.#prepare(
        "UPDATE signing_keys SET retired_at = ?, private_key = NULL WHERE purpose = ? AND retired_at IS NULL",
      ).run(next.createdAt, next.purpose);
      this.#insertKey(next);
    });
  }

  async revokeSessionKeys(next: StoredKey): Promise<number> {
    return this.#transaction(() => {
      this.#prepare("DELETE FROM signing_keys WHERE purpose = 'session'").run();
      this.#insertKey(next);
      return Number(this.#prepare("DELETE FROM sessions").run().changes);
    });
  }

  #insertKey(key: StoredKey): void {
    const { kid, purpose, publicKey, privateKey, createdAt, retiredAt } = key;
    this.#prepare(insertKey).run(kid, purpose, publicKey, privateKey, createdAt, retiredAt);
  }

  async addSession(session: StoredSession): Promise<void> {
    this.#insertSession(session);
  }

  #insertSession(session: StoredSession): void {
    this.#prepare(
      `INSERT INTO sessions (sid, username, domain, created_at, auth_time, level, amr, remember_me, expires_at,
         lease_until, last_seen, address, user_agent)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ).run(
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

  async session(sid: string): Promise<StoredSession | undefined> {
    const row = this.#prepare("SELECT * FROM sessions WHERE sid = ?").get(sid);
    return row ? sessionFrom(row as unknown as SessionRow) : undefined;
  }

  async sessions(now: number, username?: string): Promise<readonly StoredSession[]> {
    const rows =
      username === undefined
        ? this.#prepare("SELECT * FROM sessions WHERE expires_at > ? ORDER BY last_seen DESC, sid").all(now)
        : this.#prepare(
            "SELECT * FROM sessions WHERE expires_at > ? AND username = ? ORDER BY last_seen DESC, sid",
          ).all(now, username);
    return (rows as unknown as SessionRow[]).map(sessionFrom);
  }

  async sessionCount(now: number, inactivity: number): Promise<number> {
    const row = this.#prepare(
      "SELECT count(*) AS count FROM sessions WHERE expires_at > ?1 AND (remember_me = 1 OR lease_until + ?2 > ?1)",
    ).get(now, inactivity);
    return (row as { count: number }).count;
  }

  async extendLease(sid: string, { leaseUntil, lastSeen, address, userAgent }: LeaseUpdate): Promise<boolean> {
    const update = this.#prepare(
      "UPDATE sessions SET lease_until = max(lease_until, ?), last_seen = ?, address = ?, user_agent = ? WHERE sid = ?",
    );
    // The write-ahead log is not synced for this: it would hold up all else for milliseconds, once per session and lease.
    this.#database.exec("PRAGMA synchronous = NORMAL");
    try {
      return update.run(leaseUntil, lastSeen, address, userAgent, sid).changes === 1;
    } finally {
      this.#database.exec("PRAGMA synchronous = FULL");
    }
  }

  async replaceSession(sid: string, next: StoredSession, revocation: Revocation): Promise<boolean> {
    return this.#transaction(() => {
      if (!this.#revokeSession(sid, revocation)) return false;
      this.#insertSession(next);
      return true;
    });
  }

  async revokeSession(sid: string, revocation: Revocation): Promise<boolean> {
    return this.#transaction(() => this.#revokeSession(sid, revocation));
  }

  #revokeSession(sid: string, { at, longestLease, grace }: Revocation): boolean {
    this.#prepare(
      `INSERT OR IGNORE INTO revoked_sessions (sid, forget_at)
       SELECT sid, min(max(lease_until, ?) + ?, expires_at) FROM sessions WHERE sid = ?`,
    ).run(at + longestLease, grace, sid);
    return this.#prepare("DELETE FROM sessions WHERE sid = ?").run(sid).changes === 1;
  }

  async revokeUser(username: string, { at, longestLease, grace }: Revocation): Promise<number> {
    return this.#transaction(() => {
      this.#prepare(
        `INSERT OR IGNORE INTO revoked_sessions (sid, forget_at)
         SELECT sid, min(max(lease_until, ?) + ?, expires_at) FROM sessions WHERE username = ?`,
      ).run(at + longestLease, grace, username);
      this.#prepare("INSERT OR REPLACE INTO not_before (username, time, forget_at) VALUES (?, ?, ?)").run(
        username,
        at,
        at + longestLease + grace,
      );
      return Number(this.#prepare("DELETE FROM sessions WHERE username = ?").run(username).changes);
    });
  }

  async revocations(now: number): Promise<Revocations> {
    const sessions = this.#prepare("SELECT sid FROM revoked_sessions WHERE forget_at > ? ORDER BY sid").all(now);
    const users = this.#prepare("SELECT username, time FROM not_before WHERE forget_at > ? ORDER BY username").all(now);
    return {
      sessions: (sessions as { sid: string }[]).map(({ sid }) => sid),
      notBefore: new Map((users as { username: string; time: number }[]).map(({ username, time }) => [username, time])),
    };
  }

  async notBefore(username: string): Promise<number> {
    const row = this.#prepare("SELECT time FROM not_before WHERE username = ?").get(username);
    return (row as { time: number } | undefined)?.time ?? 0;
  }

  async bundleVersion(contentHash: string): Promise<number> {
    return this.#transaction(() => {
      this.#prepare(
        `INSERT INTO bundle (id, version, content_hash) VALUES (1, 1, ?1)
         ON CONFLICT (id) DO UPDATE SET version = version + 1, content_hash = ?1 WHERE content_hash <> ?1`,
      ).run(contentHash);
      return (this.#prepare("SELECT version FROM bundle").get() as { version: number }).version;
    });
  }

  async skipBundleVersions(count: number): Promise<void> {
    this.#prepare("UPDATE bundle SET version = version + ?").run(count);
  }

  async removeExpired(now: number, keysRetiredBefore: number): Promise<void> {
    this.#transaction(() => {
      this.#prepare("DELETE FROM sessions WHERE expires_at <= ?").run(now);
      this.#prepare("DELETE FROM revoked_sessions WHERE forget_at <= ?").run(now);
      this.#prepare("DELETE FROM not_before WHERE forget_at <= ?").run(now);
      this.#prepare("DELETE FROM signing_keys WHERE retired_at < ?").run(keysRetiredBefore);
    });
  }

  watch(listener: () => void): () => void {
    let seen = this.#dataVersion();
    const timer = setInterval(() => {
      const version = this.#dataVersion();
      if (version === seen) return;
      seen = version;
      listener();
    }, watchInterval);
    this.#watchers.add(timer);
    return () => {
      clearInterval(timer);
      this.#watchers.delete(timer);
    };
  }

  /** Changes when another connection commits (https://sqlite.org/pragma.html#pragma_data_version). */
  #dataVersion(): number {
    return (this.#prepare("PRAGMA data_version").get() as { data_version: number }).data_version;
  }

  async close(): Promise<void> {
    for (const timer of this.#watchers) clearInterval(timer);
    this.#database.close();
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #transaction<T>(run: () => T): T {
    return inTransaction(this.#database, run);
  }
}
