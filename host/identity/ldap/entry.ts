// An entry as a search returns it. Attribute names have no case (RFC 4512, section 2.5).
import type { Entry as LdaptsEntry } from "ldapts";

export class Entry {
  readonly dn: string;
  readonly #values = new Map<string, readonly string[]>();

  constructor({ dn, ...attributes }: LdaptsEntry) {
    this.dn = dn;
    for (const [name, value] of Object.entries(attributes)) {
      const values: readonly (string | Buffer)[] = Array.isArray(value) ? value : [value];
      this.#values.set(
        name.toLowerCase(),
        values.filter((one) => typeof one === "string"),
      );
    }
  }

  /** The values that are text; none when there is no such attribute. */
  all(attribute: string): readonly string[] {
    return this.#values.get(attribute.toLowerCase()) ?? [];
  }

  /**
   * The values of an attribute of which the server gave a part only, as Active Directory does beyond some 1,500 of them
   * (`memberOf;range=0-1499`), and the number of the last one; that is undefined when there are no more. Undefined when it gave no part.
   */
  part(attribute: string): { readonly values: readonly string[]; readonly last: number | undefined } | undefined {
    const beginning = `${attribute.toLowerCase()};range=`;
    for (const [name, values] of this.#values) {
      const [, last] = name.startsWith(beginning) ? (/^\d+-(\d+|\*)$/.exec(name.slice(beginning.length)) ?? []) : [];
      if (last !== undefined) return { values, last: last === "*" ? undefined : Number(last) };
    }
    return undefined;
  }

  first(attribute: string): string | undefined {
    return this.all(attribute)[0];
  }
}
