// Sessions, and the ends of sessions that gates have still to know of, in the database that hosts share. All times are integer
// seconds. Every method is atomic: it has happened wholly or not at all when its promise settles.
import { parameters, type Queries, type Value } from "../kit/sql/queries.ts";
import { removeGradually } from "../kit/sql/remove-gradually.ts";
import { insertion, type RowOf } from "../kit/sql/rows.ts";
import { Store } from "../kit/sql/store.ts";

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
  /** The login with a provider that it rests on, as `PROVIDER:ID`; absent or null: there is none. It stays when a session takes its place. */
  readonly login?: string | null;
}

/** A new lease of a session, and who asked for it. */
export type LeaseUpdate = Pick<StoredSession, "sid" | "leaseUntil" | "lastSeen" | "address" | "userAgent">;

/** Where a listing of sessions goes on: after a session that was seen at a time. */
export type SessionCursor = Pick<StoredSession, "lastSeen" | "sid">;

export interface SessionFilter {
  /** Seconds. A session ends after this time without a lease, unless it is remembered. */
  readonly inactivity: number;
  /** Of this user only. */
  readonly username?: string | undefined;
  readonly after?: SessionCursor | undefined;
  /** So many at most. */
  readonly limit: number;
}

/**
 * Of a user whose sessions all end, so many are listed one by one, the latest. Of the others `notBefore` refuses every token
 * that the database knows of, and whoever noted a lease too late lists its session (noteLeases).
 */
const listedOfUser = 1000;

/** How a session is revoked. */
export interface Revocation {
  readonly at: number;
  /** No token that is out at that time has a lease that ends later than this after it. Seconds. */
  readonly longestLease: number;
  /** How long after its lease a token may still be accepted somewhere. Seconds. */
  readonly grace: number;
}

type SessionRow = RowOf<StoredSession>;

export class SessionStore extends Store {
  /** Adds a session. Where its user has more than `most` then, those end that were seen least lately. Returns how many. */
  async addSession(session: StoredSession, most?: number, revocation?: Revocation): Promise<number> {
    const { sid, username } = session;
    return this.locked(sessionsOf(username), async (queries) => {
      await insertSession(queries, session);
      if (most === undefined || !revocation) return 0;
      const select = "SELECT count(*) AS count FROM sessions WHERE username = $1";
      const [row] = await queries.rows<{ count: number }>(select, username);
      if (row!.count <= most) return 0;
      const kept = "SELECT sid FROM sessions WHERE username = $1 AND sid <> $2 ORDER BY last_seen DESC, sid LIMIT $3";
      const others = `username = $1 AND sid <> $2 AND sid NOT IN (${kept})`;
      return revoke(queries, others, [username, sid, most - 1], revocation);
    });
  }

  async session(sid: string): Promise<StoredSession | undefined> {
    const row = await this.row<SessionRow>("SELECT * FROM sessions WHERE sid = $1", sid);
    return row && sessionFrom(row);
  }

  /** Sessions that live at `now`, the one seen last first. */
  async sessions(
    now: number,
    { inactivity, username, after, limit }: SessionFilter,
  ): Promise<readonly StoredSession[]> {
    const values: Value[] = [now, now - inactivity, limit];
    const parameter = (value: Value) => `$${values.push(value)}`;
    const ofUser = username === undefined ? "" : `AND username = ${parameter(username)}`;
    const seen = after && parameter(after.lastSeen);
    const beyond =
      after && `AND (last_seen < ${seen} OR (last_seen = ${seen} AND sid > ${parameter(after.sid)} COLLATE "C"))`;
    const rows = await this.database.rows<SessionRow>(
      `SELECT * FROM sessions WHERE expires_at > $1 AND (remember_me = 1 OR lease_until > $2) ${ofUser} ${beyond ?? ""}
       ORDER BY last_seen DESC, sid COLLATE "C" LIMIT $3`,
      ...values,
    );
    return rows.map(sessionFrom);
  }

  /** Who has sessions, those included that have expired and are still there: an index alone has the answer. */
  async usersWithSessions(): Promise<readonly string[]> {
    const select = "SELECT DISTINCT username FROM sessions";
    return (await this.database.rows<{ username: string }>(select)).map(({ username }) => username);
  }

  /** How many sessions live at `now` under this inactivity limit (seconds), which a remembered one does not have. */
  async sessionCount(now: number, inactivity: number): Promise<number> {
    const row = await this.row<{ count: number }>(
      "SELECT count(*) AS count FROM sessions WHERE expires_at > $1 AND (remember_me = 1 OR lease_until > $2)",
      now,
      now - inactivity,
    );
    return row!.count;
  }

  /**
   * Notes leases that were issued. Of a session that has ended meanwhile the end is published, for at least as long as its lease
   * can be believed somewhere: `grace` seconds after it. Returns how many those are.
   */
  async noteLeases(leases: readonly LeaseUpdate[], grace: number): Promise<number> {
    let ended = 0;
    for (let first = 0; first < leases.length; first += leasesAtOnce)
      ended += await this.#noteLeases(leases.slice(first, first + leasesAtOnce), grace);
    return ended;
  }

