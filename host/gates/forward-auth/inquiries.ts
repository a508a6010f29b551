// What a gate asks the host before it decides, asked here by the host itself: whether a session goes on whose lease has run out, and
// whom a Basic credential stands for.
import type { Ruling } from "../../core/shell.ts";
import type { Clock } from "../../kit/clock.ts";
import type { BasicLogin } from "../../session/basic-logins.ts";
import type { CookieDomain } from "../../session/config.ts";
import type { Sessions, Visitor } from "../../session/sessions.ts";
import type { LiveCore } from "./live-core.ts";

/** Checks the base64 of a Basic credential as gates have it checked, for a client's address (empty when it is not known). */
export type LogIn = (base64: string, cookieDomain: CookieDomain, address: string) => Promise<BasicLogin>;

/** Whether a client with this address has to wait before a credential of this user's is looked at. */
export type IsHeld = (base64: string, address: string) => boolean | Promise<boolean>;

/**
 * "known": the core knows now what it waited for. "held": the client has guessed too often, and its credential is not looked at.
 * "unavailable": nobody can say it just now.
 */
export type Word = "known" | "held" | "unavailable";

function wordOf(isHeld: boolean): Word {
  return isHeld ? "held" : "known";
}

export class Inquiries {
  readonly #core: LiveCore;
  readonly #sessions: Pick<Sessions, "resume" | "renew">;
  readonly #logIn: LogIn;
  readonly #isHeld: IsHeld;
  readonly #clock: Clock;
  /** By the session: whoever comes with it while it is being renewed shares the outcome. */
  readonly #renewals = new Map<number, Promise<void>>();

  constructor(parts: {
    core: LiveCore;
    sessions: Pick<Sessions, "resume" | "renew">;
    logIn: LogIn;
    isHeld: IsHeld;
    clock: Clock;
  }) {
    this.#core = parts.core;
    this.#sessions = parts.sessions;
    this.#logIn = parts.logIn;
    this.#isHeld = parts.isHeld;
    this.#clock = parts.clock;
  }

  /**
   * Has the core know what it waits for; of a credential that it knows already, says whether this client may use it. Rejects when the
   * database or the directory fails.
   */
  answer(ruling: Ruling, cookieDomain: CookieDomain, visitor: Visitor): Word | Promise<Word> {
    // The core would tell whoever is banned whether a guess is right.
    if (ruling.outcome !== "wait") {
      const isHeld = this.#isHeld(ruling.subject, visitor.address);
      return isHeld instanceof Promise ? isHeld.then(wordOf) : wordOf(isHeld);
    }
    if (!ruling.isKnown) return this.#vouch(ruling, cookieDomain, visitor.address);
    return this.#renewOnce(ruling, cookieDomain, visitor).then(() => "known" as const);
  }

  #renewOnce({ session, subject }: Ruling, cookieDomain: CookieDomain, visitor: Visitor): Promise<void> {
    let running = this.#renewals.get(session);
    if (!running) {
      running = this.#renew(session, subject, cookieDomain, visitor).finally(() => this.#renewals.delete(session));
      this.#renewals.set(session, running);
    }
    return running;
  }

  async #renew(session: number, token: string, cookieDomain: CookieDomain, visitor: Visitor): Promise<void> {
    const live = await this.#sessions.resume(token, cookieDomain);
    const renewal = live && this.#sessions.renew(live, visitor);
    this.#core.takeRenewal(session, renewal?.cookie ?? "", renewal?.profile, this.#clock());
  }

  async #vouch({ domain, subject }: Ruling, cookieDomain: CookieDomain, address: string): Promise<Word> {
    const login = await this.#logIn(subject, cookieDomain, address);
    // Nothing was learnt about the credential, which others may send from elsewhere.
    if (login.outcome === "unavailable" || login.outcome === "held") return login.outcome;
    this.#core.takeVoucher(domain, address, subject, login.outcome === "verified" ? login.voucher : "", this.#clock());
    return "known";
  }
}
