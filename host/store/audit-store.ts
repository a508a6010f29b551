// The audit trail: what happened that somebody may have to account for.

import type { OutboxEntry, OutboxLimit } from "./outbox-store.ts";

export interface AuditRecord {
  /** Seconds. */
  readonly at: number;
  readonly action: string;
  readonly outcome: "success" | "failure";
  /** Who did it: the user, whoever runs the command line, or the host by itself. */
  readonly by: "user" | "operator" | "host";
  /** Whom it is about; null when nobody, or a name that nobody has. */
  readonly user: string | null;
  /** The visitor's IP address. */
  readonly address: string | null;
  readonly requestId: string | null;
  readonly detail: Readonly<Record<string, string | number | boolean>>;
}

export interface AuditFilter {
  readonly user?: string;
  readonly action?: string;
  readonly outcome?: AuditRecord["outcome"];
  readonly address?: string;
  readonly requestId?: string;
  /** From this time on. */
  readonly since?: number;
  /** Before this time. */
  readonly until?: number;
  /** The latest ones only. */
  readonly limit?: number;
}

/** An event that its user is still to be told of. */
export interface NoticeDue {
  readonly id: number;
  readonly record: AuditRecord;
}

export interface AuditStore {
  /** `notice`: its user is to be told of it. */
  add(record: AuditRecord, notice: boolean): Promise<void>;
  /** Events that users are still to be told of, oldest first. */
  dueNotices(limit: number): Promise<readonly NoticeDue[]>;
  /** Notes that a user was told: with a mail, which is added in the same step, or without, when there is nobody to tell. */
  settleNotice(
    id: number,
    mail: { readonly entry: OutboxEntry; readonly limit: OutboxLimit } | undefined,
  ): Promise<"settled" | "too many" | "settled before">;
  /** Oldest first. */
  records(filter: AuditFilter): Promise<readonly AuditRecord[]>;
  removeBefore(time: number): Promise<void>;
}
