// An event of the audit trail: who did what to whom, and whether it succeeded.
import type { AuditRecord } from "./store.ts";

/** Every action that is recorded, but for those of second factors: each of them knows its own. */
export const auditActions = [
  "login",
  "basic login",
  "second factor",
  "logout",
  "session end",
  "elevation code",
  "elevation",
  "password change",
  "password reset request",
  "password reset",
  "ban",
  "ban lift",
  "user change",
  "edge token",
  "key rotation",
  "encryption key change",
  "config change",
  "import",
  "mail",
] as const;

/** An action of a second factor has its name in it. */
export type AuditAction = (typeof auditActions)[number] | `${string} ${"setup" | "removal" | "codes"}`;

export interface AuditEvent {
  readonly action: AuditAction;
  /** "success" where nothing else is said. */
  readonly outcome?: "success" | "failure";
  /** "user" where nothing else is said. */
  readonly by?: AuditRecord["by"];
  readonly user?: string | undefined;
  readonly address?: string | undefined;
  readonly requestId?: string | undefined;
  /** The visitor's User-Agent header. */
  readonly userAgent?: string | undefined;
  readonly detail?: AuditRecord["detail"];
  /** Whether the user is told of it by e-mail, beside what security-event.ts has. Whoever records it has the words. */
  readonly tellUser?: boolean;
}
