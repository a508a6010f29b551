// The kinds of people that rules tell apart: nobody, users and members of groups that a rule names, those that a rule wants
// to be several of these at once, and somebody no rule names.
import type { Subject } from "../core/policy.ts";
import { mayHold, parseDomain } from "./domain.ts";
import type { Rule } from "./section.ts";

export interface Person {
  /** As a report names them: `group admins`. */
  readonly label: string;
  /** Absent for nobody. */
  readonly name?: string;
  readonly groups: readonly string[];
}

export const nobody: Person = { label: "anonymous", groups: [] };

/** How many names and groups are also tried two by two, which shows rules that get in each other's way. */
const pairLimit = 10;

/** The names and groups that `subject` criteria mention. */
export function namesIn(rules: readonly Rule[]): { readonly users: string[]; readonly groups: string[] } {
  const terms = [...new Set(rules.flatMap(({ subjects }) => subjects.flatMap(({ value }) => value)))];
  const named = (prefix: string) =>
    terms.filter((term) => term.startsWith(prefix)).map((term) => term.slice(prefix.length));
  return { users: named("user:"), groups: groupsIn(terms) };
}

/** The groups that terms name; a provider is one by the words of its term, as the core has it. */
export function groupsIn(terms: readonly string[]): string[] {
  return terms.flatMap((term) => {
    if (term.startsWith("group:")) return [term.slice("group:".length)];
    return term.startsWith("source:") ? [term] : [];
  });
}

/** A name that is none of the given ones. */
export function otherName(base: string, taken: readonly string[]): string {
  let name = base;
  for (let i = 2; taken.includes(name); i++) name = `${base}${i}`;
  return name;
}

/** Whom the placeholders of a rule see in a host, as subjects are written: one AND for each entry of `domain`. */
export function namedByHost({ domains }: Rule, host: string): string[][] {
  return domains.flatMap(({ value }) => {
    const pattern = parseDomain(value);
    if (!mayHold(pattern, host)) return [];
    const prefix = host.slice(0, -pattern.text.length);
    if (pattern.kind === "user") return [[`user:${prefix}`]];
    return pattern.kind === "group" ? [[`group:${prefix}`]] : [];
  });
}

/** Who is to be asked about for these rules on a host. `own` are people whom an expression sees in the host or the path. */
export function peopleFor(rules: readonly Rule[], host: string, own: readonly Person[] = []): Person[] {
  const { users, groups } = namesIn(rules);
  const other = otherName("someone", users);
  const terms = [
    ...users.map((name): Person => ({ label: `user ${name}`, name, groups: [] })),
    ...groups.map((group): Person => ({ label: `group ${group}`, name: other, groups: [group] })),
  ];
  const named = rules.flatMap((rule) => namedByHost(rule, host).map((all) => personNamed(all[0]!, other)));
  const together = rules.flatMap(({ subjects }) =>
    subjects.filter(({ value }) => value.length > 1).map(({ value }) => personOf(value, other)),
  );
  const pairs =
    terms.length > pairLimit
      ? []
      : terms.flatMap((one, i) => terms.slice(i + 1).flatMap((two) => joined(one, two, other)));
  const outsider: Person = { label: "other users", name: other, groups: [] };
  return unique([
    nobody,
    ...named,
    ...terms,
    ...own,
    ...together.flatMap((person) => person ?? []),
    ...pairs,
    outsider,
  ]);
}

function personNamed(term: string, other: string): Person {
  return term.startsWith("user:")
    ? { label: "the user that the host names", name: term.slice("user:".length), groups: [] }
    : { label: "the group that the host names", name: other, groups: [term.slice("group:".length)] };
}

/** Somebody who is all that an AND asks for; undefined when nobody can be, having two names. */
function personOf(terms: readonly string[], other: string): Person | undefined {
  const names = [...new Set(terms.filter((term) => term.startsWith("user:")))].map((term) => term.slice(5));
  const groups = groupsIn([...new Set(terms)]);
  if (names.length > 1) return undefined;
  return { label: labelOf(names[0], groups), name: names[0] ?? other, groups };
}

function joined(one: Person, two: Person, other: string): Person[] {
  const names = [one.name, two.name].filter((name) => name !== undefined && name !== other);
  if (names.length > 1) return [];
  const groups = [...one.groups, ...two.groups];
  return [{ label: labelOf(names[0], groups), name: names[0] ?? other, groups }];
}

function labelOf(name: string | undefined, groups: readonly string[]): string {
  const members = groups.length > 0 ? `group${groups.length > 1 ? "s" : ""} ${groups.join(" + ")}` : "";
  if (name === undefined) return members;
  return members === "" ? `user ${name}` : `user ${name} in ${members}`;
}

/** Labels without those that combine others among them: what holds for a group holds for bob in that group. */
export function withoutCombinations(labels: readonly string[]): string[] {
  return labels.filter((label) => {
    const parts = partsOf(label);
    return parts.length < 2 || !parts.some((part) => labels.includes(part));
  });
}

/** The user and the groups of a label such as `user bob in groups dev + admins`. */
function partsOf(label: string): string[] {
  const [, user, groups] = /^(?:(user \S+)(?: in )?)?(?:groups? (.+))?$/.exec(label) ?? [];
  const members = groups === undefined ? [] : groups.split(" + ").map((group) => `group ${group}`);
  return [...(user === undefined ? [] : [user]), ...members];
}

function unique(people: readonly Person[]): Person[] {
  const seen = new Set<string>();
  return people.filter(({ name, groups }) => {
    const key = JSON.stringify([name, groups.toSorted()]);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** A session of this person that meets every condition on how it was made. */
export function sessionOf({ name, groups }: Person, now: number): Subject | undefined {
  if (name === undefined) return undefined;
  return { name, groups, level: 2, amr: [], authTime: now };
}
