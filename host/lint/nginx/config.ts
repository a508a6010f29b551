// What the rules for nginx look at: blocks with what they inherit, the places that pass requests on, and the locations
// that ask the host.
import { originOf } from "../address.ts";
import { Patterns } from "../attack/pattern.ts";
import type { MissingFile, WithIncludedFiles } from "../included-files.ts";
import { isPortalName, portalsFrom } from "../portal-name.ts";
import type { Site } from "../site.ts";
import { isInternal, Locations, type Question, type Reach, reachOf, withTargets } from "./reach.ts";
import { gatesAt, type Scope, scopesBelow } from "./scope.ts";
import type { Directive } from "./syntax.ts";

export interface NginxConfig {
  readonly site: Site;
  readonly main: Scope;
  readonly scopes: readonly Scope[];
  /** Every `proxy_pass`, `fastcgi_pass` and the like of HTTP servers. */
  readonly passes: readonly Pass[];
  /** Every `proxy_pass` of a `stream` block. */
  readonly streamPasses: readonly Pass[];
  readonly locations: Locations;
  /** Every `auth_request`. */
  readonly questions: readonly Question[];
  /** Locations that `auth_request` asks, and those that they lead to. */
  readonly authLocations: ReadonlySet<Scope>;
  /** `host:port` of the host, as far as the file shows it. */
  readonly portals: ReadonlySet<string>;
  readonly reach: Reach;
  /** Names of upstreams. */
  readonly upstreams: ReadonlySet<string>;
  /** For each variable, what gives it a value, wherever that is. */
  readonly setters: ReadonlyMap<string, readonly Setter[]>;
  /** Every `map`, by the variable that it gives a value. */
  readonly maps: ReadonlyMap<string, Scope>;
  readonly missing: readonly MissingFile[];
}

export interface Setter {
  readonly directive: Directive;
  /** What `set` gives it; the directive's name behind a `$` where the value is not there to be read. */
  readonly value: string;
}

export interface Pass {
  readonly scope: Scope;
  readonly directive: Directive;
  /** `host:port` of the backend, variables and upstreams resolved as far as the file shows them. */
  readonly authority: string | undefined;
  /** Whether a gate decides about what is passed on here, or has done so where it was led on from. */
  readonly isGated: boolean;
}

/** For each directive that passes requests on: how a header is set there, and what its name looks like. */
const headerSetters: Readonly<Record<string, readonly [directive: string, name: (header: string) => string]>> = {
  proxy_pass: ["proxy_set_header", (header) => header],
  grpc_pass: ["grpc_set_header", (header) => header],
  fastcgi_pass: ["fastcgi_param", cgiName],
  uwsgi_pass: ["uwsgi_param", cgiName],
  scgi_pass: ["scgi_param", cgiName],
};

function cgiName(header: string): string {
  return `HTTP_${header.toUpperCase().replaceAll("-", "_")}`;
}

export function readNginxConfig({ directives, missing }: WithIncludedFiles<Directive>, site: Site): NginxConfig {
  const scopes = scopesBelow(directives);
  const main = scopes[0]!;
  const upstreams = readUpstreams(scopes);
  const everyPass = scopes.flatMap((scope) =>
    scope.directives
      .filter(({ name }) => Object.hasOwn(headerSetters, name))
      .map((directive) => ({ scope, directive, authority: authorityOf(directive, scope, upstreams) })),
  );
  const isStream = ({ scope }: { readonly scope: Scope }) => scope.enclosing("stream") !== undefined;
  const asking = everyPass.filter(({ scope, directive }) => !isStream({ scope }) && asksHost(directive, scope));
  const askingHost = new Set(asking.map(({ scope }) => scope));
  const locations = new Locations(new Patterns());
  const questions = scopes.flatMap((scope) => questionsOf(scope, locations));
  const answering = questions.flatMap((question) => (isMeant(question, askingHost) ? question.location! : []));
  const authLocations = withTargets([...answering, ...askingHost], locations);
  const reach = reachOf(scopes, authLocations, locations);
  const passes = everyPass
    .filter((pass) => !isStream(pass))
    .map((pass) => ({ ...pass, isGated: isGated(pass.scope) || isLedOnFromGate(pass.scope, reach) }));
  const asked = new Set(
    passes.flatMap(({ scope, authority }) => (authority !== undefined && authLocations.has(scope) ? authority : [])),
  );
  for (const [name, authority] of upstreams) if (isPortalName(name)) asked.add(authority);
  for (const { authority } of passes)
    if (authority !== undefined && isPortalName(hostIn(authority))) asked.add(authority);
  const ofPortalHosts = passes.filter(({ scope }) => namesOf(scope.enclosing("server")).some(isPortalHost(site)));
  const portals = portalsFrom(
    asked,
    ofPortalHosts.flatMap(({ authority }) => authority ?? []),
  );
  const streamPasses = everyPass.filter(isStream).map((pass) => ({ ...pass, isGated: false }));
  return {
    site,
    main,
    scopes,
    passes,
    streamPasses,
    locations,
    questions,
    authLocations,
    portals,
    reach,
    upstreams: new Set(upstreams.keys()),
    setters: readSetters(scopes),
    maps: new Map(
      scopes.filter(({ kind }) => kind === "map").map((map) => [map.directive!.words[1] ?? "", map] as const),
    ),
    missing,
  };
}

/** The values that a header is given where requests are passed on, each of which goes; none: the client's own goes through. */
export function headersSetAt(
  { scope, directive }: { readonly scope: Scope; readonly directive: Directive },
  header: string,
): string[] {
  const [setter, nameOf] = headerSetters[directive.name]!;
  const name = nameOf(header).toLowerCase();
  return scope.inEffect(setter).flatMap(({ words }) => (words[0]?.toLowerCase() === name ? (words[1] ?? "") : []));
}

