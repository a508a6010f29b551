// Requests for a new password. They are answered at once and looked at later, at a moment of chance: neither the answer nor its
// time, nor how busy the host is with it, can tell whether there is such a user.
import { createHmac, randomInt } from "node:crypto";
import type { Audit } from "../../audit/audit.ts";
import { DirectoryUnavailable, type Profiles, type User } from "../../identity/profiles.ts";
import type { VisitorNetworks } from "../../identity/regulation/network.ts";
import type { Regulation } from "../../identity/regulation/regulation.ts";
import type { Clock } from "../../kit/clock.ts";
import type { Logger } from "../../kit/log.ts";
import { StoreUnavailable } from "../../kit/sql/unavailable.ts";
import type { Mail } from "../../notify/mail.ts";
import type { Notifier } from "../../notify/notifier.ts";
import type { ResetLinks } from "./reset-links.ts";
import type { PasswordResetStore, RequestCount } from "./store.ts";

export interface ResetRequest {
  /** A user name or an e-mail address, as it was typed. */
  readonly input: string;
  /** The value of the browser's cookie. */
  readonly browser: string;
  /** What the browser is known by to regulation, if at all. */
  readonly knownAs: string | undefined;
  /** The visitor's IP address; empty when it is not known. */
  readonly address: string;
  readonly requestId: string;
  /** Writes the mail with the link that holds a token. */
  readonly compose: (user: User, token: string) => Mail;
}

/** The longest that a request waits until it is looked at. Milliseconds. */
const longestDelay = 2000;

/** Requests that wait, and those of them from one network (holderOf). Where there are too many, the network with most loses one. */
const capacity = 1000;
const waitingPerNetwork = 20;

/** From one network, and of one name from one network: the rest of what a user can be sent is left to others. */
const perNetwork = { most: 20, within: 3600 };
const perNameAndNetwork = { most: 2, within: 900 };

/**
 * Of one user from a place where they have logged in before. These count, as the mails that come of them do, for that place
 * alone: strangers who ask in somebody's name use up what strangers have, in that network and in that mailbox.
 */
const perPlace = { most: 3, within: 900 };

/** How far back requests are counted. Seconds. */
export const requestMemory = Math.max(perNetwork.within, perNameAndNetwork.within, perPlace.within);

interface Waiting {
  /** That it waits with; undefined where limits count none. */
  readonly network: string | undefined;
  readonly begin: () => void;
}

/** Whom a request turned out to be about, and why nothing was sent. */
interface Outcome {
  readonly user?: string;
  readonly refused?: string;
}

interface Dependencies {
  readonly store: Pick<PasswordResetStore, "countRequest">;
  readonly links: Pick<ResetLinks, "prepare" | "keep">;
  readonly profiles: Pick<Profiles, "identify">;
  readonly notifier: Pick<Notifier, "send">;
  readonly regulation: Pick<Regulation, "placeOf">;
  readonly visitors: VisitorNetworks;
  readonly audit: Pick<Audit, "record">;
  readonly clock: Clock;
  readonly log: Logger;
  /** The database does not list what people type. */
  readonly hashKey: Uint8Array;
}

export class ResetRequests {
  readonly #dependencies: Dependencies;
  readonly #waiting = new Map<NodeJS.Timeout, Waiting>();
  readonly #working = new Set<Promise<void>>();

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** Takes a request, whoever it is about. Nothing can be seen of what becomes of it. */
  accept(request: ResetRequest): void {
    const network = this.#dependencies.visitors.holderOf(request.address);
    if (!this.#makeRoom(network)) {
      this.#track(this.#answered(request, async () => ({ refused: "too many requests at once" })));
      return;
    }
    const begin = () => {
      this.#waiting.delete(timer);
      this.#track(this.#answered(request, () => this.#send(request)));
    };
    const timer = setTimeout(begin, randomInt(longestDelay));
    this.#waiting.set(timer, { network, begin });
  }

