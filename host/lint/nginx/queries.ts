// What the rules ask of an nginx configuration.
import { isLoopback } from "../address.ts";
import { type NginxConfig, type Pass, resolve } from "./config.ts";
import { isInternal } from "./reach.ts";
import { isGateModule, type Scope } from "./scope.ts";
import type { Directive } from "./syntax.ts";

/** Places that pass requests to a backend, and not to the host. */
export function backendPasses(config: NginxConfig): Pass[] {
  return reachedPasses(config).filter(({ authority }) => authority === undefined || !config.portals.has(authority));
}

export function authPasses({ passes, authLocations }: NginxConfig): Pass[] {
  return passes.filter(({ scope }) => authLocations.has(scope));
}

/** Places that pass requests on to the host's own pages. */
export function portalPasses(config: NginxConfig): Pass[] {
  return reachedPasses(config).filter(({ authority }) => authority !== undefined && config.portals.has(authority));
}

/** Places that clients' requests come to. */
function reachedPasses({ passes, authLocations, reach }: NginxConfig): Pass[] {
  return passes.filter(({ scope }) => {
    const location = scope.enclosing("location");
    if (!location) return true;
    const isReached = !isInternal(location) || reach.undecided.has(location) || reach.decided.has(location);
    return isReached && !authLocations.has(location);
  });
}

/** The directives of a name; with a word those that say it. */
export function named({ scopes }: NginxConfig, name: string, word?: string): Directive[] {
  return scopes.flatMap((scope) => scope.own(name)).filter(({ words }) => word === undefined || words[0] === word);
}

export function gateModules({ scopes }: NginxConfig): { readonly scope: Scope; readonly directive: Directive }[] {
  return scopes.flatMap((scope) =>
    scope
      .own("proxy_wasm")
      .filter(isGateModule)
      .map((directive) => ({ scope, directive })),
  );
}

export function declaresGate(directive: Directive): boolean {
  if (directive.name === "auth_request") return directive.words[0] !== "off";
  return directive.name === "proxy_wasm" && isGateModule(directive);
}

export function titleOf(scope: Scope): string {
  return (scope.enclosing("location") ?? scope).title;
}

/** Whether the client's headers go along. */
export function passesHeaders(pass: Pass): boolean {
  return pass.scope.inEffect(`${protocolOf(pass)}_pass_request_headers`).at(-1)?.words[0] !== "off";
}

export function protocolOf({ directive }: Pass): string {
  return directive.name.replace("_pass", "");
}

export function setterOf(pass: Pass): string {
  const protocol = protocolOf(pass);
  return protocol === "proxy" || protocol === "grpc" ? `${protocol}_set_header` : `${protocol}_param`;
}

/** Directives that answer with content. */
export const contentNames = /_pass$|^(root|alias|index|try_files|rewrite)$/;

/** Whether a location does nothing but answer with redirects and errors. */
export function onlyRefuses(location: Scope | undefined): boolean {
  const own = location?.directives ?? [];
  const all = [...own, ...own.filter(({ name }) => name === "if").flatMap(({ block }) => block ?? [])];
  const answers = all.filter(({ name }) => name === "return");
  return (
    answers.length > 0 &&
    answers.every(({ words }) => /^[345]/.test(words[0] ?? "")) &&
    !all.some(({ name }) => contentNames.test(name))
  );
}

/** Whether a server answers every plain request with a redirect. */
export function redirects(server: Scope): boolean {
  const conditions = server.own("if").flatMap(({ block }) => block ?? []);
  const toHttps = conditions.some(({ name, words }) => name === "return" && words.at(-1)?.startsWith("https:"));
  return toHttps || server.own("return").length > 0;
}

export function isPlainAndPublic({ words }: Directive): boolean {
  const [address = "", ...options] = words;
  if (options.some((option) => option === "ssl" || option === "quic") || address.startsWith("unix:")) return false;
  const host = /^(\[[^\]]*\]|[^:]*):\d+$/.exec(address)?.[1] ?? address;
  return !isLoopback(host);
}

/** Whether an upstream's name leads nowhere. */
export function deniesByDefault({ upstreams }: NginxConfig, value: string): boolean {
  return !upstreams.has(value) && (/den(y|ied)|refus|closed|block/i.test(value) || !/[.:$]/.test(value));
}

/** Whether a value comes from a client: a header, an argument, a cookie, the user name of a Basic header. */
export function isClients(value: string): boolean {
  return /\$\{?(http_|arg_|cookie_|remote_user\b)/i.test(value);
}

/** The path that a pass asks its upstream for; undefined when variables leave that open. */
export function pathAsked({ scope, directive }: Pass): string | undefined {
  const target = resolve(directive.words[0] ?? "", scope).replace(/^[a-z]+:\/\//i, "");
  if (target.includes("$") || scope.own("rewrite").length > 0) return undefined;
  const slash = target.startsWith("unix:") ? target.indexOf(":", 5) + 1 : target.indexOf("/");
  return slash > 0 && slash < target.length
    ? target.slice(slash)
    : scope.enclosing("location")?.directive?.words.at(-1);
}