/** Whether none goes, not even the client's. */
export function isTakenOut(pass: Pass, header: string): boolean {
  const values = headersSetAt(pass, header);
  return values.length > 0 && values.every((value) => value === "");
}

/** What could not be read and may set headers that are not set in view. What is set is sent, whatever sets it again. */
export function unreadHeadersAt(pass: Pass, headers: readonly string[]): string[] {
  const isSet = headers.some((header) => headersSetAt(pass, header).length > 0);
  return isSet ? [] : pass.scope.unread(headerSetters[pass.directive.name]![0]);
}

export function isGated(scope: Scope): boolean {
  const { authRequest, wasm } = gatesAt(scope);
  return authRequest || wasm;
}

function isLedOnFromGate(scope: Scope, { undecided, decided }: Reach): boolean {
  const location = scope.enclosing("location");
  return location !== undefined && isInternal(location) && decided.has(location) && !undecided.has(location);
}

function questionsOf(scope: Scope, locations: Locations): Question[] {
  return scope.own("auth_request").flatMap((directive) => {
    const [path] = directive.words;
    return path === undefined || path === "off" ? [] : [{ directive, scope, location: locations.serving(path, scope) }];
  });
}

/** Whether the location that answers an `auth_request` is there for that, and not the one that serves whatever else there is. */
function isMeant({ directive, location }: Question, askingHost: ReadonlySet<Scope>): boolean {
  if (!location) return false;
  const [path = ""] = directive.words;
  const { words = [] } = location.directive ?? {};
  const isItsOwn = words.at(-1) === path || words[0]?.startsWith("~") === true;
  return isItsOwn || isInternal(location) || askingHost.has(location) || decidingPath.test(path);
}

/** Paths of the host that decide. */
export const decidingPath = /\/api\/(authz\/|verify\b)/;

/** A text with the variables that `set` gives a value here. */
export function resolve(text: string, scope: Scope): string {
  let resolved = text;
  for (let round = 0; round < 5 && resolved.includes("$") && resolved.length < 4096; round++)
    resolved = resolved.replace(
      /\$(?:\{(\w+)\}|(\w+))/g,
      (whole, braced: string | undefined, bare: string | undefined) => setValue(`$${braced ?? bare}`, scope) ?? whole,
    );
  return resolved;
}

/** What a text is made of: it, and what `set` and `auth_request_set` put into the variables that it names. */
export function sourceOf(text: string, scope: Scope): string {
  const resolved = resolve(text, scope);
  const [, variable] = /^\$\{?(\w+)\}?$/.exec(resolved) ?? [];
  const answered = scope.inEffect("auth_request_set").findLast(({ words }) => words[0] === `$${variable}`)?.words[1];
  return answered ?? resolved;
}

/** What the nearest `set` gives a variable. */
export function setValue(variable: string, from: Scope): string | undefined {
  for (let scope: Scope | undefined = from; scope; scope = scope.parent) {
    const value = scope.own("set").findLast(({ words }) => words[0] === variable)?.words[1];
    if (value !== undefined) return value;
  }
  return undefined;
}

/** Directives besides `set` that give the variable they name first or last a value. */
const filling = /^(map|geo|split_clients|auth_request_set|(js|perl)_set|set_by_lua\w*)$/;

function readSetters(scopes: readonly Scope[]): Map<string, Setter[]> {
  const setters = new Map<string, Setter[]>();
  const add = (variable: string, directive: Directive, value: string) => {
    const known = setters.get(variable);
    if (known) known.push({ directive, value });
    else setters.set(variable, [{ directive, value }]);
  };
  for (const { directives } of scopes)
    for (const directive of directives) {
      const { name, words } = directive;
      if (name === "set") add(words[0] ?? "", directive, words[1] ?? "");
      if (filling.test(name))
        for (const word of new Set([words[0], words.at(-1)])) add(word ?? "", directive, `$${name}`);
      for (const capture of words.join(" ").matchAll(/\(\?P?<(\w+)>/g)) add(`$${capture[1]}`, directive, `$${name}`);
    }
  return setters;
}

/** By name, the one server of an upstream, or its name when it has several. */
function readUpstreams(scopes: readonly Scope[]): Map<string, string> {
  const upstreams = new Map<string, string>();
  for (const scope of scopes.filter(({ kind }) => kind === "upstream")) {
    const name = scope.directive!.words[0] ?? "";
    const servers = scope.own("server").map(({ words }) => words[0] ?? "");
    upstreams.set(name, servers.length === 1 ? (originOf(`http://${servers[0]}`)?.authority ?? name) : name);
  }
  return upstreams;
}

function authorityOf({ words }: Directive, scope: Scope, upstreams: ReadonlyMap<string, string>): string | undefined {
  const target = resolve(words[0] ?? "", scope);
  const origin = originOf(/^[a-z]+:\/\//i.test(target) ? target : `http://${target}`);
  if (!origin) return undefined;
  return upstreams.get(origin.host) ?? origin.authority;
}

/** The names that a server block is for. */
export function namesOf(server: Scope | undefined): string[] {
  return server?.own("server_name").flatMap(({ words }) => words.map((word) => word.toLowerCase())) ?? [];
}

function isPortalHost({ portalHosts }: Site): (name: string) => boolean {
  return (name) => portalHosts.includes(name);
}

function hostIn(authority: string): string {
  return authority.replace(/:\d+$/, "");
}

/** Whether a location passes requests to an endpoint of the host that answers for others. */
function asksHost({ words }: Directive, scope: Scope): boolean {
  return decidingPath.test(resolve(words[0] ?? "", scope));
}
