// The edge tokens that were shown lately, so that a poll asks the database for none of them.
import type { Clock } from "../../kit/clock.ts";
import { nameOfEdgeToken } from "./edge-token.ts";
import type { EdgeTokenStore } from "./edge-token-store.ts";

/** How long a token is believed without a look at the database, and after how long it is looked at again. Milliseconds. */
const believedFor = 1000;
const lookAgainAfter = 500;

interface Known {
  /** Of performance.now(). */
  readonly lookedAt: number;
  isLookedAt: boolean;
}

export class KnownGates {
  readonly #store: EdgeTokenStore;
  readonly #clock: Clock;
  readonly #known = new Map<string, Known>();

  constructor(store: EdgeTokenStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** The name of the edge token in an Authorization header, as the database has it; undefined when it has none. */
  async nameOf(authorization: string | undefined): Promise<string | undefined> {
    const lookedAt = performance.now();
    const name = await nameOfEdgeToken(this.#store, authorization, this.#clock());
    // As gates write it, and in no other of the ways in which the same token can be written.
    if (authorization === undefined || !authorization.startsWith("Bearer zhe_")) return name;
    if (name === undefined) this.#known.delete(authorization);
    else this.#known.set(authorization, { lookedAt, isLookedAt: false });
    return name;
  }

  /** Whether an Authorization header has a token that was good a second ago at most. There are as many of them as good tokens. */
  has(authorization: string): boolean {
    const known = this.#known.get(authorization);
    if (!known) return false;
    const age = performance.now() - known.lookedAt;
    if (age >= believedFor) {
      this.#known.delete(authorization);
      return false;
    }
    if (age >= lookAgainAfter && !known.isLookedAt) {
      known.isLookedAt = true;
      this.nameOf(authorization).catch(() => {});
    }
    return true;
  }
}
