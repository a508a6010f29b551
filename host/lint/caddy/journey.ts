// Sends requests of an attacker through the sites of a Caddyfile, handler by handler in Caddy's order, and notes where they
// get to and with which headers.
import type { Arrival } from "../attack/arrival.ts";
import { Choices } from "../attack/choices.ts";
import type { Headers } from "../attack/headers.ts";
import { Patterns } from "../attack/pattern.ts";
import { Attacker, type AttackRequest, otherHost, otherPath, pairsOf, upgrades, vouched } from "../attack/request.ts";
import { isOneOf } from "../identity-headers.ts";
import type { Place } from "../rule.ts";
import type { Site as HostSite } from "../site.ts";
import { holds, hostsIn, type Matcher, type Matchers, pathsIn, pathsOf, readMatcher, splitMatcher } from "./matcher.ts";
import { inOrder, type Order } from "./order.ts";
import { filledIn, type Passing } from "./request.ts";
import { type ProxyDirective, readProxy, type Site, type SiteAddress } from "./site.ts";
import type { Directive } from "./syntax.ts";

/** Handlers that are run for one configuration; the time that it takes is bounded by it. */
const handlerLimit = 10_000_000;
/** What sending one request counts as, in handlers. */
const requestCost = 30;
/** Pairs of a host and a path that one site is tried with. */
const pairLimit = 5_000;
/** Named routes that invoke each other. */
const invokeLimit = 20;

/** A directive, ready to be run. */
interface Handler {
  readonly name: string;
  readonly place: Place;
  readonly matcher: Matcher | undefined;
  readonly path: string | undefined;
  readonly hasMatcher: boolean;
  /** Its arguments behind the matcher. */
  readonly args: readonly string[];
  /** What is inside a handle, a route and the like. */
  readonly inside: readonly Handler[];
  readonly proxy: Proxying | undefined;
}

interface Proxying extends ProxyDirective {
  readonly edits: readonly (readonly string[])[];
  /** The handlers of answers, by the statuses that they apply to; undefined for any status. */
  readonly answers: readonly {
    readonly statuses: readonly string[] | undefined;
    readonly handlers: readonly Handler[];
  }[];
}

export function arrivalsOf(
  sites: readonly Site[],
  portals: ReadonlySet<string>,
  host: HostSite,
): { readonly arrivals: Arrival[]; readonly unfollowed: Place | undefined } {
  const world = new World(portals, host);
  for (const site of sites) world.enter(site);
  return { arrivals: world.arrivals, unfollowed: world.unfollowed };
}

class World {
  readonly arrivals: Arrival[] = [];
  readonly choices = new Choices();
  readonly patterns = new Patterns();
  readonly portals: ReadonlySet<string>;
  handlersLeft = handlerLimit;
  /** The first site that has not been gone through as a whole. */
  unfollowed: Place | undefined;

  readonly host: HostSite;
  readonly #attacker: Attacker;

  constructor(portals: ReadonlySet<string>, host: HostSite) {
    this.portals = portals;
    this.host = host;
    this.#attacker = new Attacker(host);
  }

