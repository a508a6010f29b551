// What in a policy has no effect. Nothing here is an error: the policy holds as it is written, but perhaps not as meant.
import type { Path } from "../kit/yaml/problem.ts";
import { coveredRules } from "./coverage.ts";
import { contains, parseDomain } from "./domain.ts";
import { accessText, type Entry, type Rule, readSection } from "./section.ts";

export interface Warning {
  /** From the section on, such as `["rules", 3]`. */
  readonly path: Path;
  readonly message: string;
  /** The rules that the message tells to look at, from 1. */
  readonly seeAlso: readonly number[];
  /** The rule that can never match, when that is what the warning is about. */
  readonly unreachable?: number;
}

/** The warnings about a section that the core has compiled, in the order of the rules. */
export function policyWarnings(section: unknown): Warning[] {
  const read = readSection(section);
  const warnings = [
    ...coveredRules(read).flatMap(coverageWarnings),
    ...read.rules.flatMap(emptyCriteria),
    ...read.rules.flatMap(repetitions),
  ];
  return warnings.toSorted((a, b) => Number(a.path[1]) - Number(b.path[1]));
}

function coverageWarnings({ rule, covered, whole }: ReturnType<typeof coveredRules>[number]): Warning[] {
  if (!whole)
    return covered.map(({ entry, by }) => ({
      path: entry.path,
      message: `${entry.value} never reaches rule ${rule.number} (${accessText(rule)}): ${name(by)} matches before it${consequence(by, rule)}`,
      seeAlso: [by.number],
    }));
  const by = [...new Set(covered.map((hosts) => hosts.by))].toSorted((a, b) => a.number - b.number);
  const loosest = by.find((earlier) => consequence(earlier, rule) !== "");
  const what = `rule ${rule.number} (${accessText(rule)}) can never match: ${by.map(name).join(" and ")}`;
  const message =
    by.length === 1
      ? `${what} matches every request before it${consequence(by[0]!, rule)}`
      : `${what} match every request before it${loosest ? consequence(loosest, rule, `rule ${loosest.number} `) : ""}`;
  return [
    {
      path: ["rules", rule.number - 1],
      message,
      seeAlso: by.map(({ number }) => number),
      unreachable: rule.number,
    },
  ];
}

function name(rule: Rule): string {
  return `rule ${rule.number} (${accessText(rule)})`;
}

const strictness = ["bypass", "one_factor", "two_factor", "deny"];

/** What a reader of the later rule might wrongly rely on. */
function consequence(earlier: Rule, later: Rule, subject = ""): string {
  if (strictness.indexOf(earlier.policy) >= strictness.indexOf(later.policy)) return "";
  return `, and ${subject}${earlier.policy === "bypass" ? "lets everybody in" : "asks for less"}`;
}

const unrestricted: Readonly<Record<string, string>> = {
  subject: "is about everybody",
  networks: "is about every network",
  methods: "is about every method",
  resources: "is about every path",
  query: "is about every query",
  amr: "is content with every way to log in",
};

/** Criteria that were perhaps meant to match nothing, and match everything. */
function emptyCriteria({ number, empty }: Rule): Warning[] {
  return Object.entries(empty).map(([key, how]) => {
    const effect = unrestricted[key];
    const message = `${key} of rule ${number} ${how}, which counts as absent${effect ? `: the rule ${effect}` : ""}`;
    return { path: ["rules", number - 1, key], message, seeAlso: [] };
  });
}

/** Entries of a list that say nothing that the list does not say already. */
function repetitions(rule: Rule): Warning[] {
  const same = <T>(key: string, entries: readonly Entry<T>[], nameOf: (value: T) => string): Warning[] => {
    const seen = new Set<string>();
    return entries.flatMap(({ value, path }) => {
      const text = nameOf(value);
      if (!seen.has(text)) {
        seen.add(text);
        return [];
      }
      return [{ path, message: `${text} is in ${key} of rule ${rule.number} twice`, seeAlso: [] }];
    });
  };
  return [
    ...same("domain", rule.domains, (value) => value.toLowerCase()),
    ...below(rule),
    ...same("domain_regex", rule.domainRegexes, (value) => value),
    ...same("methods", rule.methods, (value) => value),
    ...same("networks", rule.networks, (value) => value),
    ...same("subject", rule.subjects, (terms) => [...new Set(terms)].toSorted().join(" and ")),
    ...same("query", rule.queries, (conditions) => JSON.stringify(conditions)),
    ...same("resources", rule.resources, (value) => value),
  ];
}

/** Hosts that a wildcard of the same list is about anyway. */
function below(rule: Rule): Warning[] {
  const wildcards = rule.domains.map(({ value }) => value).filter((value) => value.startsWith("*."));
  return rule.domains.flatMap(({ value, path }) => {
    const pattern = parseDomain(value);
    if (pattern.kind !== "literal" && pattern.kind !== "wildcard") return [];
    const wider = wildcards.find(
      (wildcard) => wildcard.toLowerCase() !== value.toLowerCase() && contains(parseDomain(wildcard), pattern),
    );
    if (wider === undefined) return [];
    return [
      { path, message: `${value} of rule ${rule.number} says nothing that ${wider} beside it does not`, seeAlso: [] },
    ];
  });
}
