// Publishes the bundle: signs it when there is something new to tell gates and again before it looks old, and wakes every gate that waits.
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../../kit/clock.ts";
import { sha256 } from "../../kit/sha256.ts";
import type { SigningKey } from "../../session/signing-key.ts";
import {
  type BundleBase,
  type BundleContent,
  type BundleStamp,
  bundleContent,
  etagOf,
  type FeedContent,
  feedContent,
  signBundle,
  signFeed,
} from "./bundle.ts";
import { clockTolerance, type News, type Signing } from "./bundle-versions.ts";
import { RevocationLog } from "./revocation-log.ts";
import { type Waiter, Waiters } from "./waiters.ts";

/** Gates tell an old bundle by its age: the same content is signed anew after this. Seconds. */
const signAgainAfter = 300;

/** How much the last publication counts for what one takes. A collection of garbage falls into one of some, and takes as long as that. */
const lastCounts = 0.25;

/** When a publication that was not possible is tried again. Milliseconds. */
const retryAfter = 1000;

/**
 * After each publication there is a rest of twice the CPU time that one takes, the answers to all who waited included, within this limit: whoever
 * logs in and out without end makes changes without end, and must not keep the host from everybody else. A usual one takes a millisecond or
 * two; to answer a thousand gates some ten. Milliseconds.
 */
const longestRest = 250;

/**
 * An answer has ten times as many bytes as what it says of one log-out, and costs as much to send. So where many gates wait, it is at least so
 * long for each of them, within this limit, from the beginning of a publication to that of the next, and log-outs shortly after each other
 * share their answers. A gate polls again at once, or with a tick of 50 ms, so that nearly all of them wait by then. Milliseconds.
 */
const periodForEach = 0.2;
const longestPeriod = 70;

/** Between two times at which what is forgotten is thrown out of memory. Seconds. */
const forgetInterval = 60;

/** A gate that lacks more than so many revocations is given the whole bundle. */
const mostInFeed = 4096;

/** An answer up to this length is copied for each gate. Bytes. */
const longestText = 4096;

/**
 * Hosts whose configurations differ, as while they are changed one after the other, each have a bundle of their own for every gate that
 * comes from another one. For so long after such a one others wait until there is something to tell. Milliseconds.
 */
const overtakeInterval = 10_000;

/**
 * A gate may have a version that the database has lost, as with a server that took another's place. The host goes on above that, for
 * whatever it published below no gate would take. Not with other keys or another policy than the gate's: those may be ones that it was
 * told to forget. By so many versions at the most, and once in so long: whoever has an edge token can name any. Milliseconds.
 */
const mostLost = 1_000_000;
const regainInterval = 10_000;

export interface BundleSource {
  /** All but the revocations, as it is now. */
  base(): BundleBase;
  /** Gives a version to what has none, the base with this hash included. Returns what is new since a version (bundle-versions.ts). */
  advance(baseHash: string, signing: Signing, since: number): Promise<News>;
  root(): SigningKey;
  /** Called before the host goes on above a version that the database has lost. */
  lost?(version: number): void;
}

/** Which bundle a gate has, as far as it says. Without a base it takes whole bundles only. */
export interface Held {
  readonly version: number;
  readonly issuedAt: number;
  readonly base: string | undefined;
}

/** ASCII: text where it is short, for Node writes text together with the headers, and else bytes, which are the same for all. */
type Answer = string | Buffer<ArrayBuffer>;

function answerOf(jws: string): Answer {
  return jws.length <= longestText ? jws : Buffer.from(jws);
}

export class PublishedBundle implements BundleStamp {
  readonly version: number;
  readonly issuedAt: number;
  readonly base: string;
  readonly #ownBase: BundleBase;
  readonly #log: RevocationLog;
  readonly #root: SigningKey;
  readonly #feeds = new Map<number, Answer | undefined>();
  #content: BundleContent | undefined;
  #jws: Answer | undefined;

  constructor({ version, issuedAt, base }: BundleStamp, content: BundleBase, log: RevocationLog, root: SigningKey) {
    this.version = version;
    this.issuedAt = issuedAt;
    this.base = base;
    this.#ownBase = content;
    this.#log = log;
    this.#root = root;
  }

