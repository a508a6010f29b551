// A log's requests, put to two policies.
import type { Policy } from "../core/policy.ts";
import type { LoggedRequest } from "./access-log.ts";
import { HostTable } from "./host-table.ts";
import { type Person, peopleFor, sessionOf } from "./people.ts";
import {
  type AskedPolicy,
  compareDirections,
  type Direction,
  directionOf,
  requirementOf,
  requirementText,
} from "./requirement.ts";
import { type Rule, readSection } from "./section.ts";

/** Requests of a log for which the policies ask different things, counted. */
export interface ReplayedChange {
  readonly direction: Direction;
  readonly count: number;
  readonly method: string;
  readonly host: string;
  readonly person: string;
  readonly before: string;
  readonly after: string;
  /** One of the targets. */
  readonly target: string;
}

/** Counts how a log's requests fare. Where the log does not tell who asked, everybody whom the rules tell apart did. */
export class Replay {
  readonly #policies: readonly [AskedPolicy, AskedPolicy];
  readonly #tables: readonly HostTable[];
  readonly #people = new Map<string, Person[]>();
  readonly #changes = new Map<string, ReplayedChange>();
  #requests = 0;
  #changed = 0;

  constructor(before: Policy, after: Policy) {
    const ask = (policy: Policy): AskedPolicy => ({ policy, section: readSection(policy.section) });
    this.#policies = [ask(before), ask(after)];
    this.#tables = this.#policies.map(({ section }) => new HostTable(section));
  }

  /** How many requests there were, and how many of them changed. */
  get counts(): { readonly requests: number; readonly changed: number } {
    return { requests: this.#requests, changed: this.#changed };
  }

  /** Those that allow more first, then by their number. */
  get changes(): readonly ReplayedChange[] {
    return [...this.#changes.values()].toSorted((a, b) => compareDirections(a, b) || b.count - a.count);
  }

  add(logged: LoggedRequest): void {
    this.#requests++;
    const host = logged.host.replace(/:\d+$/, "").toLowerCase();
    const changes = this.#whoAsked(logged, host).flatMap((person) => this.#compare(logged, host, person));
    if (changes.length > 0) this.#changed++;
    for (const change of changes) {
      const key = JSON.stringify([host, change.method, change.person, change.before, change.after]);
      const known = this.#changes.get(key);
      this.#changes.set(key, known ? { ...known, count: known.count + 1 } : change);
    }
  }

  #compare({ method, target, address = "" }: LoggedRequest, host: string, person: Person): ReplayedChange[] {
    const now = Date.now() / 1000;
    const request = { method, url: `https://${host}${target}`, address, subject: sessionOf(person, now), now };
    const [before, after] = this.#policies.map((policy) => requirementOf(policy, request));
    const texts = { before: requirementText(before!), after: requirementText(after!) };
    if (texts.before === texts.after) return [];
    return [
      { direction: directionOf(before!, after!), count: 1, method, host, person: person.label, ...texts, target },
    ];
  }

  #whoAsked({ user, groups }: LoggedRequest, host: string): readonly Person[] {
    if (user === null) return [{ label: "anonymous", groups: [] }];
    if (user !== undefined && groups !== undefined) return [{ label: user, name: user, groups }];
    const people = this.#peopleOf(host);
    if (user === undefined) return people;
    const memberships = new Map(people.map((person) => [JSON.stringify(person.groups), person.groups]));
    return [...memberships.values()].map((known) => ({
      label: known.length === 0 ? user : `${user} if in ${known.join(" + ")}`,
      name: user,
      groups: known,
    }));
  }

  #peopleOf(host: string): readonly Person[] {
    const known = this.#people.get(host);
    if (known) return known;
    const rules: Rule[] = this.#tables.flatMap((table) => table.rulesAbout(host).map(({ rule }) => rule));
    const people = peopleFor(rules, host);
    if (this.#people.size < 10_000) this.#people.set(host, people);
    return people;
  }
}
