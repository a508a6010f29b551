// Sends requests of an attacker through the sections of an HAProxy configuration, rule by rule as HAProxy does, and notes
// where they get to and with which headers.
import type { Arrival } from "../attack/arrival.ts";
import { Choices } from "../attack/choices.ts";
import { Headers } from "../attack/headers.ts";
import { Patterns, sampleOf } from "../attack/pattern.ts";
import { Attacker, type AttackRequest, otherHost, otherPath, pairsOf, upgrades, vouched } from "../attack/request.ts";
import type { Place } from "../rule.ts";
import type { Site } from "../site.ts";
import { type Acl, type Condition, holds, readCondition, splitCondition } from "./condition.ts";
import type { Bind, ProxySection, Question } from "./proxy-section.ts";
import { formatted, type Passing, percentDecoded, type Sample, sample } from "./sample.ts";
import type { Statement } from "./syntax.ts";

/** Rules that are carried out for one configuration; the time that it takes is bounded by it. */
const ruleLimit = 12_000_000;
/** What sending one request counts as, in rules. */
const requestCost = 30;
/** Pairs of a host and a path that one frontend is tried with. */
const pairLimit = 10_000;

interface Rule {
  readonly statement: Statement;
  readonly action: string;
  readonly args: readonly string[];
  readonly condition: Condition | undefined;
  readonly question: Question | undefined;
}

/** A section's rules in the order in which they are carried out. */
interface Rules {
  readonly requests: readonly Rule[];
  readonly redirects: readonly Rule[];
  readonly switches: readonly Rule[];
  readonly fallback: Statement | undefined;
}

export function arrivalsOf(
  proxies: readonly ProxySection[],
  questions: readonly Question[],
  portals: ReadonlySet<string>,
  site: Site,
): { readonly arrivals: Arrival[]; readonly unfollowed: Place | undefined } {
  const world = new World(proxies, questions, portals, site);
  for (const proxy of proxies) if (proxy.isFrontend && proxy.isHttp) world.enter(proxy);
  return { arrivals: world.arrivals, unfollowed: world.unfollowed };
}

class World {
  readonly arrivals: Arrival[] = [];
  readonly choices = new Choices();
  readonly patterns = new Patterns();
  rulesLeft = ruleLimit;
  /** The first frontend that has not been gone through as a whole. */
  unfollowed: Place | undefined;
  readonly #backends: ReadonlyMap<string, ProxySection>;
  readonly #rules: ReadonlyMap<ProxySection, Rules>;
  readonly #portals: ReadonlySet<string>;
  /** Variables that rules of the file set; all others are a gate's to set. */
  readonly #ownVariables: ReadonlyMap<string, string>;

  readonly site: Site;
  readonly #attacker: Attacker;

