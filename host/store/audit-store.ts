// The audit trail: what happened that somebody may have to account for.

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

export interface AuditStore {
  add(record: AuditRecord): Promise<void>;
  /** Oldest first. */
  records(filter: AuditFilter): Promise<readonly AuditRecord[]>;
  removeBefore(time: number): Promise<void>;
}
