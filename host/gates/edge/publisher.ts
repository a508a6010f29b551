// Publishes the bundle: signs it when its content changes and again before it looks old, and wakes every gate that waits.
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../../kit/clock.ts";
import type { SigningKey } from "../../session/signing-key.ts";
import { type BundleContent, signBundle } from "./bundle.ts";
import { clockTolerance } from "./bundle-versions.ts";

/** Gates tell an old bundle by its age: the same content is signed anew after this. Seconds. */
const signAgainAfter = 300;

/** When a publication that was not possible is tried again. Milliseconds. */
const retryAfter = 1000;

/**
 * After each publication there is a rest of twice what it took, within this limit: whoever logs in and out without end makes
 * changes without end, and must not keep the host from everybody else. A usual bundle takes a millisecond or two. Milliseconds.
 */
const longestRest = 250;

export interface PublishedBundle {
  /** A compact JWS, the same bytes for every gate. */
  readonly jws: Buffer<ArrayBuffer>;
  /** `"VERSION.IAT"`, with the quotes. */
  readonly etag: string;
  readonly version: number;
  readonly issuedAt: number;
}

export interface BundleSource {
  content(): Promise<BundleContent>;
  /** The version of content with this hash that is signed `now`; a change of content gets the next higher one, and a clock that was set back. */
  version(contentHash: string, now: number): Promise<number>;
  root(): SigningKey;
}

export class BundlePublisher {
  readonly #source: BundleSource;
  readonly #clock: Clock;
  readonly #waiters = new Set<() => void>();
  #current!: PublishedBundle;
  #content!: BundleContent;
  #contentHash = "";
  /** The publication that runs, and one that has still to begin: all who ask meanwhile share the latter. */
  #running: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;
  /** Of performance.now(). */
  #restsUntil = 0;
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

  get current(): PublishedBundle {
    return this.#current;
  }

  /** What the current bundle says. Another object when that has changed. */
  get content(): BundleContent {
    return this.#content;
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
        const started = performance.now();
        this.#running = this.#publishNow()
          .catch((error) => {
            this.#publishLater();
            throw error;
          })
          .finally(() => {
            const ended = performance.now();
            this.#restsUntil = ended + Math.min(2 * (ended - started), longestRest);
          });
        return this.#running;
      });
    return this.#next;
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

  async #publishNow(): Promise<void> {
    let content = await this.#source.content();
    let contentHash = hashOf(content);
    const now = this.#clock();
    const age = this.#current ? now - this.#current.issuedAt : signAgainAfter;
    const fresh = age < signAgainAfter && age >= -clockTolerance;
    if (fresh && contentHash === this.#contentHash) return;
    let version = await this.#source.version(contentHash, now);
    // What another host changed and published meanwhile has a lower version than this one, so it has to be in here too.
    for (;;) {
      content = await this.#source.content();
      const latest = hashOf(content);
      if (latest === contentHash) break;
      contentHash = latest;
      version = await this.#source.version(contentHash, now);
    }
    this.#contentHash = contentHash;
    this.#content = content;
    this.#current = {
      jws: Buffer.from(signBundle(content, version, now, this.#source.root())),
      etag: `"${version}.${now}"`,
      version,
      issuedAt: now,
    };
    this.#wakeAll();
  }

  /**
   * Waits until the bundle is another than `etag`, at most `milliseconds` and not beyond the abort of `signal`. Returns
   * the bundle, or undefined when it is still the same.
   */
  async newerThan(etag: string, milliseconds: number, signal: AbortSignal): Promise<PublishedBundle | undefined> {
    if (this.#current.etag === etag && milliseconds > 0 && !this.#closed && !signal.aborted)
      await new Promise<void>((resolve) => {
        const wake = () => {
          clearTimeout(timer);
          this.#waiters.delete(wake);
          resolve();
        };
        // Timers of one length share a list in Node, so each costs a list entry and not a search.
        const timer = setTimeout(wake, milliseconds);
        this.#waiters.add(wake);
        signal.addEventListener("abort", wake, { once: true });
      });
    return this.#current.etag === etag ? undefined : this.#current;
  }

  /** Answers all who wait and lets nobody wait any more. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#wakeAll();
  }

  #wakeAll(): void {
    for (const wake of [...this.#waiters]) wake();
  }
}

function hashOf(content: BundleContent): string {
  return createHash("sha256").update(JSON.stringify(content)).digest("base64url");
}
