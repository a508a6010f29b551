// Which locations of nginx answer for others, inside of it: for the gate that asks them, and for requests that are led on. A
// redirect goes through all phases anew, but a location without a gate asks nobody, so it matters what came before.
import type { Patterns } from "../attack/pattern.ts";
import { gatesAt, type Scope } from "./scope.ts";
import type { Directive } from "./syntax.ts";

/** An `auth_request`, and the location that answers it. */
export interface Question {
  readonly directive: Directive;
  readonly scope: Scope;
  readonly location: Scope | undefined;
}

export interface Reach {
  /** Locations that requests come to which nobody has decided about, with what leads there. */
  readonly undecided: ReadonlyMap<Scope, Directive>;
  /** Those that requests come to which a gate has let in. */
  readonly decided: ReadonlySet<Scope>;
}

/** Of a server, so many locations with expressions are looked at. */
const patternLimit = 200;

/** Finds the location that serves a path, as nginx does: an exact one, else an expression, else the longest prefix. */
export class Locations {
  readonly #patterns: Patterns;
  readonly #known = new Map<Scope, Map<string, Scope | undefined>>();

  constructor(patterns: Patterns) {
    this.#patterns = patterns;
  }

  serving(path: string | undefined, from: Scope): Scope | undefined {
    const server = from.enclosing("server");
    if (path === undefined || !server) return undefined;
    const known = this.#known.get(server) ?? new Map<string, Scope | undefined>();
    this.#known.set(server, known);
    if (!known.has(path)) known.set(path, this.#find(path, server));
    return known.get(path);
  }

  #find(path: string, server: Scope): Scope | undefined {
    const exact = server.exactLocations.get(path);
    if (exact || path.startsWith("@")) return exact;
    let prefix: Scope | undefined;
    for (let length = path.length; length > 0 && !prefix; length--)
      prefix = server.prefixLocations.get(path.slice(0, length));
    if (prefix?.directive?.words[0] === "^~") return prefix;
    const matching = server.patternLocations.slice(0, patternLimit).find(({ directive }) => {
      const [how = "", pattern = ""] = directive?.words ?? [];
      return this.#patterns.test(pattern, path, how === "~*") === true;
    });
    return matching ?? prefix;
  }
}

/** Whether clients cannot ask for a location themselves. */
export function isInternal(location: Scope): boolean {
  return location.own("internal").length > 0 || location.directive?.words[0]?.startsWith("@") === true;
}

/** The locations with those that they lead on to by themselves. */
export function withTargets(asked: readonly Scope[], locations: Locations): Set<Scope> {
  const all = new Set(asked);
  // The set grows while it is walked through.
  for (const location of all)
    for (const { target } of [...rewrites(location, locations), ...lastTried(location, locations)]) all.add(target);
  return all;
}

/** Follows requests through rewrites, `try_files` and error pages. The locations that gates ask are left out. */
export function reachOf(scopes: readonly Scope[], asked: ReadonlySet<Scope>, locations: Locations): Reach {
  const undecided = new Map<Scope, Directive>();
  const decided = new Set<Scope>();
  const blocks = Map.groupBy(scopes, (scope) => scope.enclosing("location") ?? scope.enclosing("server"));
  const waiting = [...blocks.keys()].flatMap((block) =>
    block && !isInternal(block) && !asked.has(block) ? [{ block, isDecided: false }] : [],
  );
  for (let next = waiting.pop(); next; next = waiting.pop())
    for (const scope of blocks.get(next.block) ?? []) {
      const { authRequest, wasm } = gatesAt(scope);
      for (const { target, by, isEarly } of leadingOn(scope, locations)) {
        if (asked.has(target)) continue;
        const isDecided = next.isDecided || (!isEarly && (authRequest || wasm));
        if (isDecided ? decided.has(target) : undecided.has(target)) continue;
        if (isDecided) decided.add(target);
        else undecided.set(target, by);
        if (isInternal(target)) waiting.push({ block: target, isDecided });
      }
    }
  return { undecided, decided };
}

interface Lead {
  readonly target: Scope;
  readonly by: Directive;
  /** Before the gate is asked, or instead of what it lets in. */
  readonly isEarly: boolean;
}

function leadingOn(scope: Scope, locations: Locations): Lead[] {
  const returned = [...scope.directives, ...scope.own("if").flatMap(({ block = [] }) => block)].flatMap(
    ({ name, words }) => (name === "return" ? (words[0] ?? []) : []),
  );
  const isEarly = (code: string) => beforeTheGate.test(code) || returned.includes(code);
  // A server's error pages are those of its locations.
  const pages = scope.enclosing("location") ? scope.inEffect("error_page") : [];
  return [
    ...rewrites(scope, locations),
    ...lastTried(scope, locations),
    ...pages.flatMap((by) => leadTo(by.words.at(-1), scope, by, by.words.some(isEarly), locations)),
  ];
}

/** Statuses by which a gate refuses or cannot tell, and those of requests that nginx refuses before it asks. */
const beforeTheGate = /^(400|401|403|407|408|413|414|421|429|431|49[4-7]|50[0234])$/;

function rewrites(scope: Scope, locations: Locations): Lead[] {
  return scope
    .own("rewrite")
    .flatMap((by) => (by.words[2] === "break" ? [] : leadTo(by.words[1], scope, by, true, locations)));
}

function lastTried(scope: Scope, locations: Locations): Lead[] {
  return scope.own("try_files").flatMap((by) => leadTo(by.words.at(-1), scope, by, false, locations));
}

function leadTo(path: string | undefined, scope: Scope, by: Directive, isEarly: boolean, locations: Locations): Lead[] {
  const target =
    path !== undefined && /^[/@]/.test(path) ? locations.serving(path.replace(/\?.*/, ""), scope) : undefined;
  return target ? [{ target, by, isEarly }] : [];
}