  get etag(): string {
    return etagOf(this);
  }

  /** What it says; made when it is first asked for. */
  get content(): BundleContent {
    this.#content ??= bundleContent(this.#ownBase, this, this.#log.at(this.issuedAt));
    return this.#content;
  }

  /** A compact JWS, the same for every gate; made when it is first asked for. */
  get jws(): Answer {
    this.#jws ??= answerOf(signBundle(this.content, this.#root));
    return this.#jws;
  }

  /** Whether a gate that has this lacks something. One that has a later bundle of another host's lacks nothing that this host knows of. */
  isNewsFor(held: Held): boolean {
    return held.version === this.version ? held.issuedAt < this.issuedAt : held.version < this.version;
  }

  /** What was revoked since a gate's bundle; undefined where it needs a whole one. */
  newsFor(held: Held): FeedContent | undefined {
    const news = this.#goesOnFrom(held) ? this.#log.since(held.version, mostInFeed) : undefined;
    return news && feedContent(held.version, this, news);
  }

  /** The same as a compact JWS, one for all that have that version. */
  feedFor(held: Held): Answer | undefined {
    if (!this.#goesOnFrom(held)) return undefined;
    if (!this.#feeds.has(held.version)) {
      const news = this.newsFor(held);
      this.#feeds.set(held.version, news && answerOf(signFeed(news, this.#root)));
    }
    return this.#feeds.get(held.version);
  }

  #goesOnFrom({ version, base }: Held): boolean {
    return base === this.base && version <= this.version;
  }
}

export class BundlePublisher {
  readonly #source: BundleSource;
  readonly #clock: Clock;
  readonly #log = new RevocationLog();
  readonly #waiters = new Waiters();
  #current: PublishedBundle | undefined;
  /** The policy whose text was hashed last, and that hash: it is large, and the same object while it is the same. */
  #policy: unknown;
  #policyHash = "";
  /** When what is forgotten was thrown out of memory last. */
  #forgotAt = 0;
  /** The publication that runs, and one that has still to begin: all who ask meanwhile share the latter. */
  #running: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;
  /** The CPU time of a publication of late. Milliseconds. */
  #takes: number | undefined;
  /** Of performance.now(). */
  #restsUntil = 0;
  /** Of performance.now(). */
  #overtakesAfter = 0;
  /** The version above which the next publication is, for a gate has it, and when another gate may say so (of performance.now()). */
  #told = 0;
  #regainsAfter = 0;
  #closed = false;
  #retry: NodeJS.Timeout | undefined;

  private constructor(source: BundleSource, clock: Clock) {
    this.#source = source;
    this.#clock = clock;
  }

  /** Publishes the first bundle. */
  static async open(source: BundleSource, clock: Clock): Promise<BundlePublisher> {
    const publisher = new BundlePublisher(source, clock);
    await publisher.publish();
    return publisher;
  }

  /** Another object when there is something new. */
  get current(): PublishedBundle {
    return this.#current!;
  }

  /** How many gates wait. */
  get waiting(): number {
    return this.#waiters.size;
  }

