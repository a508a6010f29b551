// A header map as Envoy keeps it: names in lower case, one entry a line, in order. Names and values are byte strings: each
// character stands for one byte, as in latin1, for a value need not be valid in any other encoding.
import { GuestError } from "./guest-error.ts";

export type Header = readonly [name: string, value: string];

export class Headers implements Iterable<Header> {
  private entries: Header[] = [];

  constructor(headers: Iterable<Header> = []) {
    for (const [name, value] of headers) this.add(name, value);
  }

  get size(): number {
    return this.entries.length;
  }

  /** The first value, which is all that `proxy_get_header_map_value` shows of duplicates. */
  get(name: string): string | undefined {
    return this.all(name)[0];
  }

  /** The values of every line with this name. */
  all(name: string): string[] {
    return this.entries.filter(([own]) => own === name.toLowerCase()).map(([, value]) => value);
  }

  add(name: string, value: string): void {
    if (name === "" || /[\0\r\n]/.test(name + value))
      throw new GuestError(`not a header: ${JSON.stringify([name, value])}`);
    this.entries.push([name.toLowerCase(), value]);
  }

  /** Removes every line with this name and adds one at the end. */
  replace(name: string, value: string): void {
    this.remove(name);
    this.add(name, value);
  }

  remove(name: string): void {
    this.entries = this.entries.filter(([own]) => own !== name.toLowerCase());
  }

  [Symbol.iterator](): Iterator<Header> {
    return this.entries[Symbol.iterator]();
  }
}
