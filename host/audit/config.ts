// The section `audit`.
import { duration } from "../kit/config/duration.ts";
import { configSection } from "../kit/config/section.ts";
import { section } from "../kit/yaml/schema.ts";

export interface AuditConfig {
  /** How long the audit trail is kept. Seconds. */
  readonly retention: number;
}

export const auditSection = configSection({
  keys: { audit: section({ retention: duration("1h").prefault("90d") }) },
  config: ({ audit }): AuditConfig => audit,
});
