// Databases as a site of some size has them: so many sessions and so many rows of the audit trail, of as many people as it takes.
import { DatabaseSync } from "node:sqlite";
import { Client } from "pg";
import type { StorageConfig } from "../../host/kit/sql/config.ts";
import { inSqlite } from "../../host/kit/sql/sqlite/dialect.ts";

/** What a database holds. Times are in seconds. */
export interface Content {
  readonly sessions: number;
  readonly audit: number;
  /** Who they belong to: `user0` and so on. */
  readonly users: number;
  /** The moment that the content is as of. */
  readonly now: number;
}

/** Sessions of one user. */
const sessionsPerUser = 100;
/** The audit trail goes back so far: `audit.retention` as it is by default. */
const days = 90;
const day = 86_400;
/** Rows that one statement adds. */
const atOnce = 100_000;

/** All numbers of sessions are as long. */
const firstNumber = 10_000_000_000_000;

/** Prime, so that what follows each other in one order is far apart in another. */
const stride = 7_919;

export function contentOf(sessions: number, audit: number): Content {
  return { sessions, audit, users: Math.ceil(sessions / sessionsPerUser), now: Math.floor(Date.now() / 1000) };
}

/** The id of a session, by its number. */
export function sidOf(index: number, { sessions }: Content): string {
  return `session-${firstNumber + ((index * stride) % oddly(sessions))}`;
}

/** A modulus that the stride has no factor in common with. */
function oddly(count: number): number {
  return count % stride === 0 ? count + 1 : count;
}

/** When sessions end: one each second from then on, the oldest first. */
export function firstEnd({ now }: Content): number {
  return now + day;
}

/** The time before which lies a part (0 to 1) of the audit trail. */
export function auditTime(part: number, { now }: Content): number {
  return Math.floor(now - days * day * (1 - part));
}

/** Rows of a table from `$1` to before `$2`, by what each column is of `n`. */
function filling(table: string, columns: Readonly<Record<string, string>>): string {
  return `INSERT INTO ${table} (${Object.keys(columns).join(", ")})
    WITH RECURSIVE series(n) AS
      (SELECT CAST($1 AS BIGINT) UNION ALL SELECT n + 1 FROM series WHERE n + 1 < CAST($2 AS BIGINT))
    SELECT ${Object.values(columns).join(", ")} FROM series`;
}

function statements(content: Content): readonly (readonly [sql: string, rows: number])[] {
  const { sessions, audit, users, now } = content;
  const scattered = `(n * ${stride}) % ${oddly(sessions)}`;
  const agent = "'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'";
  const user = `'user' || CAST((n * ${stride}) % ${users} AS TEXT)`;
  const address = "'198.51.' || CAST((n / 256) % 256 AS TEXT) || '.' || CAST(n % 256 AS TEXT)";
  const addSessions = filling("sessions", {
    sid: `'session-' || CAST(${firstNumber} + ${scattered} AS TEXT)`,
    username: user,
    domain: "'example.com'",
    created_at: `${now} - n % 3000`,
    auth_time: `${now} - n % 3000`,
    level: "1 + n % 2",
    amr: `'["pwd"]'`,
    remember_me: "0",
    expires_at: `${firstEnd(content)} + n`,
    lease_until: `${now} + n % 300`,
    last_seen: `${now} - 300 + n % 300`,
    address,
    user_agent: agent,
  });
  // One event in twenty is a failure, one in a thousand something rarer.
  const addAudit = filling("audit", {
    at: `${auditTime(0, content)} + n * ${days * day} / ${audit}`,
    action: `CASE WHEN n % 1000 = 7 THEN 'session end' WHEN n % 3 = 0 THEN 'logout' ELSE 'login' END`,
    outcome: "CASE WHEN n % 20 = 1 THEN 'failure' ELSE 'success' END",
    '"by"': "'user'",
    username: user,
    address,
    request_id: "'request-' || CAST(n AS TEXT)",
    detail: `'{"user_agent":"' || ${agent} || '"}'`,
    notice: "0",
  });
  return [
    [addSessions, sessions],
    [addAudit, audit],
  ];
}

/** Fills a database whose schema is there. Returns its size in bytes. */
export async function fill(storage: Omit<StorageConfig, "encryptionKey">, content: Content): Promise<number> {
  const { local, postgres } = storage;
  if (local) return fillSqlite(local.path, content);
  const { host, port, database, username: user } = postgres!;
  const client = new Client({ host, port, database, user });
  await client.connect();
  try {
    for (const [sql, rows] of statements(content))
      for (let first = 0; first < rows; first += atOnce)
        await client.query(sql, [first, Math.min(first + atOnce, rows)]);
    // As autovacuum does within the minute.
    await client.query("VACUUM ANALYZE");
    await client.query("CHECKPOINT");
    const { rows } = await client.query("SELECT pg_database_size(current_database()) AS size");
    return Number(rows[0].size);
  } finally {
    await client.end();
  }
}

function fillSqlite(path: string, content: Content): number {
  const database = new DatabaseSync(path);
  try {
    // Nothing that a host does; only this is quick with it.
    database.exec("PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000");
    for (const [sql, rows] of statements(content)) {
      const insert = database.prepare(inSqlite(sql));
      for (let first = 0; first < rows; first += atOnce) insert.run(first, Math.min(first + atOnce, rows));
    }
    database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    const { size } = database
      .prepare("SELECT page_count * page_size AS size FROM pragma_page_count, pragma_page_size")
      .get()!;
    return Number(size);
  } finally {
    database.close();
  }
}
