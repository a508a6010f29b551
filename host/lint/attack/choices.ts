// What a configuration depends on and a file does not show (addresses, maps, scripts) is taken for true once and for false
// once: every combination that a request can meet is gone through, up to a limit.

/** Combinations of one request. */
const limit = 64;

export class Choices {
  #path: { readonly name: string; value: boolean }[] = [];
  #at = 0;
  #known = new Map<string, boolean>();
  /** Whether a run had more combinations than are gone through. */
  exceeded = false;

  /** The answer to a question of this run; the same question has the same answer. */
  choose(name: string): boolean {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const step = this.#path[this.#at] ?? { name, value: false };
    this.#path[this.#at++] = step;
    this.#known.set(name, step.value);
    return step.value;
  }

  /** Runs with every combination of answers. */
  explore(run: () => void): void {
    this.#path = [];
    for (let runs = 0; ; runs++) {
      if (runs >= limit) {
        this.exceeded = true;
        return;
      }
      this.#at = 0;
      this.#known = new Map();
      run();
      while (this.#path.at(-1)?.value === true) this.#path.pop();
      const last = this.#path.at(-1);
      if (!last) return;
      last.value = true;
    }
  }
}
