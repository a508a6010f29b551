// The audit trail in SQLite.

import type { DatabaseSync } from "node:sqlite";
import type { AuditFilter, AuditRecord, AuditStore, NoticeDue } from "../audit-store.ts";
import { type AuditRow, auditRecordFrom } from "../rows/audit.ts";
import { addOutboxEntry } from "./outbox.ts";
import { inTransaction } from "./transaction.ts";

export class SqliteAudit implements AuditStore {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  async add(record: AuditRecord, notice: boolean): Promise<void> {
    const { at, action, outcome, by, user, address, requestId, detail } = record;
    this.#database
      .prepare(
        `INSERT INTO audit (at, action, outcome, "by", username, address, request_id, detail, notice)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(at, action, outcome, by, user, address, requestId, JSON.stringify(detail), notice ? 1 : 0);
  }

  async dueNotices(limit: number): Promise<readonly NoticeDue[]> {
    const rows = this.#database.prepare("SELECT * FROM audit WHERE notice = 1 ORDER BY id LIMIT ?").all(limit);
    return (rows as unknown as AuditRow[]).map((row) => ({ id: row.id, record: auditRecordFrom(row) }));
  }

  async settleNotice(id: number, mail: Parameters<AuditStore["settleNotice"]>[1]) {
    return inTransaction(this.#database, () => {
      const update = this.#database.prepare("UPDATE audit SET notice = 0 WHERE id = ? AND notice = 1");
      if (update.run(id).changes === 0) return "settled before";
      return !mail || addOutboxEntry(this.#database, mail.entry, mail.limit) ? "settled" : "too many";
    });
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
      ) as unknown as AuditRow[];
    return rows.reverse().map(auditRecordFrom);
  }

  async removeBefore(time: number): Promise<void> {
    this.#database.prepare("DELETE FROM audit WHERE at < ?").run(time);
  }
}
