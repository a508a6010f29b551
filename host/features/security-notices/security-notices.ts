// Writes to users about what happened to their accounts. What is to be written about stands in the audit trail, marked when it
// was put there, whoever did so (this host, another one, the command line): a host that is killed owes it still.
import { english, languageOf } from "../../../portal/languages/index.ts";
import type { Language } from "../../../portal/languages/language.ts";
import type { Audit } from "../../audit/audit.ts";
import { securityEventOf } from "../../audit/security-event.ts";
import type { AuditRecord, AuditStore, NoticeDue } from "../../audit/store.ts";
import { DirectoryUnavailable, type Profiles } from "../../identity/profiles.ts";
import type { Clock } from "../../kit/clock.ts";
import type { Logger } from "../../kit/log.ts";
import type { Transaction } from "../../kit/sql/queries.ts";
import { StoreUnavailable } from "../../kit/sql/unavailable.ts";
import type { Notice } from "../../notify/notice.ts";
import type { Notifier, Promised } from "../../notify/notifier.ts";
import { addOutboxEntry } from "../../notify/outbox-store.ts";
import type { CookieDomain } from "../../session/config.ts";
import { securityNotice } from "./mails/security-notice.ts";
import { securityNoticeTexts } from "./texts/index.ts";

/** How often the trail is looked at. Milliseconds. */
const lookInterval = 1000;

/** Events taken at a time. */
const batch = 20;

/** What happened longer ago is no news: the directory was away, or e-mail was not configured. Seconds; a day. */
const newsTime = 86_400;

export interface Dependencies {
  readonly notices: Pick<AuditStore, "dueNotices" | "settleNotice">;
  /** The languages that users are written to in (RFC 5646). */
  readonly languages: { of(username: string): Promise<string | undefined> };
  readonly notifier: Pick<Notifier, "prepare">;
  readonly profiles: Pick<Profiles, "find">;
  readonly cookieDomains: readonly CookieDomain[];
  /** The notices about events that a feature has recorded with `tellUser`. */
  readonly noticeOf: (record: AuditRecord, language: Language) => Notice | undefined;
  readonly audit: Pick<Audit, "record">;
  readonly clock: Clock;
  readonly log: Logger;
}

export class SecurityNotices {
  readonly #dependencies: Dependencies;
  #timer: NodeJS.Timeout | undefined;
  #working: Promise<void> | undefined;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  start(): void {
    this.#timer = setInterval(() => this.#look(), lookInterval);
    this.#look();
  }

  /** What is not written yet stays due. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#working;
  }

  #look(): void {
    this.#working ??= this.#work()
      .catch((error) => {
        if (error instanceof StoreUnavailable || error instanceof DirectoryUnavailable) return;
        this.#dependencies.log.error({ err: error }, "cannot write security notices");
      })
      .finally(() => {
        this.#working = undefined;
      });
  }

  async #work(): Promise<void> {
    for (const due of await this.#dependencies.notices.dueNotices(batch)) await this.#settle(due);
  }

  async #settle({ id, record }: NoticeDue): Promise<void> {
    const { notices, notifier, audit } = this.#dependencies;
    const promised = await this.#write(record);
    const mail = promised && notifier.prepare(promised);
    const tell = async (queries: Transaction) => !mail || addOutboxEntry(queries, mail.entry, mail.limit);
    if ((await notices.settleNotice(id, tell)) !== "untold") return;
    const detail = { purpose: "security notice", about: record.action, reason: "too many for the user or the address" };
    await audit.record({ action: "mail", outcome: "failure", by: "host", user: record.user!, detail });
  }

  /** Undefined where there is nothing to write, or nobody to write to. */
  async #write(record: AuditRecord): Promise<Promised | undefined> {
    const { languages, profiles, clock } = this.#dependencies;
    if (record.user === null || clock() - record.at > newsTime) return undefined;
    const user = await profiles.find(record.user);
    if (user?.email === undefined) return undefined;
    const language = languageOf(await languages.of(user.name)) ?? english;
    const event = securityEventOf(record);
    const notice = event ? securityNoticeTexts(language).notices[event] : this.#dependencies.noticeOf(record, language);
    if (!notice) return undefined;
    const { user_agent } = record.detail;
    return {
      ...{ purpose: "security notice", username: user.name, expiresAt: record.at + newsTime },
      to: { name: user.displayName ?? user.name, address: user.email },
      mail: securityNotice(language, {
        ...{ ...notice, username: user.name, time: record.at, address: record.address ?? undefined },
        ...(user_agent !== undefined && { userAgent: String(user_agent) }),
        accountUrl: `${this.#portalOf(record)}/account`,
      }),
    };
  }

  /** The portal where it happened, as the config has it, or else the first. */
  #portalOf({ detail }: AuditRecord): string {
    const { cookieDomains } = this.#dependencies;
    return (cookieDomains.find(({ domain }) => domain === detail.domain) ?? cookieDomains[0]!).portalUrl;
  }
}
