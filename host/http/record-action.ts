// Puts down what a visitor does: who, what, from where, and in which request.
import type { Audit } from "../audit/audit.ts";
import type { AuditEvent } from "../audit/event.ts";
import type { RequestContext } from "./environment.ts";

/** Where a request comes from, for the audit. */
export function sourceOf(c: RequestContext): Pick<AuditEvent, "address" | "requestId" | "userAgent"> {
  const { address } = c.get("forwarded");
  return { address, requestId: c.get("requestId"), userAgent: c.req.header("user-agent") };
}

/** Something that a user has done, or was refused, about their own account. */
export async function recordAction(
  c: RequestContext,
  { audit }: { readonly audit: Pick<Audit, "record"> },
  user: { readonly name: string },
  event: Pick<AuditEvent, "action" | "outcome" | "detail" | "tellUser">,
): Promise<void> {
  await audit.record({ ...event, user: user.name, ...sourceOf(c) });
}
