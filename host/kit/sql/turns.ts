// Lets a bounded number of those who write to the database do so at a time. Whoever has waited for long enough is told that
// the database is not available, so that a lock that somebody else holds becomes an answer and no queue without an end.
import { StoreUnavailable } from "./unavailable.ts";

export class Turns {
  readonly #patience: number;
  #free: number;
  readonly #waiting = new Set<() => void>();

  /** `atOnce` at a time; nobody waits for longer than `patience` milliseconds. */
  constructor(atOnce: number, patience: number) {
    this.#free = atOnce;
    this.#patience = patience;
  }

  async take<T>(run: () => Promise<T>, patience = this.#patience): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await this.#wait(patience);
    try {
      return await run();
    } finally {
      const [next] = this.#waiting;
      if (next) next();
      else this.#free++;
    }
  }

  #wait(patience: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const begin = () => {
        clearTimeout(timer);
        this.#waiting.delete(begin);
        resolve();
      };
      const giveUp = () => {
        this.#waiting.delete(begin);
        reject(new StoreUnavailable("others are writing to the database for too long"));
      };
      const timer = Number.isFinite(patience) ? setTimeout(giveUp, patience) : undefined;
      this.#waiting.add(begin);
    });
  }
}
