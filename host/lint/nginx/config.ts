// What the rules for nginx look at: blocks with what they inherit, the places that pass requests on, and the locations
// that ask the host.
import { originOf } from "../address.ts";
import type { MissingFile, WithIncludedFiles } from "../included-files.ts";
import type { Directive } from "./syntax.ts";

export interface NginxConfig {
  readonly main: Scope;
  readonly scopes: readonly Scope[];
  /** Every `proxy_pass`, `fastcgi_pass` and the like of HTTP servers. */
  readonly passes: readonly Pass[];
  /** Every `proxy_pass` of a `stream` block. */
  readonly streamPasses: readonly Pass[];
  /** Locations that `auth_request` asks. */
  readonly authLocations: ReadonlySet<Scope>;
  /** `host:port` of the host, as far as the file shows it. */
  readonly portals: ReadonlySet<string>;
  /** Internal locations that requests come to which nobody has decided about. */
  readonly undecided: ReadonlySet<Scope>;
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

/** A block and the blocks around it. */
export class Scope {
  /** undefined: the file itself. */
  readonly directive: Directive | undefined;
  readonly parent: Scope | undefined;
  readonly directives: readonly Directive[];
  /** The locations of a server, nested ones as well: by the one path they serve, and by what paths begin with. */
  readonly exactLocations = new Map<string, Scope>();
  readonly prefixLocations = new Map<string, Scope>();
  readonly #byName = new Map<string, Directive[]>();

  constructor(directive: Directive | undefined, parent: Scope | undefined, directives: readonly Directive[]) {
    this.directive = directive;
    this.parent = parent;
    this.directives = directives;
    for (const own of directives) {
      const named = this.#byName.get(own.name);
      if (named) named.push(own);
      else this.#byName.set(own.name, [own]);
    }
  }

  /** `main`, `http`, `server`, `location`, `if`, … */
  get kind(): string {
    return this.directive?.name ?? "main";
  }

  /** What a person would call it: `location /admin`. */
  get title(): string {
    return [this.kind, ...(this.directive?.words ?? [])].join(" ");
  }

  /** This block's own directives with this name. */
  own(name: string): readonly Directive[] {
    return this.#byName.get(name) ?? [];
  }

  /** The directives with this name that are in effect here: nginx inherits them until a block has any of its own. */
  inEffect(name: string): readonly Directive[] {
    for (let scope: Scope | undefined = this; scope; scope = scope.parent) {
      const own = scope.own(name);
      if (own.length > 0) return own;
    }
    return [];
  }

  /** Whether a switch is on here. */
  isOn(name: string): boolean {
    return this.inEffect(name).at(-1)?.words[0] === "on";
  }

