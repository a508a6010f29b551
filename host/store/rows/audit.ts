// A row of the audit trail, as both databases give it.
import type { AuditRecord } from "../audit-store.ts";

export interface AuditRow {
  id: number;
  at: number;
  action: string;
  outcome: AuditRecord["outcome"];
  by: AuditRecord["by"];
  username: string | null;
  address: string | null;
  request_id: string | null;
  detail: string;
}

export function auditRecordFrom(row: AuditRow): AuditRecord {
  return {
    at: row.at,
    action: row.action,
    outcome: row.outcome,
    by: row.by,
    user: row.username,
    address: row.address,
    requestId: row.request_id,
    detail: JSON.parse(row.detail) as AuditRecord["detail"],
  };
}
