// The rules of a section by host: for one host, those that may be about it, without a look at the others.
import { append } from "./append.ts";
import { mayHold, parseDomain } from "./domain.ts";
import { rangesOf } from "./network.ts";
import { hostMayMatch } from "./probe.ts";
import type { Rule, Section } from "./section.ts";

/** A rule that may be about a host, and through which of its entries. */
export interface RuleAbout {
  readonly rule: Rule;
  /** The rule as it is for this host: two that are equal here treat the host's requests alike. */
  readonly meaning: string;
}

interface Listing {
  readonly rule: Rule;
  readonly entry: string;
}

export class HostTable {
  readonly #bySuffix = new Map<string, Listing[]>();
  readonly #byExpression = new Map<string, Rule[]>();
  readonly #meanings = new Map<Rule, string>();

  constructor(section: Section) {
    for (const rule of section.rules) {
      for (const { value } of rule.domains) append(this.#bySuffix, suffixOf(value), { rule, entry: value });
      for (const { value } of rule.domainRegexes) append(this.#byExpression, value, rule);
      this.#meanings.set(rule, meaningOf(rule, section));
    }
  }

  /** The rules that may be about a host, for somebody; in their order. */
  rulesAbout(host: string): RuleAbout[] {
    const entries = new Map<Rule, string[]>();
    for (const suffix of suffixesOf(host))
      for (const { rule, entry } of this.#bySuffix.get(suffix) ?? [])
        if (mayHold(parseDomain(entry), host)) append(entries, rule, isForEverybody(entry) ? "*" : entry);
    for (const [expression, rules] of this.#byExpression)
      if (hostMayMatch(expression, host))
        for (const rule of rules) append(entries, rule, isForEverybody(expression) ? "*" : expression);
    return [...entries]
      .toSorted(([a], [b]) => a.number - b.number)
      .map(([rule, through]) => ({
        rule,
        meaning: `${through.includes("*") ? "*" : through.toSorted().join(" ")} ${this.#meanings.get(rule)}`,
      }));
  }
}

function isForEverybody(entry: string): boolean {
  return !/^\{(?:user|group)\}|<(?:User|Group)>/.test(entry);
}

/** All of a rule but its hosts. */
function meaningOf({ number: _, domains, domainRegexes, networks, ...rest }: Rule, section: Section): string {
  const asksForLogin = [...domains, ...domainRegexes].some(({ value }) => !isForEverybody(value));
  const ranges = rangesOf(
    networks.map(({ value }) => value),
    section.networks,
  )?.map(({ first, last }) => `${first}-${last}`);
  return JSON.stringify([asksForLogin, ranges ?? networks, rest], (key, value) => (key === "path" ? undefined : value));
}

/** Under what an entry is found: a host, or its part from a dot on; nothing when it has none. */
function suffixOf(entry: string): string {
  const { kind, text } = parseDomain(entry);
  if (kind === "literal") return text;
  return text.includes(".") ? text.slice(text.indexOf(".")) : "";
}

function suffixesOf(host: string): string[] {
  const dots = [...host].flatMap((character, i) => (character === "." ? [host.slice(i)] : []));
  return [host, ...dots, ""];
}
