// Lets the answer about an unknown user take as long as a wrong password does: a server compares no hash for a name that it
// does not have, so that a bind with such a name ends sooner.

/** As many durations are remembered. */
const remembered = 32;

export class Pacing {
  readonly #durations: number[] = [];
  #next = 0;

  /** Remembers how long it took to find one password wrong. Milliseconds. */
  observe(duration: number): void {
    this.#durations[this.#next] = duration;
    this.#next = (this.#next + 1) % remembered;
  }

  /**
   * Waits until as long has passed as so many of the last wrong passwords took, chosen by chance. `started` is
   * performance.now().
   */
  async keep(started: number, passwords: number): Promise<void> {
    const duration = this.#durations[Math.floor(Math.random() * this.#durations.length)];
    if (duration === undefined) return;
    const end = started + duration * passwords;
    const whole = Math.floor(end - performance.now()) - 1;
    if (whole > 0) await new Promise((resolve) => setTimeout(resolve, whole));
    // Timers are exact to a millisecond only.
    while (performance.now() < end) await new Promise((resolve) => setImmediate(resolve));
  }
}
