// Finds what differs between two policies: it has both decide requests that represent every case which their rules distinguish.
// The requests come from the rules of both; which of them are alike, and what becomes of them, the core says.
import { type Explanation, loadPolicy, type Policy, type Verdict } from "../core/policy.ts";
import { type Cell, type Change, groupChanges } from "./changes.ts";
import { HostTable } from "./host-table.ts";
import { type Host, hostsFor } from "./hosts.ts";
import { type ClientAddress, distinguishingAddresses, networkRanges } from "./network.ts";
import { type Person, peopleFor, sessionOf } from "./people.ts";
import { type AskedPolicy, requirementOf, requirementText } from "./requirement.ts";
import { type Rule, readSection } from "./section.ts";
import { targetsFor } from "./targets.ts";

export interface PolicyDiff {
  /** Those that allow more first. */
  readonly changes: readonly Change[];
  /** The number of requests that both policies have decided. */
  readonly asked: number;
  /** How many hosts were looked at; those whose rules are the same in both need no question. */
  readonly hosts: number;
  /** Hosts about which not every question could be asked, for there were too many. */
  readonly cut: readonly string[];
}

/** The largest number of requests to decide, in all and for one host name. Each takes about 15 µs. */
const requestLimit = 150_000;
const requestLimitPerHost = 15_000;

/** Methods that stand for those no rule names. */
const ordinaryMethods = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"];

/** Compares two policies. */
export function diffPolicies(before: Policy, after: Policy): PolicyDiff {
  const asked: [AskedPolicy, AskedPolicy] = [withSection(before), withSection(after)];
  const tables = asked.map(({ section }) => new HostTable(section));
  const defaults = asked.map(({ section }) => section.defaultPolicy);
  const hosts = hostsFor(asked.map(({ section }) => section));
  const cells: Cell[] = [];
  const cut: string[] = [];
  let count = 0;
  for (const host of hosts) {
    const [old, current] = tables.map((table) => table.rulesAbout(host.name));
    const meanings = [old!, current!].map((rules) => JSON.stringify(rules.map(({ meaning }) => meaning)));
    if (meanings[0] === meanings[1] && defaults[0] === defaults[1]) continue;
    const about = { before: old!.map(({ rule }) => rule), after: current!.map(({ rule }) => rule) };
    const limit = Math.min(requestLimitPerHost, requestLimit - count);
    const result = compare(host, about, asked, limit);
    cells.push(...result.cells);
    count += result.asked;
    if (result.isCut) cut.push(host.label);
  }
  return { changes: groupChanges(cells), asked: count, hosts: hosts.length, cut };
}

interface RulesAbout {
  readonly before: readonly Rule[];
  readonly after: readonly Rule[];
}

function compare(host: Host, about: RulesAbout, [before, after]: [AskedPolicy, AskedPolicy], limit: number) {
  const { methods, people, addresses, targets, isCut } = bounded(questionsFor(host, about, before, after), limit);
  const now = Date.now() / 1000;
  const cells = people.flatMap((person) => {
    const subject = sessionOf(person, now);
    return addresses.flatMap(({ address, label: network }) =>
      targets.flatMap((target) =>
        methods.map(({ method, label }): Cell => {
          const request = { method, url: `https://${host.name}${target}`, address, subject, now };
          const old = requirementOf(before, request);
          const current = requirementOf(after, request);
          const place = { host: host.label, method: label, person: person.label, network, target, request };
          const isChanged = requirementText(old) !== requirementText(current);
          return isChanged ? { ...place, change: { before: old, after: current } } : place;
        }),
      ),
    );
  });
  return { cells, asked: cells.length, isCut };
}

interface Questions {
  readonly methods: readonly { readonly method: string; readonly label: string }[];
  readonly people: readonly Person[];
  readonly addresses: readonly ClientAddress[];
  readonly targets: readonly string[];
  readonly isCut: boolean;
}

