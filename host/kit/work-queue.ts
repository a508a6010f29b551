// Runs costly work a few pieces at a time, so that many logins at once cost bounded memory and leave the host responsive. Those
// who wait take turns: a hundred pieces of one delay another's by one.

export class QueueFull extends Error {}

interface Waiter {
  readonly begin: () => void;
  readonly refuse: (reason: QueueFull) => void;
}

export class WorkQueue {
  readonly #concurrency: number;
  readonly #capacity: number;
  readonly #share: number;
  /** Who waits, by whose work it is; whoever is next comes first. */
  readonly #waiting = new Map<string, Waiter[]>();
  #count = 0;
  #running = 0;

  /** At most `concurrency` pieces of work run, and at most `capacity` more wait, of one owner `share`. */
  constructor(concurrency: number, capacity: number, share = capacity) {
    this.#concurrency = concurrency;
    this.#capacity = capacity;
    this.#share = share;
  }

  /** How many pieces of work wait. */
  get waiting(): number {
    return this.#count;
  }

  get running(): number {
    return this.#running;
  }

  /**
   * Runs somebody's work when their turn comes. Throws QueueFull when too much is waiting already: too much of theirs, or too
   * much in all while nobody has more waiting than they. Whoever has most loses the last of theirs otherwise.
   */
  async run<T>(work: () => Promise<T>, owner = ""): Promise<T> {
    if (this.#running >= this.#concurrency) await this.#wait(owner);
    else this.#running++;
    try {
      return await work();
    } finally {
      // Whoever ends hands over its place, so a newcomer cannot slip in before those who wait.
      const next = this.#next();
      if (next) next.begin();
      else this.#running--;
    }
  }

  #wait(owner: string): Promise<void> {
    const own = this.#waiting.get(owner) ?? [];
    if (own.length >= this.#share) throw new QueueFull();
    if (this.#count >= this.#capacity) this.#makeRoom(own.length);
    return new Promise((begin, refuse) => {
      own.push({ begin, refuse });
      this.#waiting.set(owner, own);
      this.#count++;
    });
  }

  /** Throws QueueFull when nobody has more than one piece above `own`. */
  #makeRoom(own: number): void {
    const [owner, longest] = [...this.#waiting].reduce((one, other) => (other[1].length > one[1].length ? other : one));
    if (longest.length <= own + 1) throw new QueueFull();
    longest.pop()!.refuse(new QueueFull());
    if (longest.length === 0) this.#waiting.delete(owner);
    this.#count--;
  }

  /** Takes whoever is next, and puts those who wait with the same owner behind all others. */
  #next(): Waiter | undefined {
    const [first] = this.#waiting;
    if (!first) return undefined;
    const [owner, waiters] = first;
    const next = waiters.shift();
    this.#waiting.delete(owner);
    if (waiters.length > 0) this.#waiting.set(owner, waiters);
    this.#count--;
    return next;
  }
}
