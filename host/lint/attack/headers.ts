// The headers of a request on its way through a proxy, as a proxy's configuration changes them.

/** Header lines by name; names are compared without regard to case. A copy costs nothing until it is changed. */
export class Headers {
  #values = new Map<string, readonly string[]>();
  #isShared = false;
  /** What has been taken out, by names in lower case. */
  #deleted: readonly ((name: string) => boolean)[] = [];

  constructor(fields: readonly (readonly [name: string, value: string])[] = []) {
    for (const [name, value] of fields) this.add(name, value);
  }

  copy(): Headers {
    const copy = new Headers();
    copy.#values = this.#values;
    copy.#deleted = this.#deleted;
    copy.#isShared = true;
    this.#isShared = true;
    return copy;
  }

  /** Every line's value; none when the header is not there. */
  get(name: string): readonly string[] {
    return this.#values.get(name.toLowerCase()) ?? [];
  }

  add(name: string, value: string): void {
    this.#own().set(name.toLowerCase(), [...this.get(name), value]);
  }

  set(name: string, value: string): void {
    this.#own().set(name.toLowerCase(), [value]);
  }

  /** Whether nothing so far says that a client has not sent it: it is not there, and has not been taken out. */
  mayBeSent(name: string): boolean {
    const wanted = name.toLowerCase();
    return !this.#values.has(wanted) && !this.#deleted.some((isMeant) => isMeant(wanted));
  }

  /** Removes the headers whose name, in lower case, is meant. */
  delete(isMeant: (name: string) => boolean): void {
    this.#deleted = [...this.#deleted, isMeant];
    for (const name of [...this.#values.keys()].filter(isMeant)) this.#own().delete(name);
  }

  /** Changes the value of every line of a header. */
  replace(name: string, change: (value: string) => string): void {
    const values = this.get(name);
    if (values.length > 0) this.#own().set(name.toLowerCase(), values.map(change));
  }

  #own(): Map<string, readonly string[]> {
    if (this.#isShared) this.#values = new Map(this.#values);
    this.#isShared = false;
    return this.#values;
  }
}
