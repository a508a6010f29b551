// How often a provider is sent a request ahead of the browser (RFC 9126). Anybody may ask for the way to a provider, and each such request
// costs the provider a connection and a record. So a network has a number of them ahead and gains more as time passes, and those that wait
// are few and take turns. Whoever is beyond that is not refused where the provider takes requests that the browser brings as well.
import { LatestMap } from "../../kit/latest-map.ts";
import { QueueFull, WorkQueue } from "../../kit/work-queue.ts";

/** Requests that one network can have sent at once, and how many it gains in a second. Many people may share an address. */
const ahead = 100;
const gain = 2;

/** Networks remembered; one that makes way begins anew. */
const networks = 10_000;

/** Requests under way to one provider, those that wait, and those of them from one network. */
const [atOnce, waiting, waitingPerNetwork] = [8, 128, 32];

export class PushedRequests {
  readonly #spent = new LatestMap<string, { readonly count: number; readonly at: number }>(networks);
  readonly #queue = new WorkQueue(atOnce, waiting, waitingPerNetwork);

  /** Sends a request for a visitor in a network (holderOf; undefined: no single visitor's). Throws QueueFull when there are too many. */
  send<T>(network: string | undefined, request: () => Promise<T>): Promise<T> {
    if (network !== undefined) this.#spend(network);
    return this.#queue.run(request, network);
  }

  #spend(network: string): void {
    const now = performance.now();
    const before = this.#spent.get(network);
    const left = before ? Math.max(0, before.count - ((now - before.at) / 1000) * gain) : 0;
    if (left + 1 > ahead) throw new QueueFull();
    this.#spent.set(network, { count: left + 1, at: now });
  }
}