/** The methods, people, addresses and targets that the rules about a host tell apart. */
function questionsFor(host: Host, about: RulesAbout, before: AskedPolicy, after: AskedPolicy): Questions {
  const rules = [...about.before, ...about.after];
  const people = peopleFor(rules, host.name, host.people);
  const names = people.flatMap(({ name, groups }) => [name ?? "", ...groups]).map((name) => name.toLowerCase());
  const alike = new Likeness(host, names, [reduced(before, about.before), reduced(after, about.after)]);
  const ranges = [
    ...networkRanges(about.before, before.section.networks),
    ...networkRanges(about.after, after.section.networks),
  ];
  const { targets, isCut } = targetsFor(rules, people);
  return {
    methods: methodsFor(rules),
    people,
    addresses: alike.distinct(distinguishingAddresses(ranges), ({ address }) => ({ address })),
    targets: alike.distinct(targets, (target) => ({ target })),
    isCut,
  };
}

/** Questions of which all combinations are within the limit: the longest list is shortened until they are. */
function bounded(questions: Questions, limit: number): Questions {
  const { methods, people, addresses, targets } = questions;
  if (methods.length * people.length * addresses.length * targets.length <= limit) return questions;
  const longest = Math.max(people.length, addresses.length, targets.length);
  if (longest < 3) return { ...questions, people: [], isCut: true };
  // The last of the people is the one whom no rule names.
  const shorter = <T>(list: readonly T[]) =>
    list.length === longest ? [...list.slice(0, Math.floor(longest * 0.8) - 1), list.at(-1)!] : list;
  const lists = { people: shorter(people), addresses: shorter(addresses), targets: shorter(targets) };
  return bounded({ methods, ...lists, isCut: true }, limit);
}

function methodsFor(rules: readonly Rule[]) {
  const named = [...new Set(rules.flatMap(({ methods }) => methods.map(({ value }) => value)))];
  const other = ordinaryMethods.find((method) => !named.includes(method)) ?? "TRACE";
  const methods = named.map((method) => ({ method, label: method }));
  return [...methods, { method: other, label: named.length === 0 ? "" : "other methods" }];
}

/** Which addresses and targets no rule tells apart. */
class Likeness {
  readonly #host: Host;
  readonly #names: ReadonlySet<string>;
  readonly #policies: readonly Policy[];

  /** `names` are those of the people asked about, in lower case. */
  constructor(host: Host, names: readonly string[], policies: readonly (Policy | undefined)[]) {
    this.#host = host;
    this.#names = new Set(names);
    this.#policies = policies.filter((policy) => policy !== undefined);
  }

  /** One of each kind, in order. */
  distinct<T>(values: readonly T[], place: (value: T) => { address?: string; target?: string }): T[] {
    const kinds = new Map<string, T>();
    for (const value of values) {
      const kind = this.#kindOf(place(value));
      if (!kinds.has(kind)) kinds.set(kind, value);
    }
    return [...kinds.values()];
  }

  #kindOf({ address = "203.0.113.1", target = "/" }: { address?: string; target?: string }): string {
    const request = { method: "GET", url: `https://${this.#host.name}${target}`, address };
    const kind = this.#policies.map((policy) => verdictsOf(policy.explain(request))).join(" | ");
    if (!kind.includes("may")) return kind;
    // The anonymous pass a named group whomever it names, so here the names in the target count too.
    const named = target
      .toLowerCase()
      .split(/\W+/)
      .filter((word) => this.#names.has(word));
    return `${kind} ${named.join(" ")}`;
  }
}

function verdictsOf({ decision, rules }: Explanation): string {
  if (decision.outcome === "refuse") return `refused ${decision.reason}`;
  return rules.map(({ verdicts: { networks, query, resources } }): Verdict[] => [networks, query, resources]).join(" ");
}

/** A policy of the rules about one host alone, which is quick to ask about each of them; undefined when there are none. */
function reduced({ policy }: AskedPolicy, rules: readonly Rule[]): Policy | undefined {
  if (rules.length === 0) return undefined;
  const section = policy.section as { readonly rules: readonly unknown[] };
  return loadPolicy({ ...section, rules: rules.map(({ number }) => section.rules[number - 1]) });
}

function withSection(policy: Policy): AskedPolicy {
  return { policy, section: readSection(policy.section) };
}
