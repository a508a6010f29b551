// Gates that wait for a new bundle, each with a connection of its own.
import { Agent, get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** When the first and the last poller had the whole bundle, by performance.now(). */
export interface Receipt {
  readonly first: number;
  readonly last: number;
}

interface Poller {
  readonly agent: Agent;
  etag: string;
  answered: Promise<number>;
}

export class Pollers {
  readonly #url: string;
  readonly #authorization: string;
  readonly #pollers: Poller[];

  constructor(url: string, edgeToken: string, count: number) {
    this.#url = url;
    this.#authorization = `Bearer ${edgeToken}`;
    this.#pollers = Array.from({ length: count }, () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      return { agent, etag: "", answered: Promise.resolve(0) };
    });
  }

  /** Lets every poller wait for what is newer than what it has; settles when the host has them all waiting. */
  async wait(): Promise<void> {
    const fresh = this.#pollers.filter(({ etag }) => etag === "");
    await Promise.all(fresh.map((poller) => this.#poll(poller, 0)));
    for (const poller of this.#pollers) poller.answered = this.#poll(poller, 60);
    await sleep(1000);
  }

  /** Settles when all who wait have a new bundle. */
  async news(): Promise<Receipt> {
    const times = await Promise.all(this.#pollers.map(({ answered }) => answered));
    return { first: Math.min(...times), last: Math.max(...times) };
  }

  close(): void {
    for (const { agent, answered } of this.#pollers) {
      answered.catch(() => undefined);
      agent.destroy();
    }
  }

  #poll(poller: Poller, wait: number): Promise<number> {
    const headers = { authorization: this.#authorization, "if-none-match": poller.etag };
    return new Promise((resolve, reject) => {
      const request = get(`${this.#url}/api/edge/bundle?wait=${wait}`, { agent: poller.agent, headers }, (answer) => {
        if (answer.statusCode !== 200) reject(new Error(`a poller was answered ${answer.statusCode}`));
        poller.etag = answer.headers.etag ?? "";
        answer.resume().on("end", () => resolve(performance.now()));
      });
      request.on("error", reject);
    });
  }
}