  /**
   * Looks for changes and publishes them. When it settles, every change made before the call is out. When it rejects, because the
   * database is away or locked, the publication is tried again until it succeeds: what was revoked must not wait for upkeep.
   */
  publish(): Promise<void> {
    this.#next ??= this.#running
      // A failure concerns those who asked for that publication, and not the ones after it.
      .catch(() => undefined)
      .then(() => this.#rest())
      .then(() => {
        this.#next = undefined;
        this.#running = this.#publishAndRest().catch((error) => {
          this.#publishLater();
          throw error;
        });
        return this.#running;
      });
    return this.#next;
  }

  async #publishAndRest(): Promise<void> {
    const [started, before] = [performance.now(), process.cpuUsage()];
    let answered = 0;
    try {
      answered = await this.#publishNow();
    } finally {
      const ended = performance.now();
      const { user, system } = process.cpuUsage(before);
      // Other threads may have worked meanwhile, and others may have had the machine.
      const last = Math.min((user + system) / 1000, ended - started);
      this.#takes = lastCounts * last + (1 - lastCounts) * (this.#takes ?? last);
      const period = Math.min(answered * periodForEach, longestPeriod);
      this.#restsUntil = Math.max(ended + Math.min(2 * this.#takes, longestRest), started + period);
    }
  }

  async #rest(): Promise<void> {
    const rest = this.#restsUntil - performance.now();
    if (rest >= 1 && !this.#closed) await sleep(rest);
  }

  #publishLater(): void {
    if (this.#closed) return;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.publish().catch(() => {}), retryAfter);
    this.#retry.unref();
  }

  /** Returns how many gates were answered. */
  async #publishNow(): Promise<number> {
    const content = this.#source.base();
    const hash = this.#hashOf(content);
    const before = this.#current;
    const now = this.#clock();
    const age = before ? now - before.issuedAt : signAgainAfter;
    const again = age >= signAgainAfter || age < -clockTolerance;
    const since = before?.version ?? 0;
    const news = await this.#source.advance(hash, { now, again, told: Math.max(since, this.#told) }, since);
    if (!again && news.version === before?.version) return 0;
    this.#log.add(news);
    if (Math.abs(now - this.#forgotAt) >= forgetInterval) {
      this.#forgotAt = now;
      this.#log.forget(now);
    }
    // Beyond chance, and short: every answer to a gate has it.
    const stamp = { version: news.version, issuedAt: now, base: hash.slice(0, 12) };
    this.#current = new PublishedBundle(stamp, content, this.#log, this.#source.root());
    return this.#waiters.wakeAll();
  }

  #hashOf({ policy, ...others }: BundleBase): string {
    if (policy !== this.#policy || this.#policyHash === "") this.#policyHash = hashOf(policy);
    this.#policy = policy;
    return hashOf([this.#policyHash, others]);
  }

  /**
   * Waits until there is news for a gate that has this bundle, at most so many milliseconds and not beyond the abort of `signal`. Returns
   * the bundle, or undefined when it is still the same.
   */
  async newerThan(
    held: Held | undefined,
    milliseconds: number,
    signal: AbortSignal,
  ): Promise<PublishedBundle | undefined> {
    if (!held || (held.version > this.current.version && (await this.#isBeyond(held)))) return this.current;
    if (!this.current.isNewsFor(held) && milliseconds > 0 && !signal.aborted)
      await new Promise<void>((resolve) => {
        const waiter = this.wait(resolve, milliseconds);
        const abort = () => {
          this.leave(waiter);
          resolve();
        };
        signal.addEventListener("abort", abort, { once: true });
      });
    return this.current.isNewsFor(held) ? this.current : undefined;
  }

  /** Whether this host cannot come to a version. One that it has not heard of yet another host has published. */
  async #isBeyond({ version, base }: Held): Promise<boolean> {
    // A gate that has it lacks nothing that this host knows of.
    if (performance.now() < this.#overtakesAfter) return false;
    await this.publish().catch(() => undefined);
    if (version > this.current.version && base === this.current.base) await this.#regain(version);
    if (version < this.current.version) this.#overtakesAfter = performance.now() + overtakeInterval;
    return version > this.current.version;
  }

  /** Goes on above a version that a gate has and the database has not, if that may be. */
  async #regain(version: number): Promise<void> {
    if (version <= this.current.version + mostLost && performance.now() >= this.#regainsAfter) {
      this.#regainsAfter = performance.now() + regainInterval;
      this.#told = version;
      this.#source.lost?.(version);
    }
    if (version <= this.#told) await this.publish().catch(() => undefined);
  }

  /** Calls `wake` with the next news, after so many milliseconds, or when it is closed. Returns what `leave` takes. */
  wait(wake: () => void, milliseconds: number): Waiter {
    return this.#waiters.add(wake, this.#closed ? 0 : milliseconds);
  }

  /** Takes back a wait. */
  leave(waiter: Waiter): void {
    this.#waiters.remove(waiter);
  }

  /** Answers all who wait and lets nobody wait any more. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#waiters.close();
  }
}

function hashOf(value: unknown): string {
  return sha256(JSON.stringify(value)).toString("base64url");
}
