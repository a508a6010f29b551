// The hosts that a policy names for a person: those it writes in full, and those that it makes from the person's names. What
// wildcards and expressions stand for, nobody can tell.
import { type DomainPattern, parseDomain } from "./domain.ts";
import { readSection } from "./section.ts";

const patterns = new WeakMap<object, readonly DomainPattern[]>();

/** Lower case, each once, in no order. `section` is an access control section that the core has compiled. */
export function namedHosts(section: unknown, { name, groups }: { name: string; groups: readonly string[] }): string[] {
  const beginnings = { literal: [""], user: [name], group: groups, wildcard: [] };
  const hosts = patternsOf(section).flatMap(({ kind, text }) =>
    beginnings[kind].map((beginning) => `${beginning.toLowerCase()}${text}`),
  );
  return [...new Set(hosts)];
}

/** A policy is read once. */
function patternsOf(section: unknown): readonly DomainPattern[] {
  if (typeof section !== "object" || section === null) return [];
  const known = patterns.get(section);
  if (known) return known;
  const domains = readSection(section).rules.flatMap((rule) => rule.domains.map(({ value }) => value));
  const all = [...new Set(domains)].map(parseDomain);
  patterns.set(section, all);
  return all;
}