  constructor(
    proxies: readonly ProxySection[],
    questions: readonly Question[],
    portals: ReadonlySet<string>,
    site: Site,
  ) {
    this.site = site;
    this.#attacker = new Attacker(site);
    this.#portals = portals;
    this.#backends = new Map(proxies.filter(({ isBackend }) => isBackend).map((proxy) => [proxy.name, proxy]));
    this.#rules = new Map(proxies.map((proxy) => [proxy, rulesOf(proxy, questions)]));
    this.#ownVariables = new Map(
      proxies.flatMap(({ statements }) =>
        statements.flatMap(({ words: [, action = "", ...expression] }) => {
          const name = /^set-var(?:-fmt)?\(([^,)]+)/.exec(action)?.[1];
          return name === undefined ? [] : [[name, expression.join(" ")] as const];
        }),
      ),
    );
  }

  /** Tries a frontend with requests for every host and path that its rules tell apart. */
  enter(frontend: ProxySection): void {
    const backends = this.#backendsOf(frontend);
    const acls = [frontend, ...backends]
      .flatMap((proxy) => [...aclsOf(proxy, this.#rules.get(proxy)!)])
      .map((acl) => ({ ...acl, expression: this.#spelledOut(acl.expression) }));
    const hosts = [
      ...new Set([
        otherHost,
        ...this.site.portalHosts,
        ...acls.flatMap((acl) => candidates(acl, /\b(hdr|fhdr|base)\b/, otherHost)),
      ]),
    ];
    const paths = [
      ...new Set([otherPath, ...acls.flatMap((acl) => candidates(acl, /\b(path|pathq|url|uri)\b/, otherPath))]),
    ];
    // Listeners with TLS first, for others mostly redirect to them.
    const kinds = frontend.binds.length > 0 ? frontend.binds.toSorted((a, b) => +b.tls - +a.tls) : [undefined];
    const seen = new Set<string>();
    for (const bind of kinds) {
      const kind = `${bind?.tls} ${bind?.isPublic}`;
      if (seen.has(kind)) continue;
      seen.add(kind);
      const tls = bind?.tls ?? true;
      for (const [host, path] of pairsOf(hosts, paths, pairLimit))
        this.#send(frontend, bind, this.#attacker.request(host, path, tls));
      for (const host of hosts.slice(0, pairLimit)) {
        this.#send(frontend, bind, this.#attacker.request(host, otherPath, tls, [], "CONNECT"));
        this.#send(frontend, bind, { ...this.#attacker.request(host, otherPath, tls), origin: `http://${otherHost}` });
        for (const upgrade of upgrades.slice(1))
          this.#send(frontend, bind, this.#attacker.request(host, otherPath, tls, upgrade));
      }
    }
    const isWhole = hosts.length <= pairLimit && hosts.length * paths.length <= pairLimit && this.rulesLeft > 0;
    if (!isWhole || this.choices.exceeded || this.patterns.exceeded) this.unfollowed ??= frontend.section;
  }

  #send(frontend: ProxySection, bind: Bind | undefined, request: AttackRequest): void {
    for (const isLetIn of [false, true])
      this.choices.explore(() => {
        this.rulesLeft -= requestCost;
        if (this.rulesLeft > 0) new Journey(this, request, isLetIn, bind).through(frontend);
      });
  }

  rulesFor(proxy: ProxySection): Rules {
    return this.#rules.get(proxy)!;
  }

  backend(name: string): ProxySection | undefined {
    return this.#backends.get(name);
  }

  /** The backends that an expression may lead to: any that takes HTTP and is no way to the host. */
  get everyBackend(): ProxySection[] {
    return [...this.#backends.values()].filter((proxy) => proxy.isHttp && !this.isPortal(proxy));
  }

  isPortal({ servers }: ProxySection): boolean {
    return servers.length > 0 && servers.every(({ authority }) => this.#portals.has(authority));
  }

  /** An expression with what the file puts into the variable that it is about: `var(txn.host)` may be `hdr(host)`. */
  #spelledOut(expression: string): string {
    return expression.replace(/^var\(([^)]+)\)/, (whole, name: string) => this.#ownVariables.get(name) ?? whole);
  }

  isOwnVariable(name: string): boolean {
    return this.#ownVariables.has(name);
  }

  #backendsOf(frontend: ProxySection): ProxySection[] {
    const { switches, fallback } = this.#rules.get(frontend)!;
    return [...switches.map(({ args }) => args[0]), fallback?.words[1]].flatMap(
      (name) => this.backend(name ?? "") ?? [],
    );
  }
}

/** One request on its way. */
class Journey {
  readonly #world: World;
  readonly #request: AttackRequest;
  /** Whether the gate says yes, when it is asked. */
  readonly #isLetIn: boolean;
  readonly #bind: Bind | undefined;
  readonly #passing: Passing;
  #question: Arrival["question"];
  #vouched: readonly string[] = [];
  #isDecided = false;

  constructor(world: World, request: AttackRequest, isLetIn: boolean, bind: Bind | undefined) {
    this.#world = world;
    this.#request = request;
    this.#isLetIn = isLetIn;
    this.#bind = bind;
    this.#passing = {
      headers: request.headers.copy(),
      path: request.path,
      origin: request.origin,
      tls: request.tls,
      method: request.method,
      choices: world.choices,
      variables: new GateVariables(world, isLetIn),
    };
  }

  through(frontend: ProxySection): void {
    const rules = this.#world.rulesFor(frontend);
    if (!this.#carryOut(rules)) return;
    const chosen = rules.switches.find(({ condition }) => this.#holds(condition));
    if (chosen) this.#switchTo(frontend, chosen.args[0] ?? "", chosen.statement);
    else if (rules.fallback) this.#switchTo(frontend, rules.fallback.words[1] ?? "", rules.fallback);
    else if (frontend.servers.length > 0) this.#arrive(frontend, frontend.servers[0]!.statement);
  }

  #switchTo(frontend: ProxySection, name: string, statement: Statement): void {
    const backend = name.includes("%[") ? this.#chosenBackend(name) : this.#world.backend(name);
    if (!backend) return;
    const isOn = backend === frontend || !backend.isHttp || this.#carryOut(this.#world.rulesFor(backend));
    if (isOn) this.#arrive(backend, statement);
  }

  /** An expression names the backend: one that can be said, else the first that the request may be meant for. */
  #chosenBackend(name: string): ProxySection | undefined {
    const [, expression = ""] = /^%\[(.*)\]$/.exec(name) ?? [];
    const known = sample(expression, this.#passing);
    if (known) return this.#world.backend(formatted(name, this.#passing));
    return this.#world.everyBackend.find(
      (backend, index, all) => index === all.length - 1 || this.#world.choices.choose(`backend ${backend.name}`),
    );
  }

  /** Whether the request goes on behind a section's rules. */
  #carryOut({ requests, redirects }: Rules): boolean {
    for (const rule of requests) {
      if (!changesAnything(rule) || !this.#holds(rule.condition)) continue;
      if (rule.action === "allow") break;
      if (!this.#apply(rule)) return false;
    }
    return !redirects.some(({ condition }) => this.#holds(condition));
  }

  #holds(condition: Condition | undefined): boolean {
    // When too much has been carried out already, this request is not followed any further.
    if (this.#world.rulesLeft-- <= 0) return true;
    return holds(condition, this.#passing, this.#world);
  }

  /** Whether the request goes on behind a rule. */
  #apply({ action, args, question }: Rule): boolean {
    if (question) return this.#ask(question);
    if (endings.test(action)) return false;
    const { headers, variables } = this.#passing;
    const [name = "", ...values] = args;
    const value = () => formatted(values.join(" "), this.#passing);
    switch (action.replace(/\(.*/s, "")) {
      case "set-header":
        headers.set(name, value());
        break;
      case "add-header":
        headers.add(name, value());
        break;
      case "del-header":
        headers.delete(this.#isNamed(name, values[0] === "-m" ? (values[1] ?? "str") : "str"));
        break;
      case "replace-header":
        headers.replace(name, (old) => this.#replaced(old, values[0] ?? "", values[1] ?? "") ?? old);
        break;
      case "replace-value":
        headers.replace(name, (old) =>
          old
            .split(",")
            .map((part) => this.#replaced(part.trim(), values[0] ?? "", values[1] ?? "") ?? part.trim())
            .join(", "),
        );
        break;
      case "set-path":
      case "set-pathq":
        this.#passing.path = formatted(args.join(" "), this.#passing);
        break;
      case "set-uri":
        this.#target = formatted(args.join(" "), this.#passing);
        break;
      case "replace-path":
      case "replace-pathq":
        this.#passing.path = this.#replaced(this.#passing.path, name, values[0] ?? "") ?? this.#passing.path;
        break;
      case "replace-uri":
        this.#target = this.#replaced(this.#target, name, values[0] ?? "") ?? this.#target;
        break;
      case "normalize-uri":
        this.#passing.path = normalized(this.#passing.path, name);
        break;
      case "set-var":
        variables.set(variableOf(action), sample(args.join(" "), this.#passing));
        break;
      case "set-var-fmt":
        variables.set(variableOf(action), [formatted(args.join(" "), this.#passing)]);
        break;
      case "unset-var":
        variables.set(variableOf(action), []);
        break;
    }
    return true;
  }

  /** The target in the request line. */
  get #target(): string {
    return this.#passing.origin + this.#passing.path;
  }

  set #target(target: string) {
    const [origin = ""] = /^[a-z][a-z0-9+.-]*:\/\/[^/?]*/i.exec(target) ?? [];
    this.#passing.origin = origin;
    this.#passing.path = target.slice(origin.length);
  }

  #ask(question: Question): boolean {
    const { headers } = this.#passing;
    const { kind, place, sets, passesHeaders } = question;
    this.#question = { place, path: question.path, headers: passesHeaders ? headers.copy() : noHeaders };
    if (kind === "agent") this.#hearAgent();
    if (!this.#isLetIn) return kind === "request" || kind === "spoe" || kind === "agent";
    this.#isDecided = true;
    for (const name of sets) headers.set(name, vouched);
    this.#vouched = sets;
    if (kind === "zerohop") {
      headers.replace("cookie", (cookies) => withoutSession(cookies, this.#world.site));
      headers.delete((name) => name === "authorization" || name === "proxy-authorization");
    }
    return true;
  }

  /** The variables that the host's agent answers with: `status` and, for who is let in, what the application is to get. */
  #hearAgent(): void {
    const { headers, variables } = this.#passing;
    const tell = (name: string, value: Sample) => variables.set(`txn.zerohop.${name}`, value);
    for (const name of ["authorization", "proxy_authorization", "cookie", ...agentIdentity]) tell(name, []);
    // An agent that is down says nothing at all.
    if (!this.#isLetIn) return void tell("status", this.#world.choices.choose("the agent answers") ? ["401"] : []);
    tell("status", ["200"]);
    const isSomebody = this.#world.choices.choose("somebody has logged in");
    for (const name of agentIdentity) tell(name, isSomebody ? [vouched] : []);
    const cookies = headers.get("cookie").join("; ");
    const left = withoutSession(cookies, this.#world.site);
    if (left !== cookies) tell("cookie", [left]);
  }

  #arrive(backend: ProxySection, place: Statement): void {
    if (this.#world.rulesLeft <= 0) return;
    const { headers } = this.#passing;
    this.#world.arrivals.push({
      request: this.#request,
      place,
      way: `${backend.section.kind} ${backend.name}`,
      authorities: backend.servers.map(({ authority }) => authority),
      isPortal: this.#world.isPortal(backend),
      decision: this.#isDecided ? "let in" : "past",
      isAsked: this.#question !== undefined,
      isPublic: this.#bind?.isPublic ?? true,
      headers,
      target: this.#target,
      vouched: this.#vouched,
      question: this.#question,
      plainListener:
        this.#bind !== undefined && !this.#bind.tls && this.#bind.isPublic ? this.#bind.statement : undefined,
    });
  }

  /** Which headers del-header means, by a name and a way to match it. */
  #isNamed(name: string, method: string): (header: string) => boolean {
    const wanted = name.toLowerCase();
    if (method === "beg") return (header) => header.startsWith(wanted);
    if (method === "end") return (header) => header.endsWith(wanted);
    if (method === "sub") return (header) => header.includes(wanted);
    if (method === "reg") return (header) => this.#world.patterns.test(name, header) === true;
    return (header) => header === wanted;
  }

  /** A text that a pattern matches, as a format with groups (`\1`) has it; undefined: it does not match. */
  #replaced(text: string, pattern: string, format: string): string | undefined {
    const match = this.#world.patterns.exec(pattern, text);
    return match
      ? formatted(
          format.replace(/\\(\d)/g, (_, group: string) => match[Number(group)] ?? ""),
          this.#passing,
        )
      : undefined;
  }
}

/** Rules that end a request here. */
const endings = /^(deny|reject|tarpit|return|redirect|silent-drop|auth|use-service)$/;

const changing =
  /^(allow|set-header|add-header|del-header|replace-(header|value|path|pathq|uri)|set-(path|pathq|uri)|normalize-uri|(set-var|set-var-fmt|unset-var)\(.*\))$/s;

function changesAnything({ action, question }: Rule): boolean {
  return question !== undefined || endings.test(action) || changing.test(action);
}

/** The rules of a section that say what becomes of a request. */
function rulesOf({ acls, statements }: ProxySection, questions: readonly Question[]): Rules {
  const asked = new Map(questions.map((question) => [question.rule, question]));
  const read = (statement: Statement, skipped: number): Rule => {
    const [rule, condition] = splitCondition(statement.words.slice(skipped));
    const [action = "", ...args] = rule;
    return { statement, action, args, condition: readCondition(condition, acls), question: asked.get(statement) };
  };
  const named = (keyword: string) => statements.filter(({ words }) => words[0] === keyword);
  return {
    requests: named("http-request").map((statement) => read(statement, 1)),
    redirects: named("redirect").map((statement) => read(statement, 0)),
    switches: named("use_backend").map((statement) => {
      const { action, ...rest } = read(statement, 1);
      return { ...rest, action: "use_backend", args: [action] };
    }),
    fallback: named("default_backend").at(-1),
  };
}

/** The access lists that a section's rules ask. */
function* aclsOf({ acls }: ProxySection, { requests, redirects, switches }: Rules): Generator<Acl> {
  for (const lists of acls.values()) yield* lists;
  for (const { condition } of [...requests, ...redirects, ...switches])
    for (const terms of condition?.alternatives ?? []) for (const term of terms) yield* term.acls ?? [];
}

/** Hosts or paths that an access list on them matches. */
function candidates({ expression, method, patterns }: Acl, about: RegExp, other: string): string[] {
  if (!about.test(expression) || (/hdr/.test(expression) && !/hdr\(host\b/i.test(expression))) return [];
  if (method === "reg") return patterns.map(sampleOf);
  if (method === "beg") return patterns.flatMap((pattern) => [pattern, pattern + other.replace(/^\//, "")]);
  if (method === "end") return patterns.map((pattern) => other.replace(/\..*/, "") + pattern);
  if (method === "sub" || method === "dir" || method === "dom")
    return patterns.map((pattern) => (other.startsWith("/") ? `/${pattern.replace(/^\//, "")}` : pattern));
  return method === "str" ? [...patterns] : [];
}

function variableOf(action: string): string {
  return /\(([^,)]+)/.exec(action)?.[1] ?? "";
}

/** What normalize-uri makes of a path. */
function normalized(path: string, normalizer: string): string {
  const [bare = "", ...query] = path.split(/(?=\?)/);
  const change = (by: (path: string) => string) => by(bare) + query.join("");
  if (normalizer === "percent-decode-unreserved")
    return path.replace(/%(2d|2e|3\d|4[1-9a-f]|5[0-9af]|6[1-9a-f]|7[0-9ae])/gi, percentDecoded);
  if (normalizer === "path-merge-slashes") return change((part) => part.replace(/\/{2,}/g, "/"));
  return path;
}

const agentIdentity = ["remote_user", "remote_groups", "remote_name", "remote_email"] as const;

/** The value of a Cookie header without the session, as the host's agent and zerohop.lua leave it. */
function withoutSession(cookies: string, { sessionCookie }: Site): string {
  return cookies
    .split(";")
    .map((cookie) => cookie.trim())
    .filter((cookie) => cookie.split("=", 1)[0]!.trim() !== sessionCookie)
    .join("; ");
}

const noHeaders = new Headers();

/** The variables of a request. Those that no rule of the file sets are a gate's, and say whether it lets the request in. */
class GateVariables extends Map<string, Sample> {
  readonly #world: World;
  readonly #isLetIn: boolean;

  constructor(world: World, isLetIn: boolean) {
    super();
    this.#world = world;
    this.#isLetIn = isLetIn;
  }

  override has(name: string): boolean {
    return super.has(name) || !this.#world.isOwnVariable(name);
  }

  override get(name: string): Sample {
    if (super.has(name) || this.#world.isOwnVariable(name)) return super.get(name);
    if (/auth_response_code$/.test(name)) return [this.#isLetIn ? "200" : "401"];
    if (/auth_response_successful$/.test(name)) return this.#isLetIn ? ["1"] : [];
    // The agent tells who somebody is in whatever headers are configured, and nothing where it was not asked.
    if (name.startsWith("txn.zerohop.")) return super.get("txn.zerohop.remote_user") ?? [];
    return this.#isLetIn ? undefined : [];
  }
}