  /** This block or the nearest around it of a kind. */
  enclosing(kind: string): Scope | undefined {
    for (let scope: Scope | undefined = this; scope; scope = scope.parent) if (scope.kind === kind) return scope;
    return undefined;
  }
}

export interface Pass {
  readonly scope: Scope;
  readonly directive: Directive;
  /** `host:port` of the backend, variables and upstreams resolved as far as the file shows them. */
  readonly authority: string | undefined;
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

export function readNginxConfig({ directives, missing }: WithIncludedFiles<Directive>): NginxConfig {
  const main = new Scope(undefined, undefined, directives);
  const scopes = scopesBelow(main);
  const upstreams = readUpstreams(scopes);
  const everyPass = scopes.flatMap((scope) =>
    scope.directives
      .filter(({ name }) => Object.hasOwn(headerSetters, name))
      .map((directive) => ({ scope, directive, authority: authorityOf(directive, scope, upstreams) })),
  );
  const isStream = ({ scope }: Pass) => scope.enclosing("stream") !== undefined;
  const passes = everyPass.filter((pass) => !isStream(pass));
  const authLocations = new Set([
    ...scopes.flatMap((scope) => scope.own("auth_request").flatMap(({ words }) => locationFor(words[0], scope) ?? [])),
    ...passes.filter(({ scope, directive }) => asksHost(directive, scope)).map(({ scope }) => scope),
  ]);
  const portals = new Set(
    passes.flatMap(({ scope, authority }) => (authority !== undefined && authLocations.has(scope) ? authority : [])),
  );
  for (const [name, authority] of upstreams) if (isPortalName(name)) portals.add(authority);
  const streamPasses = everyPass.filter(isStream);
  return {
    main,
    scopes,
    passes,
    streamPasses,
    authLocations,
    portals,
    undecided: new Set(scopes.flatMap(undecidedTargets)),
    upstreams: new Set(upstreams.keys()),
    setters: readSetters(scopes),
    maps: new Map(
      scopes.filter(({ kind }) => kind === "map").map((map) => [map.directive!.words[1] ?? "", map] as const),
    ),
    missing,
  };
}

/** The value a header is given where requests are passed on; undefined: the client's own goes through. */
export function headerSetAt({ scope, directive }: Pass, header: string): string | undefined {
  const [setter, nameOf] = headerSetters[directive.name]!;
  const name = nameOf(header).toLowerCase();
  return scope.inEffect(setter).findLast(({ words }) => words[0]?.toLowerCase() === name)?.words[1];
}

/** What decides about requests here. */
export function gatesAt(scope: Scope): { readonly authRequest: boolean; readonly wasm: boolean } {
  const authRequest = scope.inEffect("auth_request").at(-1)?.words[0];
  return {
    authRequest: authRequest !== undefined && authRequest !== "off",
    wasm: scope.inEffect("proxy_wasm").some(isGateModule),
  };
}

export function isGateModule({ words }: Directive): boolean {
  return /zerohop|gate/i.test(words[0] ?? "");
}

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

function scopesBelow(main: Scope): Scope[] {
  const scopes = [main];
  // The list grows while it is walked through.
  for (const scope of scopes) {
    if (scope.kind === "location") addLocation(scope);
    for (const directive of scope.directives)
      if (directive.block) scopes.push(new Scope(directive, scope, directive.block));
  }
  return scopes;
}

/**
 * The locations that a block sends requests to which nobody has decided about: by a rewrite, which goes before the gate, in
 * place of the gate's refusal, or without a gate of its own.
 */
function undecidedTargets(scope: Scope): Scope[] {
  const { authRequest, wasm } = gatesAt(scope);
  const targets = [
    ...scope.own("rewrite").flatMap(({ words }) => (words[2] === "break" ? [] : (words[1] ?? []))),
    ...scope.own("error_page").flatMap(({ words }) => (words.some(isRefusal) ? (words.at(-1) ?? []) : [])),
    ...(authRequest || wasm ? [] : scope.own("try_files").flatMap(({ words }) => words.at(-1) ?? [])),
  ];
  return targets.flatMap((target) => (/^[/@]/.test(target) ? (locationFor(target, scope) ?? []) : []));
}

/** Statuses by which a gate refuses, or says that it cannot tell. */
function isRefusal(word: string): boolean {
  return /^(401|403|407|50\d)$/.test(word);
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
  return upstreams.get(origin.host) ?? (isPortalName(origin.host) ? origin.host : origin.authority);
}

function isPortalName(upstream: string): boolean {
  return /^zerohop([_-](host|portal))?$/i.test(upstream);
}

/** Whether a location passes requests to an endpoint of the host that answers for others. */
function asksHost({ words }: Directive, scope: Scope): boolean {
  return /\/api\/(authz\/|verify\b)/.test(resolve(words[0] ?? "", scope));
}

/** The location that serves a path in the server of a block: an exact one, else the longest prefix. */
export function locationFor(path: string | undefined, from: Scope): Scope | undefined {
  const server = from.enclosing("server");
  if (path === undefined || path === "off" || !server) return undefined;
  const exact = server.exactLocations.get(path);
  if (exact || path.startsWith("@")) return exact;
  for (let length = path.length; length > 0; length--) {
    const best = server.prefixLocations.get(path.slice(0, length));
    if (best) return best;
  }
  return undefined;
}

function addLocation(scope: Scope): void {
  const server = scope.enclosing("server");
  const [modifier = "", ...rest] = scope.directive!.words;
  const path = rest.at(-1) ?? modifier;
  const isExact = modifier === "=" || path.startsWith("@");
  if (!server || modifier.startsWith("~")) return;
  const locations = isExact ? server.exactLocations : server.prefixLocations;
  if (!locations.has(path)) locations.set(path, scope);
}
