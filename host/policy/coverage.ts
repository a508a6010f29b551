// When a rule matches every request that a later one matches, so that the later one is never reached. All criteria are
// compared by what they say, never by trying requests: "covers" is a promise, its absence is not the opposite.
//
// The anonymous passes every subject, so between two rules with subjects it changes nothing. A rule with a subject never
// covers one without: the people it is not about reach the later one.
import { append } from "./append.ts";
import { contains as containsDomain, type DomainPattern, parseDomain } from "./domain.ts";
import { contains as containsRange, rangesOf } from "./network.ts";
import { hostMatches } from "./probe.ts";
import type { Entry, Rule, Section } from "./section.ts";

/** An entry of `domain` or `domain_regex` of a rule whose hosts are all decided by an earlier rule. */
export interface CoveredHosts {
  readonly entry: Entry<string>;
  readonly by: Rule;
}

export interface Coverage {
  readonly rule: Rule;
  readonly covered: readonly CoveredHosts[];
  /** Whether that is all of the rule's entries, so that the rule never matches. */
  readonly whole: boolean;
}

/** The largest number of times that the core is asked whether an expression matches a host name. */
const questionLimit = 100_000;

/** What earlier rules leave to nobody, in the order of the rules. */
export function coveredRules(section: Section): Coverage[] {
  const index = new HostIndex();
  const found: Coverage[] = [];
  for (const rule of section.rules) {
    const covers = (earlier: Rule) => coversAllButHosts(earlier, rule, section.networks);
    const covered = hostsOf(rule).flatMap(({ entry, isExpression }): CoveredHosts[] => {
      const by = isExpression ? index.findExpression(entry.value, covers) : index.findDomain(entry.value, covers);
      return by ? [{ entry, by }] : [];
    });
    if (covered.length > 0) found.push({ rule, covered, whole: covered.length === hostsOf(rule).length });
    index.add(rule);
  }
  return found;
}

function hostsOf({ domains, domainRegexes }: Rule) {
  return [
    ...domains.map((entry) => ({ entry, isExpression: false })),
    ...domainRegexes.map((entry) => ({ entry, isExpression: true })),
  ];
}

/** Whether every criterion of `earlier`, the hosts left out, is met by all that meets that of `later`. */
function coversAllButHosts(earlier: Rule, later: Rule, named: Section["networks"]): boolean {
  return (
    coversMethods(earlier, later) &&
    coversTexts(earlier.resources, later.resources) &&
    coversAlternatives(earlier.subjects, later.subjects, (term) => term) &&
    coversAlternatives(earlier.queries, later.queries, (condition) => JSON.stringify(condition)) &&
    coversNetworks(earlier, later, named)
  );
}

function coversMethods(earlier: Rule, later: Rule): boolean {
  return coversTexts(earlier.methods, later.methods);
}

/** Entries are ORed, and an empty list matches everything. */
function coversTexts(earlier: Rule["resources"], later: Rule["resources"]): boolean {
  if (earlier.length === 0) return true;
  return later.length > 0 && later.every(({ value }) => earlier.some((entry) => entry.value === value));
}

/** Each alternative of `later` demands all that some alternative of `earlier` demands, and perhaps more. */
function coversAlternatives<Term>(
  earlier: readonly Entry<readonly Term[]>[],
  later: readonly Entry<readonly Term[]>[],
  nameOf: (term: Term) => string,
): boolean {
  if (earlier.length === 0) return true;
  if (later.length === 0) return false;
  const demands = earlier.map(({ value }) => value.map(nameOf));
  return later.every(({ value }) => {
    const names = new Set(value.map(nameOf));
    return demands.some((demanded) => demanded.every((name) => names.has(name)));
  });
}

function coversNetworks(earlier: Rule, later: Rule, named: Section["networks"]): boolean {
  if (earlier.networks.length === 0) return true;
  const outer = rangesOf(
    earlier.networks.map(({ value }) => value),
    named,
  );
  const inner = rangesOf(
    later.networks.map(({ value }) => value),
    named,
  );
  if (!outer || !inner || inner.length === 0) return false;
  return inner.every((range) => outer.some((wider) => containsRange(wider, range)));
}

/** The rules read so far, by the hosts they are about. */
class HostIndex {
  readonly #byPattern = new Map<string, Rule[]>();
  readonly #byExpression = new Map<string, Rule[]>();
  #questions = 0;

  add(rule: Rule): void {
    for (const { value } of rule.domains) append(this.#byPattern, keyOf(parseDomain(value)), rule);
    for (const { value } of rule.domainRegexes) append(this.#byExpression, value, rule);
  }

  /** The first rule that is about all hosts of an entry of `domain` and passes a test. */
  findDomain(domain: string, covers: (rule: Rule) => boolean): Rule | undefined {
    const pattern = parseDomain(domain);
    const candidates = wider(pattern).flatMap((key) => this.#byPattern.get(key) ?? []);
    const found = candidates.filter(covers);
    if (pattern.kind === "literal") found.push(...this.#expressionsAbout(pattern.text, covers));
    return first(found);
  }

  /** The first rule with the same `domain_regex` that passes a test. */
  findExpression(expression: string, covers: (rule: Rule) => boolean): Rule | undefined {
    return first((this.#byExpression.get(expression) ?? []).filter(covers));
  }

  *#expressionsAbout(host: string, covers: (rule: Rule) => boolean): Generator<Rule> {
    for (const [expression, rules] of this.#byExpression) {
      const rule = rules.find(covers);
      if (!rule || this.#questions >= questionLimit) continue;
      this.#questions++;
      if (hostMatches(expression, host)) yield rule;
    }
  }
}

/** The keys of all patterns that contain a pattern. */
function wider(pattern: DomainPattern): string[] {
  const keys = [keyOf(pattern)];
  for (let dot = pattern.text.indexOf("."); dot >= 0; dot = pattern.text.indexOf(".", dot + 1)) {
    const wildcard: DomainPattern = { kind: "wildcard", text: pattern.text.slice(dot) };
    if (containsDomain(wildcard, pattern)) keys.push(keyOf(wildcard));
  }
  return [...new Set(keys)];
}

function keyOf({ kind, text }: DomainPattern): string {
  return `${kind} ${text}`;
}

function first(rules: readonly Rule[]): Rule | undefined {
  return rules.reduce<Rule | undefined>(
    (least, rule) => (least && least.number < rule.number ? least : rule),
    undefined,
  );
}
