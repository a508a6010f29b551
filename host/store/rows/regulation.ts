// A row of what is held against somebody, as both databases give it.
import type { RegulationRecord } from "../regulation-store.ts";

export interface RegulationRow {
  subject: string;
  owner: string;
  kind: RegulationRecord["kind"];
  label: string | null;
  failures: string;
  held_until: number;
  banned: 0 | 1;
  bans: number;
  forget_at: number;
}

export function regulationRecordFrom(row: RegulationRow): RegulationRecord {
  return {
    subject: row.subject,
    owner: row.owner,
    kind: row.kind,
    label: row.label,
    failures: JSON.parse(row.failures) as number[],
    heldUntil: row.held_until,
    banned: row.banned === 1,
    bans: row.bans,
    forgetAt: row.forget_at,
  };
}
