// A header map as Go's net/http has it: one list of values for each name, in canonical spelling.
import type { Header } from "../proxy-wasm/headers.ts";

export class HttpHeaders {
  readonly #values = new Map<string, string[]>();

  constructor(lines: Iterable<Header> = []) {
    for (const [name, value] of lines) this.add(name, value);
  }

  /** Canonical names, sorted. */
  get names(): string[] {
    return [...this.#values.keys()].sort();
  }

  all(name: string): readonly string[] {
    return this.#values.get(canonical(name)) ?? [];
  }

  get(name: string): string | undefined {
    return this.all(name)[0];
  }

  set(name: string, value: string): void {
    this.#values.set(canonical(name), [value]);
  }

  add(name: string, value: string): void {
    this.#values.set(canonical(name), [...this.all(name), value]);
  }

  remove(name: string): void {
    this.#values.delete(canonical(name));
  }

  *[Symbol.iterator](): Generator<Header> {
    for (const [name, values] of this.#values) for (const value of values) yield [name, value];
  }
}

/** The first letter and each behind a hyphen large, the others small; a name with what no name has stays as it is. */
export function canonical(name: string): string {
  if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name)) return name;
  return name.toLowerCase().replace(/(^|-)[a-z]/g, (letters) => letters.toUpperCase());
}
