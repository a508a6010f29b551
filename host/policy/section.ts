// The access control section as lists, whatever shape its author chose. It has been compiled by the core before, so nothing
// is checked here; what rules mean is the core's to say.

import type { Access } from "../core/policy.ts";
import { isMapping, type Mapping } from "../kit/config/mapping.ts";
import type { Path } from "../kit/yaml/problem.ts";

/** One entry of a list of a rule, and where it is written, from the section on. */
export interface Entry<T> {
  readonly value: T;
  readonly path: Path;
}

export interface QueryCondition {
  readonly operator: string;
  readonly key: string;
  readonly value?: string;
}

/** A rule; an absent criterion is an empty list. */
export interface Rule {
  /** From 1. */
  readonly number: number;
  readonly policy: Access;
  readonly domains: readonly Entry<string>[];
  readonly domainRegexes: readonly Entry<string>[];
  /** In upper case. */
  readonly methods: readonly Entry<string>[];
  /** As written: addresses, CIDR blocks and names. */
  readonly networks: readonly Entry<string>[];
  /** An OR of ANDs of `user:NAME`, `group:NAME` and `source:PROVIDER`. */
  readonly subjects: readonly Entry<readonly string[]>[];
  /** An OR of ANDs. */
  readonly queries: readonly Entry<readonly QueryCondition[]>[];
  readonly resources: readonly Entry<string>[];
  /** As written, such as `15m`. */
  readonly maxAge?: string;
  readonly amr: readonly string[];
  /** Whether whoever is not logged in is asked for Basic credentials. */
  readonly challenges: boolean;
  /** The criteria that are written as an empty list or without a value, which the core takes for absent: how, in words. */
  readonly empty: Readonly<Record<string, string>>;
}

export interface Section {
  readonly defaultPolicy: Access;
  /** The named networks: each name with the addresses, blocks and earlier names it stands for. */
  readonly networks: ReadonlyMap<string, readonly string[]>;
  readonly rules: readonly Rule[];
}

/** Reads a section that the core has compiled. */
export function readSection(section: unknown): Section {
  const { default_policy: policy, networks, rules } = isMapping(section) ? section : ({} as Mapping);
  const named = listOf(networks).map(mapping);
  return {
    defaultPolicy: (policy as Access) || "deny",
    networks: new Map(named.map(({ name, networks }) => [String(name), listOf(networks).map(String)])),
    rules: listOf(rules).map((rule, index) => readRule(mapping(rule), index)),
  };
}

function readRule(rule: Mapping, index: number): Rule {
  const { policy, max_age: maxAge } = rule;
  const entries = (key: string) => entriesOf(rule[key], ["rules", index, key]);
  const texts = (key: string) => entries(key).map(({ value, path }) => ({ value: String(value), path }));
  return {
    number: index + 1,
    policy: policy as Access,
    domains: texts("domain"),
    domainRegexes: texts("domain_regex"),
    methods: texts("methods").map(({ value, path }) => ({ value: value.toUpperCase(), path })),
    networks: texts("networks"),
    subjects: entries("subject").map(({ value, path }) => ({ value: listOf(value).map(String), path })),
    queries: entries("query").map(({ value, path }) => ({ value: listOf(value).map(mapping).map(condition), path })),
    resources: texts("resources"),
    ...(maxAge !== undefined && maxAge !== null && { maxAge: String(maxAge) }),
    amr: listOf(rule.amr).map(String),
    challenges: rule.basic === "challenge",
    empty: Object.fromEntries(
      Object.entries(rule).flatMap(([key, value]) => {
        if (value === null) return [[key, "has no value"]];
        return Array.isArray(value) && value.length === 0 ? [[key, "is an empty list"]] : [];
      }),
    ),
  };
}

/** A value left out means `equal` or `present`, as in the core. */
function condition({ operator, key, value }: Mapping): QueryCondition {
  const hasValue = value !== undefined;
  return {
    operator: typeof operator === "string" ? operator : hasValue ? "equal" : "present",
    key: String(key),
    ...(hasValue && { value: String(value) }),
  };
}

function entriesOf(value: unknown, path: Path): Entry<unknown>[] {
  if (!Array.isArray(value)) return listOf(value).map((entry) => ({ value: entry, path }));
  return value.map((entry, index) => ({ value: entry, path: [...path, index] }));
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

function mapping(value: unknown): Mapping {
  return isMapping(value) ? value : {};
}

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** The seconds of a `max_age` as it is written. */
export function maxAgeSeconds(maxAge: string): number {
  if (/^\d+$/.test(maxAge)) return Number(maxAge);
  let seconds = 0;
  for (const [, count, unit] of maxAge.matchAll(/(\d+)([smhdw])/g)) seconds += Number(count) * unitSeconds[unit!]!;
  return seconds;
}

/** What a rule asks of those it matches, as in `two_factor (max_age 15m, amr hwk)`. */
export function accessText({ policy, maxAge, amr }: Pick<Rule, "policy" | "maxAge" | "amr">): string {
  const terms = [maxAge === undefined ? "" : `max_age ${maxAge}`, amr.length > 0 ? `amr ${amr.join(" or ")}` : ""];
  const more = terms.filter(Boolean).join(", ");
  return more === "" ? policy : `${policy} (${more})`;
}
