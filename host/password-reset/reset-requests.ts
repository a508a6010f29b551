// Requests for a new password. They are answered at once and looked at later, at a moment of chance: neither the answer nor its
// time, nor how busy the host is with it, can tell whether there is such a user.
import { createHmac, randomInt } from "node:crypto";
import type { Audit } from "../audit/audit.ts";
import type { VisitorNetworks } from "../authn/regulation/network.ts";
import { DirectoryUnavailable, type User, type UserDirectory } from "../authn/user-directory.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import type { Mail } from "../notify/mail.ts";
import type { Notifier } from "../notify/notifier.ts";
import type { RequestCount } from "../store/password-reset-store.ts";
import type { Store } from "../store/store.ts";
import { StoreUnavailable } from "../store/unavailable.ts";
import type { PasswordResets } from "./password-resets.ts";

export interface ResetRequest {
  /** A user name or an e-mail address, as it was typed. */
  readonly input: string;
  /** The value of the browser's cookie. */
  readonly browser: string;
  /** The visitor's IP address; empty when it is not known. */
  readonly address: string;
  readonly requestId: string;
  /** Writes the mail with the link that holds a token. */
  readonly compose: (user: User, token: string) => Mail;
}

/** The longest that a request waits until it is looked at. Milliseconds. */
const longestDelay = 2000;

/** Requests that wait; others are forgotten. */
const capacity = 1000;

/** From one network, and of one name from one network: the rest of what a user can be sent is left to others. */
const perNetwork = { most: 20, within: 3600 };
const perNameAndNetwork = { most: 2, within: 900 };

/** How far back requests are counted. Seconds. */
export const requestMemory = Math.max(perNetwork.within, perNameAndNetwork.within);

interface Parts {
  readonly store: Store;
  readonly resets: PasswordResets;
  readonly directory: UserDirectory;
  readonly notifier: Notifier;
  readonly visitors: VisitorNetworks;
  readonly audit: Audit;
  readonly clock: Clock;
  readonly log: Logger;
  /** The database does not list what people type. */
  readonly hashKey: Uint8Array;
}

export class ResetRequests {
  readonly #parts: Parts;
  readonly #waiting = new Map<NodeJS.Timeout, () => void>();
  readonly #working = new Set<Promise<void>>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Takes a request, whoever it is about. Nothing can be seen of what becomes of it. */
  accept(request: ResetRequest): void {
    if (this.#waiting.size >= capacity) {
      this.#parts.log.warn({ request_id: request.requestId }, "too many requests for new passwords; one is forgotten");
      return;
    }
    const begin = () => {
      this.#waiting.delete(timer);
      const done = this.#handle(request).finally(() => this.#working.delete(done));
      this.#working.add(done);
    };
    const timer = setTimeout(begin, randomInt(longestDelay));
    this.#waiting.set(timer, begin);
  }

  /** Looks at what waits, and settles when that is done. */
  async stop(): Promise<void> {
    for (const [timer, begin] of [...this.#waiting]) {
      clearTimeout(timer);
      begin();
    }
    await Promise.all(this.#working);
  }

  /** Never rejects. */
  async #handle(request: ResetRequest): Promise<void> {
    const { log } = this.#parts;
    try {
      const { user, refused } = await this.#send(request);
      const { address, requestId } = request;
      const about = { action: "password reset request", user, address, requestId } as const;
      if (refused === undefined) await this.#parts.audit.record(about);
      else await this.#parts.audit.record({ ...about, outcome: "failure", detail: { reason: refused } });
    } catch (error) {
      const known = error instanceof DirectoryUnavailable || error instanceof StoreUnavailable;
      const detail = known ? { reason: error.message } : { err: error };
      log.error({ request_id: request.requestId, ...detail }, "a request for a new password came to nothing");
    }
  }

  async #send({
    input,
    browser,
    address,
    compose,
  }: ResetRequest): Promise<{ readonly user?: string; readonly refused?: string }> {
    const { store, clock, directory, resets, notifier } = this.#parts;
    if (!(await store.passwordResets.countRequest(this.#counts(input, address), clock())))
      return { refused: "too many requests" };
    const user = await directory.identify(input);
    if (!user) return { refused: "unknown or disabled user" };
    const { name, displayName, email } = user;
    if (email === undefined) return { user: name, refused: "no e-mail address" };
    const { token, reset } = await resets.prepare(name, browser);
    const sent = await notifier.send({
      purpose: "password reset",
      username: name,
      to: { name: displayName ?? name, address: email },
      mail: compose(user, token),
      expiresAt: reset.expiresAt,
    });
    if (!sent) return { user: name, refused: "too many e-mails" };
    // Not before: a request that leads to no mail must not make the last mail's link void.
    await resets.keep(reset);
    return { user: name };
  }

  #counts(input: string, address: string): RequestCount[] {
    const network = this.#parts.visitors.of(address);
    if (network === undefined) return [];
    const now = this.#parts.clock();
    const name = input.normalize("NFKC").toLowerCase().trim();
    const count = (parts: readonly string[], { most, within }: typeof perNetwork) => ({
      subject: createHmac("sha256", this.#parts.hashKey).update(JSON.stringify(parts)).digest("base64url"),
      most,
      since: now - within,
    });
    return [count(["network", network], perNetwork), count(["name", name, network], perNameAndNetwork)];
  }
}
