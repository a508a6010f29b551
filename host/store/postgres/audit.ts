// The audit trail in PostgreSQL.
import type { AuditFilter, AuditRecord, AuditStore } from "../audit-store.ts";
import type { PostgresDatabase } from "./database.ts";

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

export class PostgresAudit implements AuditStore {
  readonly #database: PostgresDatabase;

  constructor(database: PostgresDatabase) {
    this.#database = database;
  }

  async add({ at, action, outcome, by, user, address, requestId, detail }: AuditRecord): Promise<void> {
    await this.#database.changes(
      `INSERT INTO audit (at, action, outcome, "by", username, address, request_id, detail)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      at,
      action,
      outcome,
      by,
      user,
      address,
      requestId,
      JSON.stringify(detail),
    );
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
    const rows = await this.#database.rows<Row>(
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
    await this.#database.changes("DELETE FROM audit WHERE at < $1", time);
  }
}
