// The blocks of an nginx configuration, with what they inherit.
import { unreadInclude } from "./include.ts";
import type { Directive } from "./syntax.ts";

/** Names of files that are about something else than who may come in and what backends get. */
const elsewhere = /ssl|tls|cert|resolver|gzip|brotli|cache|log|mime|types|upstream|limit|optim|csp|hsts/i;

/** A block and the blocks around it. */
export class Scope {
  /** undefined: the file itself. */
  readonly directive: Directive | undefined;
  readonly parent: Scope | undefined;
  readonly directives: readonly Directive[];
  /** The locations of a server, nested ones as well: by the one path they serve, by what paths begin with. */
  readonly exactLocations = new Map<string, Scope>();
  readonly prefixLocations = new Map<string, Scope>();
  /** Those with an expression, in their order. */
  readonly patternLocations: Scope[] = [];
  readonly #byName: ReadonlyMap<string, readonly Directive[]>;

  constructor(directive: Directive | undefined, parent: Scope | undefined, directives: readonly Directive[]) {
    this.directive = directive;
    this.parent = parent;
    this.directives = directives;
    this.#byName = Map.groupBy(directives, ({ name }) => name);
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

  /**
   * What is included here and could not be read, and may have directives with this name that are in effect here. Outside of servers a
   * pattern stands for servers, and gates are in servers.
   */
  unread(name: string): string[] {
    const unread: string[] = [];
    for (let scope: Scope | undefined = this; scope; scope = scope.parent) {
      const isServer = scope.enclosing("server") !== undefined;
      for (const {
        words: [pattern = ""],
      } of scope.own(unreadInclude))
        if (!elsewhere.test(pattern) && (isServer || (name !== "auth_request" && !/[*?[]/.test(pattern))))
          unread.push(pattern);
      if (scope.own(name).length > 0) break;
    }
    return unread;
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

/** Every block, the outer ones first. */
export function scopesBelow(directives: readonly Directive[]): Scope[] {
  const scopes = [new Scope(undefined, undefined, directives)];
  // The list grows while it is walked through.
  for (const scope of scopes) {
    if (scope.kind === "location") addLocation(scope);
    for (const directive of scope.directives)
      if (directive.block) scopes.push(new Scope(directive, scope, directive.block));
  }
  return scopes;
}

function addLocation(scope: Scope): void {
  const server = scope.enclosing("server");
  const [modifier = "", ...rest] = scope.directive!.words;
  const path = rest.at(-1) ?? modifier;
  const isExact = modifier === "=" || path.startsWith("@");
  if (server && server === scope.parent && modifier.startsWith("~")) server.patternLocations.push(scope);
  if (!server || modifier.startsWith("~")) return;
  const locations = isExact ? server.exactLocations : server.prefixLocations;
  if (!locations.has(path)) locations.set(path, scope);
}
