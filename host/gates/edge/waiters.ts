// Those who wait for news, each no longer than it says. A thousand gates begin to wait ten times a second while people log out, and nearly
// none of them waits to the end: so one timer serves all of them, and a place in an array.

/** After it went off the timer rests for so long, for it looks at everybody who waits. Milliseconds. */
const timerRest = 50;

export interface Waiter {
  /** Called once, with the news or when they have not come in time. */
  readonly wake: () => void;
  /** Of performance.now(). */
  readonly until: number;
  /** Where it is among those who wait; -1 once it is not. */
  place: number;
}

export class Waiters {
  #all: Waiter[] = [];
  #timer: NodeJS.Timeout | undefined;
  /** When the timer goes off, of performance.now(). */
  #goesOffAt = Number.POSITIVE_INFINITY;

  get size(): number {
    return this.#all.length;
  }

  /** Calls `wake` with the news, or after so many milliseconds. Returns what `remove` takes. */
  add(wake: () => void, milliseconds: number): Waiter {
    const waiter = { wake, until: performance.now() + milliseconds, place: this.#all.length };
    this.#all.push(waiter);
    if (waiter.until < this.#goesOffAt) this.#setTimer(waiter.until);
    return waiter;
  }

  /** Lets one not wait any more; nothing happens where it does not. */
  remove(waiter: Waiter): void {
    const { place } = waiter;
    if (place < 0) return;
    waiter.place = -1;
    const last = this.#all.pop()!;
    if (last === waiter) return;
    this.#all[place] = last;
    last.place = place;
  }

  /** Wakes everybody who waits now. Returns how many that are. */
  wakeAll(): number {
    const all = this.#all;
    this.#all = [];
    for (const waiter of all) waiter.place = -1;
    for (const { wake } of all) wake();
    return all.length;
  }

  /** Wakes everybody, and leaves no timer behind. */
  close(): void {
    this.wakeAll();
    clearTimeout(this.#timer);
    this.#goesOffAt = Number.POSITIVE_INFINITY;
  }

  #setTimer(at: number): void {
    clearTimeout(this.#timer);
    this.#goesOffAt = at;
    this.#timer = setTimeout(() => this.#wakeOverdue(), at - performance.now());
  }

  #wakeOverdue(): void {
    this.#goesOffAt = Number.POSITIVE_INFINITY;
    // Timers go by whole milliseconds, and may be that early.
    const now = performance.now() + 1;
    const overdue = this.#all.filter(({ until }) => until <= now);
    for (const waiter of overdue) this.remove(waiter);
    const next = this.#all.reduce((earliest, { until }) => Math.min(earliest, until), Number.POSITIVE_INFINITY);
    if (next < Number.POSITIVE_INFINITY) this.#setTimer(Math.max(next, now + timerRest));
    for (const { wake } of overdue) wake();
  }
}
