// Whether a provider answers: a browser that is sent to one that does not shows a page of its own, which helps nobody.
import type { GuardedFetch } from "./guarded-fetch.ts";
import { Inquiry } from "./inquiry.ts";
import { ProviderRefusal, ProviderUnavailable } from "./provider.ts";

/** How long an answer, to whatever question, shows that a provider answers. Milliseconds. */
const answerLifetime = 5_000;
/** How soon after a failure it is asked again: whoever comes meanwhile does not wait for it. Milliseconds. */
const pause = 2_000;

export class Reachability {
  readonly #fetch: GuardedFetch;
  readonly #timeout: number;
  readonly #inquiry = new Inquiry<void>(pause);
  #answeredAt = Number.NEGATIVE_INFINITY;

  /** `timeout`: how long somebody waits for the provider at the most, in seconds. */
  constructor(fetch: GuardedFetch, timeout: number) {
    this.#fetch = fetch;
    this.#timeout = timeout;
  }

  /** The same fetch; what it is answered is taken for a sign of life. */
  readonly fetch: GuardedFetch = async (url, options) => {
    this.#answeredAt = Number.NEGATIVE_INFINITY;
    const answer = await this.#fetch(url, options);
    if (isAnswer(answer)) this.#answeredAt = performance.now();
    return answer;
  };

  /**
   * Throws ProviderUnavailable when nothing answers at any of the addresses, of which those at one origin are one. An answer at one is enough:
   * the host may be kept from an address that browsers get to, and nobody is to be kept from a provider for that.
   */
  check(...addresses: readonly string[]): Promise<void> {
    if (performance.now() < this.#answeredAt + answerLifetime) return Promise.resolve();
    return this.#inquiry.ask(() => this.#ask(addresses));
  }

  async #ask(addresses: readonly string[]): Promise<void> {
    const signal = AbortSignal.timeout(this.#timeout * 1000);
    const origins = new Map(addresses.toReversed().map((address) => [new URL(address).origin, address]));
    const answers = [...origins.values()].map(async (address) => {
      const answer = await this.fetch(address, { signal });
      if (!isAnswer(answer)) throw new ProviderUnavailable(`${new URL(address).host} answers ${answer.status}`);
    });
    await Promise.any(answers).catch(({ errors }: AggregateError) => {
      // An address that is not asked says nothing.
      if (!errors.some((error) => error instanceof ProviderRefusal)) throw errors[0];
    });
  }
}

/** Proxies that have nothing behind them answer 502 to 504; Traefik, which knows of no such host then, 404. */
function isAnswer({ status }: Response): boolean {
  return status < 500 && status !== 404;
}
