// The audit trail in PostgreSQL.

import type { AuditFilter, AuditRecord, AuditStore, NoticeDue } from "../audit-store.ts";
import { type AuditRow, auditRecordFrom } from "../rows/audit.ts";
import type { PostgresDatabase } from "./database.ts";
import { addOutboxEntry } from "./outbox.ts";

export class PostgresAudit implements AuditStore {
  readonly #database: PostgresDatabase;

  constructor(database: PostgresDatabase) {
    this.#database = database;
  }

  async add(record: AuditRecord, notice: boolean): Promise<void> {
    const { at, action, outcome, by, user, address, requestId, detail } = record;
    await this.#database.changes(
      `INSERT INTO audit (at, action, outcome, "by", username, address, request_id, detail, notice)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      at,
      action,
      outcome,
      by,
      user,
      address,
      requestId,
      JSON.stringify(detail),
      notice ? 1 : 0,
    );
  }

  async dueNotices(limit: number): Promise<readonly NoticeDue[]> {
    const select = "SELECT * FROM audit WHERE notice = 1 ORDER BY id LIMIT $1";
    const rows = await this.#database.rows<AuditRow>(select, limit);
    return rows.map((row) => ({ id: row.id, record: auditRecordFrom(row) }));
  }

  async settleNotice(id: number, mail: Parameters<AuditStore["settleNotice"]>[1]) {
    return this.#database.transaction(async (queries) => {
      const update = "UPDATE audit SET notice = 0 WHERE id = $1 AND notice = 1";
      if ((await queries.changes(update, id)) === 0) return "settled before";
      return !mail || (await addOutboxEntry(queries, mail.entry, mail.limit)) ? "settled" : "too many";
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
    const rows = await this.#database.rows<AuditRow>(
      `SELECT * FROM audit
       WHERE ($1::text IS NULL OR username = $1) AND ($2::text IS NULL OR action = $2)
         AND ($3::text IS NULL OR address = $3) AND ($4::text IS NULL OR outcome = $4)
         AND ($5::text IS NULL OR request_id = $5) AND at >= $6 AND ($7::bigint IS NULL OR at < $7)
       ORDER BY id DESC LIMIT $8::bigint`,
      user ?? null,
      action ?? null,
      address ?? null,
      outcome ?? null,
      requestId ?? null,
      since ?? 0,
      until ?? null,
      limit ?? null,
    );
    return rows.reverse().map(auditRecordFrom);
  }

  async removeBefore(time: number): Promise<void> {
    await this.#database.changes("DELETE FROM audit WHERE at < $1", time);
  }
}
