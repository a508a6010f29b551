// The hosts that rules tell apart: the ones they name, examples for wildcards, placeholders and expressions, and one that
// no rule is about.
import { parseDomain } from "./domain.ts";
import { samplesOf } from "./pattern-sample.ts";
import { namesIn, otherName, type Person } from "./people.ts";
import { hostMayMatch } from "./probe.ts";
import type { Section } from "./section.ts";

export interface Host {
  readonly name: string;
  /** As a report names it: the host, or the pattern that it is an example of. */
  readonly label: string;
  /** Those whom a named group of an expression sees in this host. */
  readonly people: readonly Person[];
}

/** How many of the users and groups that rules name are put into one placeholder. */
const namesPerPlaceholder = 5;

/** The hosts for the rules of all sections. */
export function hostsFor(sections: readonly Section[]): Host[] {
  const rules = sections.flatMap((section) => section.rules);
  const { users, groups } = namesIn(rules);
  const names: Names = {
    users: [...users.slice(0, namesPerPlaceholder), otherName("person", users)],
    groups: [...groups.slice(0, namesPerPlaceholder), otherName("somegroup", groups)],
  };
  const domains = unique(rules.flatMap((rule) => rule.domains.map(({ value }) => value)));
  const expressions = unique(rules.flatMap((rule) => rule.domainRegexes.map(({ value }) => value)));
  const literals = domains.filter((domain) => parseDomain(domain).kind === "literal");
  const hosts = [
    ...literals.map((domain): Host => ({ name: domain.toLowerCase(), label: domain.toLowerCase(), people: [] })),
    ...domains.filter((domain) => !literals.includes(domain)).flatMap((domain) => patternHosts(domain, names)),
    ...expressions.flatMap((expression) => expressionHosts(expression, names)),
    { name: "unmatched.invalid", label: "(any other host)", people: [] },
  ];
  return [...new Map(hosts.toReversed().map((host) => [host.name, host])).values()].toReversed();
}

interface Names {
  readonly users: readonly string[];
  readonly groups: readonly string[];
}

function patternHosts(domain: string, { users, groups }: Names): Host[] {
  const { kind, text } = parseDomain(domain);
  const host = (prefix: string, label: string): Host => ({ name: `${prefix}${text}`, label, people: [] });
  if (kind === "user") return users.filter(isLabel).map((name) => host(name, domain));
  if (kind === "group")
    return groups
      .map((group) => group.toLowerCase())
      .filter(isLabel)
      .map((group) => host(group, domain));
  // One label below, two labels below, and the apex, which only expressions and literals are about.
  return [
    host("any", domain),
    host("any.any", domain.replace("*.", "*.*.")),
    { name: text.slice(1), label: text.slice(1), people: [] },
  ];
}

function expressionHosts(expression: string, { users, groups }: Names): Host[] {
  const user = users.at(-1)!;
  const group = groups.at(-1)!;
  const people = [
    ...(expression.includes("<User>") ? [userNamed(user)] : []),
    ...(expression.includes("<Group>") ? [memberOf(group)] : []),
  ];
  return samplesOf(expression, { User: user, Group: group })
    .flatMap((sample) => [sample, `any${sample}`, `${sample}.invalid`, `any${sample}.invalid`])
    .map((name) => name.toLowerCase())
    .filter((name) => hostMayMatch(expression, name))
    .slice(0, 4)
    .map((name) => ({ name, label: expression, people }));
}

/** Whether a name can be in a host, which is in lower case. */
function isLabel(name: string): boolean {
  return /^[a-z0-9_-]{1,63}$/.test(name);
}

function userNamed(name: string): Person {
  return { label: "the user that the host names", name, groups: [] };
}

function memberOf(group: string): Person {
  return { label: "the group that the host names", name: "member", groups: [group] };
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