  async #noteLeases(leases: readonly LeaseUpdate[], grace: number): Promise<number> {
    const sids = leases.map(({ sid }) => sid);
    const gone = await this.database.transaction(async (queries) => {
      // Locked in one order, as whoever ends sessions does, so that nobody waits for each other.
      const select = `SELECT sid FROM sessions WHERE sid IN (${parameters(sids.length)}) ORDER BY sid FOR UPDATE`;
      const alive = new Set((await queries.rows<{ sid: string }>(select, ...sids)).map(({ sid }) => sid));
      const noted = leases.filter(({ sid }) => alive.has(sid));
      if (noted.length > 0)
        await queries.changes(
          `UPDATE sessions SET lease_until = greatest(lease_until, column2), last_seen = greatest(last_seen, column3),
             address = column4, user_agent = column5
           FROM (VALUES ${noted.map((_, index) => leaseParameters(index * 5 + 1)).join(", ")}) AS lease
           WHERE sid = column1`,
          ...noted.flatMap((lease) => [lease.sid, lease.leaseUntil, lease.lastSeen, lease.address, lease.userAgent]),
        );
      return leases.filter(({ sid }) => !alive.has(sid));
    });
    if (gone.length === 0) return 0;
    // Whoever gives versions to these rows changes many of them too, in another order, and holds no session meanwhile.
    await this.locked("bundle", async (queries) => {
      for (const { sid, leaseUntil } of gone)
        await queries.changes(
          `INSERT INTO revoked_sessions (sid, forget_at) VALUES ($1, $2)
           ON CONFLICT (sid) DO UPDATE SET forget_at = excluded.forget_at, version = NULL
             WHERE revoked_sessions.forget_at < excluded.forget_at`,
          sid,
          leaseUntil + grace,
        );
    });
    return gone.length;
  }

  /** Puts a session in the place of another, which is revoked. False, and nothing done, when that has ended. */
  async replaceSession(sid: string, next: StoredSession, revocation: Revocation): Promise<boolean> {
    return this.locked(sessionsOf(next.username), async (queries) => {
      if ((await revoke(queries, "sid = $1", [sid], revocation)) === 0) return false;
      await insertSession(queries, next);
      return true;
    });
  }

  /** Ends a session and publishes its end. False when there was none. */
  async revokeSession(sid: string, revocation: Revocation): Promise<boolean> {
    return this.database.transaction(async (queries) => (await revoke(queries, "sid = $1", [sid], revocation)) === 1);
  }

  /**
   * Ends a user's sessions but for one, and publishes their end: all, or those of level 2 with one of some methods (RFC 8176).
   * Returns how many ended.
   */
  async revokeOthers(
    username: string,
    sid: string,
    revocation: Revocation,
    raisedBy?: readonly string[],
  ): Promise<number> {
    const methods = raisedBy?.map((method) => `%${JSON.stringify(method)}%`) ?? [];
    // The column holds JSON, in which each method is quoted.
    const raised = methods.map((_, index) => `amr LIKE $${index + 3}`).join(" OR ") || "false";
    const others = `username = $1 AND sid <> $2 ${raisedBy ? `AND level = 2 AND (${raised})` : ""}`;
    return this.locked(sessionsOf(username), (queries) =>
      revoke(queries, others, [username, sid, ...methods], revocation),
    );
  }

  /** Ends the sessions that rest on one of some logins with a provider, and publishes their end. Returns how many ended. */
  async revokeLogins(logins: readonly string[], revocation: Revocation): Promise<number> {
    let ended = 0;
    for (let first = 0; first < logins.length; first += loginsAtOnce) {
      const some = logins.slice(first, first + loginsAtOnce);
      const theirs = `login IN (${parameters(some.length)})`;
      ended += await this.database.transaction(async (queries) => {
        // Whoever puts a session in the place of one of these has done so before, or finds it gone.
        const select = `SELECT DISTINCT username FROM sessions WHERE ${theirs}`;
        const users = await queries.rows<{ username: string }>(select, ...some);
        for (const { username } of users.toSorted((a, b) => (a.username < b.username ? -1 : 1)))
          await queries.lock(sessionsOf(username));
        return revoke(queries, theirs, some, revocation);
      });
    }
    return ended;
  }

  /** Ends a user's sessions and refuses every token issued to them before `at`. Returns how many ended. */
  async revokeUser(username: string, revocation: Revocation): Promise<number> {
    return this.locked(sessionsOf(username), (queries) => this.#revokeUser(queries, username, revocation));
  }

  /**
   * The same, and puts a session in the place of one of them, if that has not ended before. Returns whether it has not, and how many others
   * ended. One step: whoever ends all of them between the two would miss it.
   */
  async restartUser(
    sid: string,
    next: StoredSession,
    revocation: Revocation,
  ): Promise<{ readonly lived: boolean; readonly ended: number }> {
    return this.locked(sessionsOf(next.username), async (queries) => {
      const lived = (await revoke(queries, "sid = $1", [sid], revocation)) === 1;
      const ended = await this.#revokeUser(queries, next.username, revocation);
      if (lived) await insertSession(queries, next);
      return { lived, ended };
    });
  }

  /** In a transaction that has locked the user's sessions, so that two hosts that revoke one user take turns. */
  async #revokeUser(queries: Queries, username: string, revocation: Revocation): Promise<number> {
    const { at, longestLease, grace } = revocation;
    // The clock of one host may be behind another's, or set back.
    await queries.changes(
      `INSERT INTO not_before (username, time, forget_at) VALUES ($1, $2, $3)
       ON CONFLICT (username) DO UPDATE SET time = greatest(not_before.time, excluded.time),
         forget_at = greatest(not_before.forget_at + 1, excluded.forget_at), version = NULL`,
      ...[username, at, at + longestLease + grace],
    );
    // A token of the second in which they end is none that is older, and is refused by its session alone.
    const listed = `(last_seen >= $2 OR sid IN
      (SELECT sid FROM sessions WHERE username = $1 ORDER BY last_seen DESC LIMIT ${listedOfUser}))`;
    return revoke(queries, "username = $1", [username], revocation, { condition: listed, values: [at] });
  }

  /** The time before which a user's tokens are refused; 0 when there is none. */
  async notBefore(username: string): Promise<number> {
    return (await this.revocationOf(username)).notBefore;
  }

  /** The same, and a mark that grows with each time that all sessions of the user end, also where their times are of one second. */
  async revocationOf(username: string): Promise<{ readonly notBefore: number; readonly mark: number }> {
    const select = "SELECT time AS not_before, forget_at AS mark FROM not_before WHERE username = $1";
    return (await this.row<{ notBefore: number; mark: number }>(select, username)) ?? { notBefore: 0, mark: 0 };
  }

  /** Removes what has no effect any more: ended sessions, the oldest first, and revocations whose tokens are gone. */
  async removeExpired(now: number): Promise<void> {
    const ended = { table: "sessions", key: "sid", condition: "expires_at <= $1", order: "expires_at" };
    await removeGradually(this.database, ended, now);
    for (const [table, key] of [
      ["revoked_sessions", "sid"],
      ["not_before", "username"],
    ] as const)
      await removeGradually(this.database, { table, key, condition: "forget_at <= $1", order: key }, now);
  }
}

