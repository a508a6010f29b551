// The audit trail: what happened that somebody may have to account for.

import type { Transaction, Value } from "../kit/sql/queries.ts";
import { removeGradually } from "../kit/sql/remove-gradually.ts";
import { insertion, type RowOf } from "../kit/sql/rows.ts";
import { Store } from "../kit/sql/store.ts";

export interface AuditRecord {
  /** Seconds. */
  readonly at: number;
  readonly action: string;
  readonly outcome: "success" | "failure";
  /** Who did it: the user, whoever runs the command line, or the host by itself. */
  readonly by: "user" | "operator" | "host";
  /** The user that the event is about; null when it is about none, or about a name that no user has. */
  readonly user: string | null;
  /** The visitor's IP address. */
  readonly address: string | null;
  readonly requestId: string | null;
  readonly detail: Readonly<Record<string, string | number | boolean>>;
}

export interface AuditFilter {
  readonly user?: string | undefined;
  readonly action?: string | undefined;
  readonly outcome?: AuditRecord["outcome"] | undefined;
  readonly address?: string | undefined;
  readonly requestId?: string | undefined;
  /** From this time on. */
  readonly since?: number | undefined;
  /** Before this time. */
  readonly until?: number | undefined;
  /** The latest ones only. */
  readonly limit?: number | undefined;
}

/** An event that its user is still to be told of. */
export interface NoticeDue {
  readonly id: number;
  readonly record: AuditRecord;
}

type AuditRow = RowOf<AuditRecord> & { readonly id: number };

/** The columns of a record. */
const columns = 'id, at, action, outcome, "by", username AS "user", address, request_id, detail';

export class AuditStore extends Store {
  /** `notice`: its user is to be told of it. */
  async add(record: AuditRecord, notice: boolean): Promise<void> {
    const { user: username, ...columns } = record;
    await this.database.changes(...insertion("audit", { ...columns, username, notice }));
  }

  /** Events that users are still to be told of, oldest first. */
  async dueNotices(limit: number): Promise<readonly NoticeDue[]> {
    const select = `SELECT ${columns} FROM audit WHERE notice = 1 ORDER BY id LIMIT $1`;
    const rows = await this.database.rows<AuditRow>(select, limit);
    return rows.map((row) => ({ id: row.id, record: recordFrom(row) }));
  }

  /** Notes that a user was told, by what `tell` does in the same step: "untold" when it returns false. */
  async settleNotice(
    id: number,
    tell: (queries: Transaction) => Promise<boolean>,
  ): Promise<"settled" | "untold" | "settled before"> {
    return this.database.transaction(async (queries) => {
      const update = "UPDATE audit SET notice = 0 WHERE id = $1 AND notice = 1";
      if ((await queries.changes(update, id)) === 0) return "settled before";
      return (await tell(queries)) ? "settled" : "untold";
    });
  }

  /** Oldest first. */
  async records({ limit, ...filter }: AuditFilter): Promise<readonly AuditRecord[]> {
    const conditions: readonly (readonly [string, Value | undefined])[] = [
      ["username =", filter.user],
      ["action =", filter.action],
      ["outcome =", filter.outcome],
      ["address =", filter.address],
      ["request_id =", filter.requestId],
      ["at >=", filter.since],
      ["at <", filter.until],
    ];
    const asked = conditions.filter((condition): condition is readonly [string, Value] => condition[1] !== undefined);
    // A stretch of time may be most of the trail. By their ids its rows come in the order of their times, unless the clock was set back.
    const byTime = asked.length > 0 && asked.every(([condition]) => /^(at|outcome) /.test(condition));
    const where = asked.map(([condition], index) => `${condition} $${index + 1}`).join(" AND ");
    const rows = await this.database.rows<AuditRow>(
      `SELECT ${columns} FROM audit ${where && `WHERE ${where}`} ORDER BY ${byTime ? "at DESC, " : ""}id DESC LIMIT $${asked.length + 1}`,
      ...asked.map(([, value]) => value),
      limit ?? Number.MAX_SAFE_INTEGER,
    );
    return rows.reverse().map(recordFrom);
  }

  /** Removes the oldest first. */
  async removeBefore(time: number): Promise<void> {
    await removeGradually(this.database, { table: "audit", key: "id", condition: "at < $1", order: "at" }, time);
  }
}

function recordFrom({ id: _, ...row }: AuditRow): AuditRecord {
  return { ...row, detail: JSON.parse(row.detail) as AuditRecord["detail"] };
}
