// Invitations, where somebody's first login with a provider needs one: a link with a code in it, which is good for one account.
import { randomBytes } from "node:crypto";
import type { Clock } from "../../kit/clock.ts";
import { sha256 } from "../../kit/sha256.ts";
import type { ProviderLoginStore } from "./store.ts";

export class Invitations {
  readonly #store: ProviderLoginStore;
  readonly #clock: Clock;

  constructor(store: ProviderLoginStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Makes one that is good for so many seconds. Returns its code, of which the database has a hash: codes are random, and nobody guesses one from it. */
  async make(provider: string, lifetime: number): Promise<string> {
    const code = randomBytes(24).toString("base64url");
    const now = this.#clock();
    await this.#store.invite(sha256(code), provider, now, now + lifetime);
    return code;
  }

  /** Uses one up. False when it is none, or no longer good. */
  take(code: string, provider: string): Promise<boolean> {
    return this.#store.takeInvitation(sha256(code), provider, this.#clock());
  }
}
