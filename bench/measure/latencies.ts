// Latencies of many requests, and what to say about them.

export class Latencies {
  readonly #milliseconds: number[] = [];
  #sorted: Float64Array | undefined;

  add(milliseconds: number): void {
    this.#milliseconds.push(milliseconds);
    this.#sorted = undefined;
  }

  get count(): number {
    return this.#milliseconds.length;
  }

  /** The smallest value that `part` (0 to 1) of all do not exceed (nearest rank); NaN without any. Milliseconds. */
  percentile(part: number): number {
    this.#sorted ??= Float64Array.from(this.#milliseconds).sort();
    const rank = Math.max(1, Math.ceil(part * this.#sorted.length));
    return this.#sorted[rank - 1] ?? Number.NaN;
  }

  /** p50, p99 and the longest as cells of a table. Milliseconds. */
  cells(): string[] {
    return [0.5, 0.99, 1].map((part) => this.percentile(part).toFixed(2));
  }
}
