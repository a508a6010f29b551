// What operators read of the audit trail.
import { type AuditFilter, type AuditRecord, AuditStore } from "../audit/store.ts";
import type { Operator } from "./operator.ts";

/** The latest records that a filter lets through, oldest first. */
export function auditRecords({ database }: Operator, filter: AuditFilter): Promise<readonly AuditRecord[]> {
  return new AuditStore(database).records(filter);
}
