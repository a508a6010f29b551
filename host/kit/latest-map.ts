// A map that stays small: it has what was set last, and forgets what was set longest ago.

export class LatestMap<Key, Value> extends Map<Key, Value> {
  readonly #most: number;

  /** Entries at most. */
  constructor(most: number) {
    super();
    this.#most = most;
  }

  override set(key: Key, value: Value): this {
    this.delete(key);
    if (this.size >= this.#most) this.delete(this.keys().next().value!);
    return super.set(key, value);
  }
}
