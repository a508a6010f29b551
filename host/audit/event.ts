// What the audit trail is told: who did what to whom, and whether it came to anything.
import type { AuditRecord } from "./store.ts";

/** Every action that is recorded. */
export const auditActions = [
  "login",
  "basic login",
  "second factor",
  "logout",
  "session end",
  "totp setup",
  "totp removal",
  "passkey setup",
  "passkey removal",
  "recovery codes",
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
  "mail",
] as const;

export interface AuditEvent {
  readonly action: (typeof auditActions)[number];
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
}
