// The audit trail in SQLite.
import type { DatabaseSync } from "node:sqlite";
import type { AuditFilter, AuditRecord, AuditStore } from "../audit-store.ts";

interface Row {
  at: number;
  action: string;
  outcome: AuditRecord["outcome"];
  by: AuditRecord["by"];
  username: string | null;
  address: string | null;
  request_id: string | null;
  detail: string;
}

export class SqliteAudit implements AuditStore {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  async add({ at, action, outcome, by, user, address, requestId, detail }: AuditRecord): Promise<void> {
    this.#database
      .prepare(
        `INSERT INTO audit (at, action, outcome, "by", username, address, request_id, detail)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(at, action, outcome, by, user, address, requestId, JSON.stringify(detail));
  }

  async records({
    user,
    action,
    outcome,
    address,
    requestId,
    since,
    until,
    limit,
  }: AuditFilter): Promise<readonly AuditRecord[]> {
    const rows = this.#database
      .prepare(
        `SELECT * FROM audit
         WHERE (?1 IS NULL OR username = ?1) AND (?2 IS NULL OR action = ?2) AND (?3 IS NULL OR address = ?3)
           AND (?4 IS NULL OR outcome = ?4) AND (?5 IS NULL OR request_id = ?5) AND at >= ?6 AND (?7 IS NULL OR at < ?7)
         ORDER BY id DESC LIMIT ?8`,
      )
      .all(
        user ?? null,
        action ?? null,
        address ?? null,
        outcome ?? null,
        requestId ?? null,
        since ?? 0,
        until ?? null,
        limit ?? -1,
      ) as unknown as Row[];
    return rows.reverse().map((row) => ({
      at: row.at,
      action: row.action,
      outcome: row.outcome,
      by: row.by,
      user: row.username,
      address: row.address,
      requestId: row.request_id,
      detail: JSON.parse(row.detail) as AuditRecord["detail"],
    }));
  }

  async removeBefore(time: number): Promise<void> {
    this.#database.prepare("DELETE FROM audit WHERE at < ?").run(time);
  }
}
