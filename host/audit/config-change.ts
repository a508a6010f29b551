// Notes in the audit trail that the host runs with another configuration than before.

import { sha256 } from "../kit/sha256.ts";
import type { Audit } from "./audit.ts";
import type { AuditStore } from "./store.ts";

/** Records a change of configuration, if this is one: by its hash. `config` has no secret in it. */
export async function recordConfigChange(audit: Audit, store: AuditStore, config: unknown): Promise<void> {
  const hash = sha256(JSON.stringify(config)).toString("hex").slice(0, 16);
  const [last] = await store.records({ action: "config change", limit: 1 });
  if (last?.detail.hash !== hash) await audit.record({ action: "config change", by: "operator", detail: { hash } });
}