  /** Whether one more request from a network can wait, after another one is forgotten when need be. */
  #makeRoom(network: string | undefined): boolean {
    const own = this.#waitingFrom(network).length;
    if (network !== undefined && own >= waitingPerNetwork) return false;
    if (this.#waiting.size < capacity) return true;
    const networks = new Set([...this.#waiting.values()].map((one) => one.network));
    const queues = [...networks].map((one) => this.#waitingFrom(one));
    const longest = queues.reduce((one, other) => (other.length > one.length ? other : one));
    if (longest.length <= own + 1) return false;
    const last = longest.at(-1)!;
    clearTimeout(last);
    this.#waiting.delete(last);
    return true;
  }

  #waitingFrom(network: string | undefined): readonly NodeJS.Timeout[] {
    return [...this.#waiting].filter(([, one]) => one.network === network).map(([timer]) => timer);
  }

  /** Looks at what waits, and settles when that is done. */
  async stop(): Promise<void> {
    for (const [timer, { begin }] of [...this.#waiting]) {
      clearTimeout(timer);
      begin();
    }
    await Promise.all(this.#working);
  }

  #track(work: Promise<void>): void {
    const done = work.finally(() => this.#working.delete(done));
    this.#working.add(done);
  }

  /** Does what is to be done about a request, and notes what became of it. Never rejects. */
  async #answered(request: ResetRequest, work: () => Promise<Outcome>): Promise<void> {
    const { log } = this.#dependencies;
    try {
      await this.#put(request, await work());
    } catch (error) {
      const known = error instanceof DirectoryUnavailable || error instanceof StoreUnavailable;
      const detail = known ? { reason: error.message } : { err: error };
      log.error({ request_id: request.requestId, ...detail }, "a request for a new password came to nothing");
    }
  }

  /** Notes what became of a request. */
  async #put({ address, requestId }: ResetRequest, { user, refused }: Outcome): Promise<void> {
    const about = { action: "password reset request", user, address, requestId } as const;
    if (refused === undefined) await this.#dependencies.audit.record(about);
    else await this.#dependencies.audit.record({ ...about, outcome: "failure", detail: { reason: refused } });
  }

  async #send({ input, browser, knownAs, address, compose }: ResetRequest): Promise<Outcome> {
    const { store, clock, profiles, links, notifier, regulation } = this.#dependencies;
    const placeOf = (username: string) =>
      regulation.placeOf({ guessed: "password", username, address, browser: knownAs });
    const place = await placeOf(input);
    if (!(await store.countRequest(this.#counts(input, address, place), clock())))
      return { refused: "too many requests" };
    const user = await profiles.identify(input);
    if (!user) return { refused: "unknown or disabled user" };
    const { name, displayName, email } = user;
    if (email === undefined) return { user: name, refused: "no e-mail address" };
    const { token, reset } = await links.prepare(name, browser);
    const sent = await notifier.send({
      purpose: "password reset",
      username: name,
      to: { name: displayName ?? name, address: email },
      mail: compose(user, token),
      // Whoever typed an address is known by the name that goes with it.
      share: place ?? (await placeOf(name)),
      expiresAt: reset.expiresAt,
    });
    if (!sent) return { user: name, refused: "too many e-mails" };
    // Not before: a request that leads to no mail must not make the last link of this browser void.
    await links.keep(reset);
    return { user: name };
  }

  #counts(input: string, address: string, place: string | undefined): RequestCount[] {
    const now = this.#dependencies.clock();
    const name = input.normalize("NFKC").toLowerCase().trim();
    const count = (parts: readonly string[], { most, within }: typeof perNetwork) => ({
      subject: createHmac("sha256", this.#dependencies.hashKey).update(JSON.stringify(parts)).digest("base64url"),
      most,
      since: now - within,
    });
    if (place !== undefined) return [count(["place", place], perPlace)];
    const network = this.#dependencies.visitors.of(address);
    if (network === undefined) return [];
    return [count(["network", network], perNetwork), count(["name", name, network], perNameAndNetwork)];
  }
}