  /** Tries a site with requests for every host and path that it tells apart. */
  enter(site: Site): void {
    const routes = new Map<string, readonly Handler[]>();
    const matchers = matchersOf(site.directives, new Map());
    for (const [name, directives] of site.namedRoutes) routes.set(name, handlersOf(directives, matchers, undefined));
    const handlers = handlersOf(site.directives, matchers, site.order);
    const errors = site.directives
      .filter(({ name }) => name === "handle_errors")
      .map(({ block = [] }) => handlersOf(block, matchersOf(block, matchers), site.order));
    const all = [...handlers, ...[...routes.values()].flat()].flatMap(withInside);
    const used = all.flatMap(({ matcher }) => matcher ?? []);
    const paths = [
      ...new Set([
        ...pathsIn(used),
        ...all.flatMap(({ name, args }) => (name === "handle_path" ? pathsOf(args[0] ?? "") : [])),
      ]),
    ];
    const named = hostsIn(used);
    const seen = new Set<string>();
    let isWhole = true;
    for (const address of site.addresses) {
      const hosts = [...new Set(address.host === undefined ? [otherHost, ...named] : [address.host, ...named])];
      for (const [host, path] of pairsOf(hosts, paths, pairLimit)) {
        const key = `${address.tls} ${address.isPublic} ${host} ${path}`;
        if (seen.has(key)) continue;
        seen.add(key);
        const others =
          path === otherPath
            ? [
                this.#attacker.request(host, path, address.tls, [], "CONNECT"),
                ...upgrades.slice(1).map((upgrade) => this.#attacker.request(host, path, address.tls, upgrade)),
              ]
            : [];
        for (const request of [this.#attacker.request(host, path, address.tls), ...others])
          for (const entrance of [handlers, ...errors])
            this.#send(site, address, request, routes, (journey) => journey.run(entrance));
      }
      isWhole &&= hosts.length * paths.length <= pairLimit;
    }
    if (!isWhole || this.handlersLeft <= 0 || this.choices.exceeded || this.patterns.exceeded)
      this.unfollowed ??= site.place;
  }

  #send(
    site: Site,
    address: SiteAddress,
    request: AttackRequest,
    routes: ReadonlyMap<string, readonly Handler[]>,
    run: (journey: Journey) => void,
  ): void {
    for (const isLetIn of [false, true])
      this.choices.explore(() => {
        this.handlersLeft -= requestCost;
        if (this.handlersLeft > 0) run(new Journey(this, site, address, request, routes, isLetIn));
      });
  }
}

/** One request on its way. */
class Journey {
  readonly #world: World;
  readonly #site: Site;
  readonly #address: SiteAddress;
  readonly #request: AttackRequest;
  readonly #routes: ReadonlyMap<string, readonly Handler[]>;
  /** Whether the gate says yes, when it is asked. */
  readonly #isLetIn: boolean;
  readonly #passing: Passing;
  #question: Arrival["question"];
  #vouched: readonly string[] = [];
  #isDecided = false;
  #depth = 0;

  constructor(
    world: World,
    site: Site,
    address: SiteAddress,
    request: AttackRequest,
    routes: ReadonlyMap<string, readonly Handler[]>,
    isLetIn: boolean,
  ) {
    this.#world = world;
    this.#site = site;
    this.#address = address;
    this.#request = request;
    this.#routes = routes;
    this.#isLetIn = isLetIn;
    const { host, path, tls, method } = request;
    this.#passing = { host, path, tls, method, headers: request.headers.copy(), choices: world.choices };
  }

  /** Runs handlers one after the other. Whether the request goes on behind them. */
  run(handlers: readonly Handler[]): boolean {
    let isHandled = false;
    for (const handler of handlers) {
      if (this.#world.handlersLeft-- <= 0) return false;
      const isExclusive = handler.name === "handle" || handler.name === "handle_path";
      if (isExclusive && isHandled) continue;
      if (!holds(handler.matcher, this.#passing, this.#world)) continue;
      isHandled ||= isExclusive;
      if (!this.#runOne(handler)) return false;
    }
    return true;
  }

  #runOne(handler: Handler): boolean {
    const { name, args, inside, proxy, place } = handler;
    if (proxy) return proxy.asks === undefined ? this.#arrive(proxy, place) : this.#ask(proxy, proxy.asks, place);
    switch (name) {
      case "handle":
      case "route":
        return this.run(inside);
      case "handle_path": {
        const prefix = (handler.path ?? "").replace(/\*$/, "");
        if (this.#passing.path.startsWith(prefix))
          this.#passing.path = `/${this.#passing.path.slice(prefix.length).replace(/^\//, "")}`;
        return this.run(inside);
      }
      case "invoke": {
        if (++this.#depth > invokeLimit) return false;
        const isOn = this.run(this.#routes.get(args[0] ?? "") ?? []);
        this.#depth--;
        return isOn;
      }
      case "request_header":
        edit(this.#passing.headers, args, this.#passing, this.#world.patterns);
        return true;
      case "rewrite":
        this.#passing.path = filledIn(args.at(-1) ?? "", this.#passing);
        return true;
      case "zerohop":
        return this.#decide();
      case "authorize":
        this.#isDecided = this.#isLetIn;
        return this.#isLetIn;
      default:
        return !endings.has(name);
    }
  }

  /** Asks the host. Whether the request goes on. */
  #ask(proxy: Proxying, asked: string, place: Place): boolean {
    const question = this.#sent(proxy);
    question.set("X-Forwarded-Method", "GET");
    question.set("X-Forwarded-Uri", this.#passing.path);
    this.#question = { path: asked, headers: question, place };
    if (proxy.directive.name !== "forward_auth") return this.#answered(proxy);
    if (!this.#isLetIn) return false;
    this.#isDecided = true;
    const copied = (proxy.directive.block ?? [])
      .filter(({ name }) => name === "copy_headers")
      .flatMap(({ args, block = [] }) => [
        ...args.map((arg) => [arg, arg] as const),
        ...block.map(({ name, args }) => [name, args[0] ?? name] as const),
      ]);
    const names = copied.map(([name, to]) => (name.includes(">") ? name.split(">")[1]! : to));
    // Of credentials the answer has those of the application's.
    for (const name of names)
      if (/^(proxy-)?authorization$/i.test(name))
        this.#passing.headers.delete((header) => header === name.toLowerCase());
      else this.#passing.headers.set(name, vouched);
    this.#vouched = names.filter((name) => isOneOf(this.#world.host.identityHeaders, name));
    return true;
  }

  /** The gate in Caddy (deploy/caddy-module): takes out itself what would be a way around it. Whether the request goes on. */
  #decide(): boolean {
    const { headers, method } = this.#passing;
    if (method === "CONNECT" || !this.#isLetIn) return false;
    this.#isDecided = true;
    const isWebSocket = /^websocket$/i.test(headers.get("Upgrade").join());
    headers.delete((name) => !/^[a-z0-9-]+$/.test(name) || takenByGate.test(name));
    if (isWebSocket) headers.set("Connection", "Upgrade");
    else headers.delete((name) => name === "upgrade");
    this.#vouched = this.#world.host.identityHeaders;
    for (const name of this.#vouched) headers.set(name, vouched);
    return true;
  }

  /** What a reverse_proxy that asks makes of the answer, by its handle_response. */
  #answered({ answers }: Proxying): boolean {
    const status = this.#isLetIn ? "200" : "401";
    const means = (wanted: string) => wanted === status || wanted === `${status[0]}xx`;
    const answer = answers.find(({ statuses }) => statuses === undefined || statuses.some(means));
    if (!answer) return false;
    const before = this.#passing.headers.copy();
    if (!this.run(answer.handlers)) return false;
    this.#isDecided = this.#isLetIn;
    this.#vouched = this.#world.host.identityHeaders.filter(
      (name) => this.#passing.headers.get(name).includes(vouched) && !before.get(name).includes(vouched),
    );
    return true;
  }

  /** The request arrives at a server; it never goes on. */
  #arrive(proxy: Proxying, place: Place): boolean {
    const { portals } = this.#world;
    const { authorities } = proxy;
    const { isPublic, tls } = this.#address;
    this.#world.arrivals.push({
      request: this.#request,
      place,
      way: `${proxy.directive.name} to ${authorities[0] ?? "a server"}`,
      authorities,
      isPortal: authorities.length > 0 && authorities.every((authority) => portals.has(authority)),
      decision: this.#isDecided ? "let in" : "past",
      isAsked: this.#question !== undefined,
      isPublic,
      headers: this.#sent(proxy),
      target: this.#passing.path,
      plainListener: !tls && isPublic ? this.#site.place : undefined,
      vouched: this.#vouched,
      question: this.#question,
    });
    return false;
  }

  /** The headers that Caddy sends to an upstream. */
  #sent({ edits, directive }: Proxying): Headers {
    const headers = this.#passing.headers.copy();
    const listed = headers
      .get("Connection")
      .flatMap((value) => value.split(",").map((name) => name.trim().toLowerCase()));
    const [upgrade] = listed.includes("upgrade") ? headers.get("Upgrade") : [];
    // What a client lists in Connection is removed; whose identity that may be is another rule's business.
    headers.delete((name) => listed.includes(name) && !headers.get(name).includes(vouched) && name !== "upgrade");
    headers.delete((name) => hopByHop.has(name));
    if (upgrade !== undefined && directive.name !== "php_fastcgi") headers.set("Upgrade", upgrade);
    for (const name of ["X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host"]) headers.set(name, "caddy");
    for (const args of edits) edit(headers, args, this.#passing, this.#world.patterns);
    return headers;
  }
}

/** Headers of one connection, which Caddy passes to nobody. */
const hopByHop = new Set([
  "alt-svc",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "upgrade",
]);

/** What the gate takes out of a request that it lets in: the session and the credentials with it, as far as a client can tell. */
const takenByGate =
  /^(connection|cookie|(proxy-)?authorization|http2-settings|forwarded|x-(real-ip|rewrite-url|authelia-url|(original|forwarded)-.*))$/;

/** Directives that answer by themselves. */
const endings = new Set([
  "respond",
  "redir",
  "error",
  "abort",
  "file_server",
  "metrics",
  "acme_server",
  "copy_response",
]);

/** Carries out what `request_header` and `header_up` say: `-Name`, `+Name value`, `Name value`, `Name find replacement`. */
function edit(
  headers: Headers,
  [field = "", ...values]: readonly string[],
  passing: Passing,
  patterns: Patterns,
): void {
  const [first = "", replacement] = values;
  const value = () => filledIn(first, passing);
  if (field.startsWith("-")) headers.delete(isNamed(field.slice(1)));
  else if (field.startsWith("+")) headers.add(field.slice(1), value());
  else if (/^[?>]/.test(field)) {
    if (headers.get(field.slice(1)).length === 0) headers.set(field.slice(1), value());
  } else if (replacement !== undefined)
    headers.replace(field, (old) => patterns.replaceAll(first, old, filledIn(replacement, passing)) ?? old);
  else headers.set(field, value());
}

/** Which headers a name means that may have a `*` before or behind it. */
function isNamed(pattern: string): (header: string) => boolean {
  const wanted = pattern.toLowerCase();
  const fixed = wanted.replace(/^\*|\*$/g, "");
  if (wanted.startsWith("*") && wanted.endsWith("*")) return (header) => header.includes(fixed);
  if (wanted.startsWith("*")) return (header) => header.endsWith(fixed);
  return wanted.endsWith("*") ? (header) => header.startsWith(fixed) : (header) => header === wanted;
}

/** The named matchers of a block, and those of the blocks around it. */
function matchersOf(directives: readonly Directive[], outer: Matchers): Matchers {
  const own = directives.filter(({ name }) => name.startsWith("@"));
  return own.length === 0
    ? outer
    : new Map([...outer, ...own.map((directive) => [directive.name, readMatcher(directive)] as const)]);
}

/** The directives of a block as handlers, in Caddy's order; without one in the order of the file, as in a route. */
function handlersOf(directives: readonly Directive[], outer: Matchers, order: Order | undefined): Handler[] {
  const matchers = matchersOf(directives, outer);
  const handlers = directives
    .filter(({ name }) => !name.startsWith("@") && name !== "handle_errors" && name !== "header")
    .map((directive) => handlerOf(directive, matchers, order));
  return order ? inOrder(handlers, order) : handlers;
}

function handlerOf(directive: Directive, matchers: Matchers, order: Order | undefined): Handler {
  const { name, args, block = [], file, line, column } = directive;
  // One argument of rewrite is where it leads to.
  const isBare = name === "rewrite" && args.length === 1;
  const { matcher, path, rest } = isBare
    ? { matcher: undefined, path: undefined, rest: args }
    : splitMatcher(args, matchers);
  const hasInside = /^(handle|handle_path|route)$/.test(name);
  const proxy = readProxy(directive);
  return {
    name,
    place: { file, line, column },
    matcher,
    path,
    hasMatcher: matcher !== undefined,
    args: rest,
    inside: hasInside ? handlersOf(block, matchers, name === "route" ? undefined : (order ?? undefined)) : [],
    proxy: proxy && { ...proxy, edits: editsOf(block), answers: answersOf(block, matchers) },
  };
}

/** What header_up says, in the order in which Caddy carries it out: additions, values, removals, replacements. */
function editsOf(block: readonly Directive[]): (readonly string[])[] {
  const edits = block.filter(({ name }) => name === "header_up").map(({ args }) => args);
  const rank = ([field = "", ...values]: readonly string[]) =>
    field.startsWith("+") ? 0 : field.startsWith("-") ? 2 : values.length > 1 ? 3 : 1;
  return edits.toSorted((a, b) => rank(a) - rank(b));
}

function answersOf(block: readonly Directive[], matchers: Matchers): Proxying["answers"] {
  const named = new Map(
    block
      .filter(({ name }) => name.startsWith("@"))
      .map(
        ({ name, args, block: lines = [] }) =>
          [
            name,
            args[0] === "status" ? args.slice(1) : lines.flatMap((line) => (line.name === "status" ? line.args : [])),
          ] as const,
      ),
  );
  return block
    .filter(({ name }) => name === "handle_response")
    .map(({ args: [matcher], block: inside = [] }) => ({
      statuses: matcher === undefined ? undefined : (named.get(matcher) ?? []),
      handlers: handlersOf(inside, matchers, undefined),
    }));
}

/** Handlers and those inside them. */
function withInside(handler: Handler): Handler[] {
  return [handler, ...handler.inside.flatMap(withInside)];
}
