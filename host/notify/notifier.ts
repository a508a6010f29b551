// Sends mails: what was promised is kept in the database, encrypted, until a server has taken it or its time is over. Several
// hosts on one database share the work.
import { createHmac, randomUUID } from "node:crypto";
import type { Clock } from "../kit/clock.ts";
import type { KeyEncryption } from "../kit/encryption/key-encryption.ts";
import { sealings } from "../kit/encryption/sealed-columns.ts";
import type { Logger } from "../kit/log.ts";
import { StoreUnavailable } from "../kit/sql/unavailable.ts";
import { type Carrier, type Letter, type Mail, type Recipient, Undelivered } from "./mail.ts";
import type { ClaimedEntry, OutboxEntry, OutboxLimit, OutboxStore } from "./outbox-store.ts";
import { type Purpose, purposes } from "./purposes.ts";

export interface Promised {
  readonly purpose: Purpose;
  /** As it was typed, or as the directory has it. */
  readonly username: string;
  /**
   * Undefined where there is nobody to write to and the visitor must not learn that: then the same is done and counted, and
   * nothing is delivered.
   */
  readonly to: Recipient | undefined;
  readonly mail: Mail;
  /** By whom mails are counted that have limits of their own; all others are counted together. */
  readonly share?: string | undefined;
  /** When the mail is of no use any more. Seconds. */
  readonly expiresAt: number;
}

/** A mail that nobody will get, for the audit. */
export interface GivenUp {
  readonly purpose: Purpose;
  readonly username: string;
  readonly reason: string;
}

interface Parts {
  readonly store: OutboxStore;
  readonly encryption: KeyEncryption;
  readonly carrier: Carrier;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called for a mail that is given up. */
  readonly gaveUp: (mail: GivenUp) => Promise<void>;
}

/** How often mails are looked for that another host or an earlier start has left. Milliseconds. */
const lookInterval = 1000;

/** Mails on their way at once: a slow server must not hold up what is due. */
const carriers = 4;

/** The longest that one try may take. Seconds. */
const longestTry = 30;

/** A host that took a mail and was killed keeps it for this long. Seconds. */
const claimTime = longestTry + 15;

/** Waits between tries, the first and the longest; each doubles. Seconds. */
const firstPause = 15;
const longestPause = 900;

export class Notifier {
  readonly #parts: Parts;
  readonly #hashKey: Uint8Array;
  readonly #working = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #running = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#hashKey = parts.encryption.hashKey("outbox");
  }

  /** Begins to deliver, what waits from before too. */
  start(): void {
    this.#running = true;
    this.#timer = setInterval(() => this.#work(), lookInterval);
    this.#work();
  }

  /** Lets what is on its way arrive, for as long as a try may take; what waits stays in the database. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#running = false;
    await Promise.all(this.#working);
  }

  /** Says in the log whether mails can be delivered now. Never rejects. */
  async check(): Promise<void> {
    try {
      await this.#parts.carrier.check(AbortSignal.timeout(longestTry * 1000));
    } catch (error) {
      if (!(error instanceof Undelivered)) throw error;
      this.#parts.log.error({ reason: error.message }, "e-mail cannot be sent now; what is to be sent waits");
    }
  }

  /** Settles when the mail is sure to be sent: true; false when there were too many for the user or the address. */
  async send(promised: Promised): Promise<boolean> {
    const { entry, limit } = this.prepare(promised);
    const added = await this.#parts.store.add(entry, limit);
    if (added) this.#work();
    return added;
  }

  /** What the store is to keep of a mail, for whoever adds it together with something else. */
  prepare({ purpose, username, to, mail, share, expiresAt }: Promised): { entry: OutboxEntry; limit: OutboxLimit } {
    const id = randomUUID();
    const createdAt = this.#parts.clock();
    const { most, within } = purposes[purpose];
    const content: Content = { username, to: to ?? null, mail };
    const message = this.#parts.encryption.seal(Buffer.from(JSON.stringify(content)), sealings.mail(id));
    const user = this.#hash("user", username, share);
    const address = this.#hash("address", to?.address ?? username, share);
    return {
      entry: { id, purpose, user, address, message, createdAt, expiresAt },
      limit: { most, since: createdAt - within },
    };
  }

  /** Looks for mails that are due, unless enough are on their way. */
  #work(): void {
    if (!this.#running || this.#working.size >= carriers) return;
    const done = this.#deliverOne()
      .catch((error) => {
        const unavailable = error instanceof StoreUnavailable;
        if (!unavailable) this.#parts.log.error({ err: error }, "cannot work on the mails that wait");
        return false;
      })
      .then((more) => {
        this.#working.delete(done);
        if (more) this.#work();
      });
    this.#working.add(done);
  }

  /** False when nothing is due. */
  async #deliverOne(): Promise<boolean> {
    const { store, clock, encryption, carrier, log } = this.#parts;
    const now = clock();
    const claimed = await store.claim(now, now + claimTime);
    if (!claimed) return false;
    // Others may be due besides.
    this.#work();
    const { id, purpose, attempt } = claimed;
    const content = JSON.parse(Buffer.from(encryption.open(claimed.message, sealings.mail(id))).toString()) as Content;
    if (now >= claimed.expiresAt) return this.#giveUp(claimed, content, "its time is over");
    try {
      if (content.to) await carrier.deliver(letterOf(claimed, content, content.to), this.#tryTime());
    } catch (error) {
      if (!(error instanceof Undelivered)) throw error;
      if (error.forGood) return this.#giveUp(claimed, content, error.message);
      const pause = Math.min(firstPause * 2 ** (attempt - 1), longestPause);
      if (now + pause >= claimed.expiresAt) return this.#giveUp(claimed, content, error.message);
      log.warn({ mail: id, purpose, attempt, reason: error.message }, `e-mail not sent; next try in ${pause} s`);
      await store.postpone(claimed, clock() + pause);
      return true;
    }
    await store.finish(claimed);
    if (content.to) log.info({ mail: id, purpose, user: content.username }, "e-mail sent");
    return true;
  }

  /** The time of one try. */
  #tryTime(): AbortSignal {
    return AbortSignal.timeout(longestTry * 1000);
  }

  async #giveUp(claimed: ClaimedEntry, { username, to }: Content, reason: string): Promise<true> {
    await this.#parts.store.finish(claimed);
    if (to) await this.#parts.gaveUp({ purpose: claimed.purpose as Purpose, username, reason });
    return true;
  }

  #hash(kind: "user" | "address", text: string, share?: string): string {
    const folded = text.normalize("NFKC").toLowerCase().trim();
    return createHmac("sha256", this.#hashKey)
      .update(JSON.stringify([kind, folded, ...(share === undefined ? [] : [share])]))
      .digest("base64url");
  }
}

/** What is encrypted. */
interface Content {
  readonly username: string;
  readonly to: Recipient | null;
  readonly mail: Mail;
}

function letterOf({ id, createdAt }: ClaimedEntry, { mail }: Content, to: Recipient): Letter {
  return { id, to, mail, writtenAt: createdAt };
}
