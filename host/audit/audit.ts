// Records what somebody may have to account for, in the database and in the log. Nothing secret goes into it: no password,
// token or cookie, and no name that nobody has, for people type their password into the field above it.
import type { Clock } from "../kit/clock.ts";
import type { Logger } from "../kit/log.ts";
import type { AuditEvent } from "./event.ts";
import { Repetitions } from "./repetitions.ts";
import { securityEventOf } from "./security-event.ts";
import type { AuditRecord, AuditStore } from "./store.ts";

/** What a browser or a program says of itself is cut to this. Characters. */
const longestUserAgent = 256;

export class Audit {
  readonly #store: AuditStore;
  readonly #clock: Clock;
  readonly #log: Logger | undefined;
  readonly #refusals = new Repetitions();

  /** Without a log (the command line), events go to the database alone. */
  constructor(store: AuditStore, clock: Clock, log?: Logger) {
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
  }

  /** Settles when the event is in the database, or, one of many refusals that are alike, is counted. */
  async record(event: AuditEvent): Promise<void> {
    const number = isRefusal(event) ? this.#refusals.count(event, this.#clock()) : "few";
    if (number === "few") return this.#put(event);
    const { action, address, user } = event;
    const line = { audit: action, ...(user !== undefined && { user }), ...(address !== undefined && { address }) };
    if (number === "many") this.#log?.warn(line, `${action} refused many times; the rest is counted`);
  }

  /** Puts down how many refusals were counted in whiles that are over at a time; all of them when none is given. */
  async putCounts(now = Number.POSITIVE_INFINITY): Promise<void> {
    await this.#refusals.putOver(now, (event) => this.#put(event));
  }

  async #put(event: AuditEvent): Promise<void> {
    const { action, outcome = "success", by = "user", user, address, requestId, userAgent } = event;
    const detail = printable({
      ...event.detail,
      ...(userAgent && { user_agent: userAgent.slice(0, longestUserAgent) }),
    });
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
    const record = {
      ...{ at: this.#clock(), action, outcome, by, detail },
      ...{ user: user ?? null, address: address ?? null, requestId: requestId ?? null },
    };
    await this.#store.add(record, event.tellUser === true || securityEventOf(record) !== undefined);
  }
}

/** The events that anybody can cause as often as they like. A ban on a name that no user has is one of them. */
function isRefusal({ action, outcome, user }: AuditEvent): boolean {
  return outcome === "failure" || (action === "ban" && user === undefined);
}

/** Details may be what a visitor sends; they are read on terminals, which obey control characters. */
function printable(detail: AuditRecord["detail"]): AuditRecord["detail"] {
  return Object.fromEntries(
    Object.entries(detail).map(([name, value]) => [
      name,
      typeof value === "string" ? value.toWellFormed().replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "\uFFFD") : value,
    ]),
  );
}