/** What is locked while sessions of a user come and go, so that none is missed by whoever ends them. */
function sessionsOf(username: string): string {
  return `sessions of ${username}`;
}

/** Leases that one statement notes at most. */
const leasesAtOnce = 200;
/** Logins whose sessions one statement ends at most. */
const loginsAtOnce = 200;

/** The parameters of one lease, from `$first` on, with their types: PostgreSQL goes by the first of many rows. */
function leaseParameters(first: number): string {
  const types = ["TEXT", "BIGINT", "BIGINT", "TEXT", "TEXT"];
  return `(${types.map((type, index) => `CAST($${first + index} AS ${type})`).join(", ")})`;
}

/**
 * Ends the sessions for which a condition holds, and publishes the end of each of them or of those that are to be `listed`: its
 * parameters come after the condition's. Returns how many ended.
 */
async function revoke(
  queries: Queries,
  condition: string,
  values: readonly Value[],
  { at, longestLease, grace }: Revocation,
  listed: { readonly condition: string; readonly values: readonly Value[] } = { condition: "true", values: [] },
): Promise<number> {
  // Locked first, so that a lease that another host notes just now is before this or after it.
  const locked = `SELECT count(*) AS count FROM
    (SELECT sid FROM sessions WHERE ${condition} ORDER BY sid FOR UPDATE) AS ending`;
  const [found] = await queries.rows<{ count: number }>(locked, ...values);
  if (found!.count === 0) return 0;
  const given = [...values, ...listed.values];
  await queries.changes(
    `INSERT INTO revoked_sessions (sid, forget_at)
     SELECT sid, least(greatest(lease_until, ${bigint(given, at + longestLease)}) + ${bigint(given, grace)}, expires_at)
     FROM sessions WHERE ${condition} AND ${listed.condition} ON CONFLICT DO NOTHING`,
    ...given,
  );
  return queries.changes(`DELETE FROM sessions WHERE ${condition}`, ...values);
}

/** Adds a whole number to the values of a statement. Returns its parameter. */
function bigint(values: Value[], value: number): string {
  return `CAST($${values.push(value)} AS BIGINT)`;
}

async function insertSession(queries: Queries, session: StoredSession): Promise<void> {
  await queries.changes(...insertion("sessions", session));
}

function sessionFrom(row: SessionRow): StoredSession {
  return { ...row, amr: JSON.parse(row.amr) as string[], rememberMe: row.rememberMe === 1 };
}
