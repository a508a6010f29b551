// Static codes: switched on, checked, switched off.
import { createHash, timingSafeEqual } from "node:crypto";
import type { Clock } from "../../../../host/kit/clock.ts";
import type { StaticCodesConfig } from "./config.ts";
import type { StaticCodeStore } from "./store.ts";

export class StaticCodes {
  readonly #codes: ReadonlyMap<string, string>;
  readonly #store: StaticCodeStore;
  readonly #clock: Clock;

  constructor({ codes }: StaticCodesConfig, store: StaticCodeStore, clock: Clock) {
    this.#codes = new Map(Object.entries(codes));
    this.#store = store;
    this.#clock = clock;
  }

  /** Whether anybody has a code. */
  get enabled(): boolean {
    return this.#codes.size > 0;
  }

  has(username: string): boolean {
    return this.#codes.has(username);
  }

  /** When the user has switched theirs on, in seconds since the epoch; undefined when it is off. */
  async since(username: string): Promise<number | undefined> {
    return this.has(username) ? this.#store.since(username) : undefined;
  }

  switchOn(username: string): Promise<void> {
    return this.#store.add(username, this.#clock());
  }

  switchOff(username: string): Promise<boolean> {
    return this.#store.remove(username);
  }

  async verify(username: string, code: string): Promise<boolean> {
    if ((await this.since(username)) === undefined) return false;
    return timingSafeEqual(sha256(code.trim()), sha256(this.#codes.get(username)!));
  }
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
