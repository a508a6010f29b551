// Puts down what an operator does by the command line.
import { userInfo } from "node:os";
import { Audit } from "../audit/audit.ts";
import type { AuditEvent } from "../audit/event.ts";
import { AuditStore } from "../audit/store.ts";
import { systemClock } from "../kit/clock.ts";
import type { Database } from "../kit/sql/queries.ts";

export async function recordOperation(
  database: Database,
  { detail, ...event }: Pick<AuditEvent, "action" | "user" | "address" | "detail">,
): Promise<void> {
  const audit = new Audit(new AuditStore(database), systemClock);
  await audit.record({ ...event, by: "operator", detail: { ...detail, operator: userInfo().username } });
}
