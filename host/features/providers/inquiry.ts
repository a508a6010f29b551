// A question that is put to a provider once, however many wait for the answer. While it has just failed nobody waits for another try.

export class Inquiry<Answer> {
  readonly #pause: number;
  #asking: Promise<Answer> | undefined;
  #failure: { readonly error: unknown; readonly until: number } | undefined;

  /** `pause`: how soon after a failure it is put again. Milliseconds. */
  constructor(pause: number) {
    this.#pause = pause;
  }

  /** Rejects as the question does, and at once with what it failed by a moment ago. */
  ask(question: () => Promise<Answer>): Promise<Answer> {
    if (this.#failure && performance.now() < this.#failure.until) return Promise.reject(this.#failure.error);
    this.#asking ??= question()
      .catch((error) => {
        this.#failure = { error, until: performance.now() + this.#pause };
        throw error;
      })
      .finally(() => {
        this.#asking = undefined;
      });
    return this.#asking;
  }
}
