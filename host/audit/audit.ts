// Records what somebody may have to account for, in the database and in the log. Nothing secret goes into it: no password,
// token or cookie, and no name that nobody has, for people type their password into the field above it.
import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import type { AuditRecord, AuditStore } from "../store/audit-store.ts";

/** Every action that is recorded. */
export const auditActions = [
  "login",
  "basic login",
  "second factor",
  "logout",
  "session end",
  "password change",
  "password reset request",
  "ban",
  "ban lift",
  "key rotation",
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
  readonly detail?: AuditRecord["detail"];
}

export class Audit {
  readonly #store: AuditStore;
  readonly #clock: Clock;
  readonly #log: Logger | undefined;

  /** Without a log (the command line), events go to the database alone. */
  constructor(store: AuditStore, clock: Clock, log?: Logger) {
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
  }

  /** Settles when the event is in the database. */
  async record(event: AuditEvent): Promise<void> {
    const { action, outcome = "success", by = "user", user, address, requestId, detail = {} } = event;
    const line = {
      audit: action,
      outcome,
      by,
      ...(user !== undefined && { user }),
      ...(address !== undefined && { address }),
      ...(requestId !== undefined && { request_id: requestId }),
      ...detail,
    };
    if (outcome === "failure") this.#log?.warn(line, `${action} refused`);
    else this.#log?.info(line, action);
    await this.#store.add({
      at: this.#clock(),
      action,
      outcome,
      by,
      user: user ?? null,
      address: address ?? null,
      requestId: requestId ?? null,
      detail,
    });
  }
}
