// The second factors of this host, and those of a user as a whole: whether there is one, and what goes when the last one goes.

import type { Language } from "../../../portal/languages/language.ts";
import type { Fragment } from "../../../portal/pages/layout.ts";
import type { Site } from "../../../portal/pages/site.ts";
import type { AuditRecord } from "../../audit/store.ts";
import type { LoginAlternative } from "../../http/ask-login.ts";
import { destinationOf, type ReturnTo } from "../../http/return-to.ts";
import type { Notice } from "../../notify/notice.ts";
import type { CookieDomain } from "../../session/config.ts";
import type { AccountPart, AccountView, BackupFactor, Factor, SecondFactorsOfUsers } from "./factor.ts";
import type { PreferenceStore } from "./preference-store.ts";

export class SecondFactors implements SecondFactorsOfUsers {
  /** In the order in which the portal lists them; recovery codes come last. */
  readonly all: readonly Factor[];
  /** Every method by which one of them can raise a session to level 2. */
  readonly methods: readonly string[];
  readonly #factors: readonly Factor[];
  readonly #backup: BackupFactor;
  readonly #preferences: Pick<PreferenceStore, "of" | "choose">;

  constructor(factors: readonly Factor[], backup: BackupFactor, preferences: Pick<PreferenceStore, "of" | "choose">) {
    this.all = [...factors, backup];
    this.methods = [...new Set(this.all.flatMap(({ methods }) => methods))];
    this.#factors = factors;
    this.#backup = backup;
    this.#preferences = preferences;
  }

  /** Whether a user has any; recovery codes alone are none, for they go with the last of the others. */
  async has(username: string): Promise<boolean> {
    for (const factor of this.#factors) if ((await factor.credentialsOf(username)).length > 0) return true;
    return false;
  }

  /** The methods by which a user's own raise a session. */
  async methodsOf(username: string): Promise<readonly string[]> {
    const credentials = await Promise.all(this.all.map((factor) => factor.credentialsOf(username)));
    return [...new Set(credentials.flat().map(({ amr: [method] }) => method))];
  }

  /**
   * Those that a user can pass now, at this portal: first the one that they prefer, then what no imitation of the portal can make use
   * of.
   */
  async usable(username: string, portal: CookieDomain): Promise<readonly Factor[]> {
    const usable: Factor[] = [];
    for (const factor of this.all) if (await factor.isUsable(username, portal)) usable.push(factor);
    const preferred = await this.#preferences.of(username);
    const rank = ({ name, pages }: Factor) => (name === preferred ? 0 : pages.resistsPhishing ? 1 : 2);
    return usable.sort((a, b) => rank(a) - rank(b));
  }

  /** Those among which a user can choose what they are asked for first, in the order in which they are asked. */
  async choices(username: string, portal: CookieDomain): Promise<readonly Factor[]> {
    return (await this.usable(username, portal)).filter((factor) => factor !== this.#backup);
  }

  /** Has a user asked for a factor first from now on. False where no factor of theirs has that name, which changes nothing. */
  async prefer(username: string, portal: CookieDomain, name: string): Promise<boolean> {
    const has = (await this.choices(username, portal)).some((factor) => factor.name === name);
    if (has) await this.#preferences.choose(username, name);
    return has;
  }

  /** Where somebody goes on to who has just set up a factor: recovery codes come with the first one. */
  async afterSetUp(username: string, returnTo: ReturnTo): Promise<string> {
    const backup = await this.#backup.credentialsOf(username);
    if (backup.length === 0) return destinationOf({ ...returnTo, next: this.#backup.page });
    return returnTo.target?.url ?? "/account";
  }

  /** Removes the recovery codes of a user who has no other factor left. */
  async removeOrphanedCodes(username: string): Promise<void> {
    if (!(await this.has(username))) await this.#backup.removeAll(username);
  }

  /** What the account page lists; recovery codes only beside another factor. */
  async account(view: AccountView): Promise<{
    readonly rows: readonly Fragment[];
    readonly adds: readonly NonNullable<AccountPart["add"]>[];
  }> {
    const listed = (await this.has(view.username)) ? this.all : this.#factors;
    const parts = await Promise.all(listed.map(({ pages }) => pages.account(view)));
    return { rows: parts.flatMap(({ rows }) => rows), adds: parts.flatMap(({ add }) => add ?? []) };
  }

  /** What `GET /api/user/info` says of a user's. */
  async info(username: string): Promise<Readonly<Record<string, boolean | number>>> {
    return Object.assign({}, ...(await Promise.all(this.all.map((factor) => factor.info?.(username)))));
  }

  /** What somebody can log in with in place of a name and a password. */
  loginAlternatives(site: Site): readonly LoginAlternative[] {
    return this.all.flatMap(({ pages }) => pages.login?.(site) ?? []);
  }

  /** The e-mail to a user about an event that one of the factors has recorded; undefined when there is none. */
  noticeOf(record: Pick<AuditRecord, "action" | "detail">, language: Language): Notice | undefined {
    const { action, detail } = record;
    const factors = action === "second factor" ? this.all.filter((one) => one.auditName === detail.factor) : this.all;
    for (const { pages } of factors) {
      const notice = pages.notice?.(record, language);
      if (notice) return notice;
    }
    return undefined;
  }

  async removeExpired(now: number): Promise<void> {
    for (const factor of this.all) await factor.removeExpired?.(now);
  }
}
