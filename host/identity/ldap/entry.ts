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

  first(attribute: string): string | undefined {
    return this.all(attribute)[0];
  }
}
