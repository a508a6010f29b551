// Puts down what an operator does by the command line.
import { userInfo } from "node:os";
import { Audit, type AuditEvent } from "../audit/audit.ts";
import { systemClock } from "../kit/clock.ts";
import type { Store } from "../session/store.ts";

export async function recordOperation(
  store: Store,
  { detail, ...event }: Pick<AuditEvent, "action" | "user" | "address" | "detail">,
): Promise<void> {
  const audit = new Audit(store.audit, systemClock);
  await audit.record({ ...event, by: "operator", detail: { ...detail, operator: userInfo().username } });
}
