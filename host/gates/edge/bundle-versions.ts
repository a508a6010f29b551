// The versions that bundles are given, by all hosts that share a database: a higher one whenever there is something new to tell gates, and
// where the clock was set back, for gates take nothing of one version that was signed earlier than theirs. What was revoked has a version
// once a bundle has told of it, the same for every host, so that each knows what came since any other.
import type { Queries } from "../../kit/sql/queries.ts";
import { Store } from "../../kit/sql/store.ts";

/** By how much the clocks of hosts that share a database may differ. Seconds. */
export const clockTolerance = 60;

/**
 * When a bundle is signed, in seconds, whether it is although there may be nothing new to tell, and the highest version that gates have
 * been told of where that is not the one since which news are asked for.
 */
export interface Signing {
  readonly now: number;
  readonly again: boolean;
  readonly told?: number;
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
   * Gives the next version to all that is revoked and has none, and to the rest of a bundle, by its hash, where that is another one. Returns
   * what is new since a version. Where the last one is lower than gates have it, as in a database that has lost what was written last, or
   * was signed later than `clockTolerance` after now, all that is revoked gets a new one: gates may have been told of something else with
   * the one it has, or have forgotten what is not over yet.
   */
  async advance(baseHash: string, { now, again, ...gates }: Signing, since: number): Promise<News> {
    const told = gates.told ?? since;
    const hasGoneBack = ({ version, issuedAt }: Pick<Row, "version" | "issuedAt">) =>
      version < told || issuedAt > now + clockTolerance;
    const row = await newsSince(this.database, since);
    const isSigned = again || row?.version !== since;
    const isNoted = row && !hasGoneBack(row) && (!isSigned || row.issuedAt >= now);
    if (isNoted && row.contentHash === baseHash && row.pending === 0) return newsFrom(row);
    return this.database.transaction(async (queries) => {
      // Whoever gives versions takes turns: who sees one sees all that is told of with it and with lower ones.
      await queries.lock("bundle");
      const select = "SELECT version, content_hash, issued_at FROM bundle WHERE id = 1";
      const [last] = await queries.rows<Pick<Row, "version" | "contentHash" | "issuedAt">>(select);
      const next = Math.max(last?.version ?? 0, told) + 1;
      const isAnew = last !== undefined && hasGoneBack(last);
      let given = 0;
      for (const table of ["not_before", "revoked_sessions"])
        given += await queries.changes(
          `UPDATE ${table} SET version = $1 WHERE ${isAnew ? "true" : "version IS NULL"}`,
          next,
        );
      if (last && !isAnew && given === 0 && last.contentHash === baseHash)
        await queries.changes("UPDATE bundle SET issued_at = $1 WHERE issued_at < $1", now);
      else
        await queries.changes(
          `INSERT INTO bundle (id, version, content_hash, issued_at) VALUES (1, $1, $2, $3)
           ON CONFLICT (id) DO UPDATE SET version = $1, content_hash = $2, issued_at = $3`,
          ...[next, baseHash, now],
        );
      // What has its version just now stays as it is until the end of the transaction.
      return newsFrom((await newsSince(queries, since))!);
    });
  }

  /** Leaves out this many versions, which may have been given before a backup was restored. */
  async skip(count: number): Promise<void> {
    await this.database.changes("UPDATE bundle SET version = version + $1", count);
  }
}

/** In one statement, so that all is of one moment, and in one row: to hand over one for each session takes tens of milliseconds. */
async function newsSince(queries: Pick<Queries, "rows">, version: number): Promise<Row | undefined> {
  const all = (column: string, table: string, key: string) =>
    `(SELECT coalesce(CAST(json_agg(${column} ORDER BY version, ${key} COLLATE "C") AS TEXT), '[]')
      FROM ${table} WHERE version > $1)`;
  const [row] = await queries.rows<Row>(
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
  return row;
}

function newsFrom(row: Row): News {
  const numbers = (json: string) => JSON.parse(json) as number[];
  const [sidsForgetAt, sidsVersion] = [numbers(row.sidsForgetAt), numbers(row.sidsVersion)];
  const [times, forgetAt, version] = [
    numbers(row.times),
    numbers(row.usernamesForgetAt),
    numbers(row.usernamesVersion),
  ];
  return {
    version: row.version,
    sessions: (JSON.parse(row.sids) as string[]).map((sid, i) => ({
      ...{ sid, forgetAt: sidsForgetAt[i]!, version: sidsVersion[i]! },
    })),
    users: (JSON.parse(row.usernames) as string[]).map((username, i) => ({
      ...{ username, time: times[i]!, forgetAt: forgetAt[i]!, version: version[i]! },
    })),
  };
}
