// A new password for whoever knows the old one, for the form and for the API: all other sessions of theirs end with it.
import type { Audit } from "../../audit/audit.ts";
import { browserOf } from "../../http/browser-cookie.ts";
import { type BrowserSessions, visitor } from "../../http/browser-sessions.ts";
import type { RequestContext } from "../../http/environment.ts";
import type { NewPasswords, Rejected } from "../../http/new-passwords.ts";
import { recordAction } from "../../http/record-action.ts";
import type { User } from "../../identity/profiles.ts";
import type { CheckPassword } from "../../identity/regulation/passwords.ts";
import type { Clock } from "../../kit/clock.ts";
import type { Logger } from "../../kit/log.ts";
import { hasFreshSecondFactor } from "../../session/freshness.ts";
import type { LiveSession, Sessions } from "../../session/sessions.ts";

export type PasswordChanged =
  | { readonly outcome: "changed" }
  | Rejected
  /** The old password is wrong, or was not looked at. `wait`: how long the next attempt has to wait, in seconds. */
  | { readonly outcome: "refused" | "held"; readonly wait: number };

export interface PasswordChangerDependencies {
  /** Whether the config lets people change their passwords here. */
  readonly enabled: boolean;
  readonly newPasswords: NewPasswords;
  readonly checkPassword: CheckPassword;
  readonly secondFactors: { has(username: string): Promise<boolean> };
  readonly sessions: Pick<Sessions, "restart">;
  readonly browserSessions: Pick<BrowserSessions, "give">;
  readonly audit: Pick<Audit, "record">;
  readonly clock: Clock;
  readonly log: Logger;
}

export class PasswordChanger {
  readonly #dependencies: PasswordChangerDependencies;

  constructor(dependencies: PasswordChangerDependencies) {
    this.#dependencies = dependencies;
  }

  /** Whether people can change their passwords in this portal. */
  async isOffered(): Promise<boolean> {
    return this.#dependencies.enabled && (await this.#dependencies.newPasswords.arePossible());
  }

  /** Whether the password that a visitor gives is all that they have to show: a second factor, if there is one, comes first. */
  async isOpenTo({ session, user }: LiveSession): Promise<boolean> {
    const { secondFactors, clock } = this.#dependencies;
    return !(await secondFactors.has(user.name)) || hasFreshSecondFactor(session, clock());
  }

  /** Changes the password of the visitor, who then goes on with a new session. */
  async change(
    c: RequestContext,
    live: LiveSession,
    { current, next }: { readonly current: string; readonly next: string },
  ): Promise<PasswordChanged> {
    const { newPasswords, sessions, browserSessions } = this.#dependencies;
    const { user } = live;
    // The new one first: what is wrong with it should cost nobody an attempt.
    const assessed = await newPasswords.assess(c, next, user, current);
    if (assessed.outcome !== "good") return assessed;

    const checked = await this.#checkCurrent(c, user, current);
    if (checked.outcome !== "right") return checked;
    const kept = await newPasswords.keep(c, user, next);
    if (kept.outcome !== "changed") return kept;
    const { leased, ended } = await sessions.restart(live, visitor(c));
    if (leased) browserSessions.give(c, leased);
    await recordAction(c, this.#dependencies, user, { action: "password change", detail: { sessions: ended } });
    return kept;
  }

  async #checkCurrent(
    c: RequestContext,
    user: User,
    current: string,
  ): Promise<{ readonly outcome: "right" } | Exclude<PasswordChanged, { outcome: "changed" | "mistakes" }>> {
    const { checkPassword, log } = this.#dependencies;
    const { address } = c.get("forwarded");
    const requestId = c.get("requestId");
    const attempt = await checkPassword({ username: user.name, address, browser: browserOf(c), requestId }, current);
    switch (attempt.outcome) {
      case "verified":
      case "expired":
        return { outcome: "right" };
      case "held":
        return attempt;
      case "unavailable":
        log.error({ request_id: requestId, address, reason: attempt.reason }, "password cannot be changed");
        return { outcome: "unavailable" };
      case "refused": {
        const { reason, wait } = attempt;
        const event = { action: "password change", outcome: "failure", detail: { reason } } as const;
        await recordAction(c, this.#dependencies, user, event);
        return { outcome: "refused", wait };
      }
    }
  }
}
