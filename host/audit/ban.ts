// Notes in the audit trail that regulation has banned somebody.

import type { RegulationRecord } from "../identity/regulation/store.ts";
import type { Source } from "../identity/regulation/subjects.ts";
import type { Audit } from "./audit.ts";

export function recordBan(audit: Audit, ban: RegulationRecord, { address, requestId }: Source): Promise<void> {
  const { kind, label, heldUntil, bans } = ban;
  const user = kind === "address" ? undefined : (label ?? undefined);
  const detail = { kind, until: new Date(heldUntil * 1000).toISOString(), in_a_row: bans };
  return audit.record({ action: "ban", by: "host", user, address, requestId, detail });
}
