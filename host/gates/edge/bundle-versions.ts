// The versions that bundles are given, by all hosts that share a database: a higher one whenever there is something new to tell gates, and
// where the clock was set back, for gates take nothing of one version that was signed earlier than theirs. What was revoked has a version once a bundle has told of it, the same for every host, so that each knows what came since any other.
import { Store } from "../../kit/sql/store.ts";

/** By how much the clocks of hosts that share a database may differ. Seconds. */
export const clockTolerance = 60;

/** When a bundle is signed, and whether it is although there may be nothing new to tell. Seconds. */
export interface Signing {
  readonly now: number;
  readonly again: boolean;
}

/** What was revoked, and with which version gates are told of it. Times are in seconds. */
interface Told {
  readonly version: number;
  /** When no token that it concerns is believed any more. */
  readonly forgetAt: number;
}

export interface RevokedSession extends Told {
  readonly sid: string;
}

export interface RevokedUser extends Told {
  readonly username: string;
  /** Tokens issued before this are refused. */
  readonly time: number;
}

/** The version in force, and what was revoked since another one, the earliest first. */
export interface News {
  readonly version: number;
  readonly sessions: readonly RevokedSession[];
  readonly users: readonly RevokedUser[];
}

interface Row {
  readonly version: number;
  readonly contentHash: string;
  /** When the version in force was signed last. */
  readonly issuedAt: number;
  /** 1 where something has no version yet. */
  readonly pending: number;
  readonly sids: string;
  readonly sidsForgetAt: string;
  readonly sidsVersion: string;
  readonly usernames: string;
  readonly times: string;
  readonly usernamesForgetAt: string;
  readonly usernamesVersion: string;
}

export class BundleVersions extends Store {
  /**
   * Gives the next version to all that is revoked and has none, and to the rest of a bundle, by its hash, where that is another one; also
   * where the last one was signed later than `clockTolerance` after now. Returns what is new since a version.
   */
  async advance(baseHash: string, { now, again }: Signing, since: number): Promise<News> {
    const row = await this.#since(since);
    const isSigned = again || row?.version !== since;
    const isNoted = row && row.issuedAt <= now + clockTolerance && (!isSigned || row.issuedAt >= now);
    if (isNoted && row.contentHash === baseHash && row.pending === 0) return newsFrom(row);
    await this.database.transaction(async (queries) => {
      // Whoever gives versions takes turns: who sees one sees all that is told of with it and with lower ones.
      await queries.lock("bundle");
      const select = "SELECT version, content_hash, issued_at FROM bundle WHERE id = 1";
      const [last] = await queries.rows<Pick<Row, "version" | "contentHash" | "issuedAt">>(select);
      const next = (last?.version ?? 0) + 1;
      let told = 0;
      for (const table of ["not_before", "revoked_sessions"])
        told += await queries.changes(`UPDATE ${table} SET version = $1 WHERE version IS NULL`, next);
      if (last && told === 0 && last.contentHash === baseHash && last.issuedAt <= now + clockTolerance)
        await queries.changes("UPDATE bundle SET issued_at = $1 WHERE issued_at < $1", now);
      else
        await queries.changes(
          `INSERT INTO bundle (id, version, content_hash, issued_at) VALUES (1, $1, $2, $3)
           ON CONFLICT (id) DO UPDATE SET version = $1, content_hash = $2, issued_at = $3`,
          ...[next, baseHash, now],
        );
    });
    return newsFrom((await this.#since(since))!);
  }

  /** In one statement, so that all is of one moment, and in one row: to hand over one for each session takes tens of milliseconds. */
  async #since(version: number): Promise<Row | undefined> {
    const all = (column: string, table: string, key: string) =>
      `(SELECT coalesce(CAST(json_agg(${column} ORDER BY version, ${key} COLLATE "C") AS TEXT), '[]')
        FROM ${table} WHERE version > $1)`;
    return this.row<Row>(
      `SELECT version, content_hash, issued_at,
         CASE WHEN EXISTS (SELECT 1 FROM revoked_sessions WHERE version IS NULL)
           OR EXISTS (SELECT 1 FROM not_before WHERE version IS NULL) THEN 1 ELSE 0 END AS pending,
         ${all("sid", "revoked_sessions", "sid")} AS sids,
         ${all("forget_at", "revoked_sessions", "sid")} AS sids_forget_at,
         ${all("version", "revoked_sessions", "sid")} AS sids_version,
         ${all("username", "not_before", "username")} AS usernames,
         ${all("time", "not_before", "username")} AS times,
         ${all("forget_at", "not_before", "username")} AS usernames_forget_at,
         ${all("version", "not_before", "username")} AS usernames_version
       FROM bundle WHERE id = 1`,
      version,
    );
  }

  /** Leaves out this many versions, which may have been given before a backup was restored. */
  async skip(count: number): Promise<void> {
    await this.database.changes("UPDATE bundle SET version = version + $1", count);
  }
}

function newsFrom(row: Row): News {
  const [sids, sidsForgetAt, sidsVersion] = [row.sids, row.sidsForgetAt, row.sidsVersion].map((json) =>
    JSON.parse(json),
  );
  const [usernames, times, forgetAt, version] = [
    ...[row.usernames, row.times, row.usernamesForgetAt, row.usernamesVersion],
  ].map((json) => JSON.parse(json));
  return {
    version: row.version,
    sessions: (sids as string[]).map((sid, i) => ({ sid, forgetAt: sidsForgetAt[i], version: sidsVersion[i] })),
    users: (usernames as string[]).map((username, i) => ({
      ...{ username, time: times[i], forgetAt: forgetAt[i], version: version[i] },
    })),
  };
}
