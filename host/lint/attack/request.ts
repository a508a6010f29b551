// Requests that an attacker sends. Rules try them out on a configuration: what of them is left where a backend gets them
// tells a hole from a spelling of the same thing that closes it.
import type { Site } from "../site.ts";
import type { Choices } from "./choices.ts";
import { Headers } from "./headers.ts";

/** Stands in every value that a client makes up. */
export const forged = "zerohop-lint-forged";
/** The value of the session's cookie, and of no other. */
export const sessionToken = "zerohop-lint-session";
/** A credential of Basic: `a:b`. */
export const credential = "Basic YTpi";
/** What a gate that lets a request through puts into identity headers. */
export const vouched = "zerohop-lint-vouched";

/** The ways to write a header's name that CGI, WSGI and PHP backends take for one. */
export function spellingsOf(header: string): string[] {
  return ["-", "_", "."].map((separator) => header.replaceAll("-", separator));
}

/** Headers by which a client could tell a framework another host name, path or address, or (for other portals) another user. */
export const forwardedHeaders = [
  "Forwarded",
  "X-Forwarded-Email",
  "X-Forwarded-For",
  "X-Forwarded-Groups",
  "X-Forwarded-Host",
  "X-Forwarded-Method",
  "X-Forwarded-Port",
  "X-Forwarded-Preferred-Username",
  "X-Forwarded-Prefix",
  "X-Forwarded-Proto",
  "X-Forwarded-Server",
  "X-Forwarded-Uri",
  "X-Forwarded-User",
  "X-Original-Uri",
  "X-Original-Url",
  "X-Real-Ip",
  "X-Rewrite-Url",
] as const;

/** Of these the path of a request is made in some frameworks: it is decided about as one and served as another. */
export const rewritingHeaders = ["X-Original-Url", "X-Rewrite-Url"] as const;

/** The session's cookie among others, in every form that a backend reads as a cookie of its name. */
export function sessionCookies({ sessionCookie: name }: Site): readonly string[] {
  return [
    `${name}=${sessionToken}`,
    `a=1; ${name}=${sessionToken}; b=2`,
    `a=1;${name}=${sessionToken}`,
    `a=1; ${name} =${sessionToken}`,
    `${name}\t=${sessionToken}; b=2`,
    `a=1;\t${name}=${sessionToken}`,
  ];
}

/** What an application is asked to change to, each in one line of the header or in several. */
export const upgrades: readonly (readonly string[])[] = [
  ["h2c"],
  ["h2c, websocket"],
  ["websocket, h2c"],
  ["websocket", "h2c"],
  ["h2c", "websocket"],
  ["websocketx"],
];

/** Paths of the Zerohop host that proxies and monitoring use: as written, and in spellings that a block on the plain text misses. */
export const internalPaths = [
  "/api/edge/bundle",
  "/api/%65dge/bundle",
  "/api/authz/forward-auth",
  "/api/%61uthz/forward-auth",
  "/api/verify",
  "/%61pi/verify",
  "/metrics",
  "/metric%73",
] as const;

/** A name that no configuration has. */
export const otherHost = "zerohop-lint.invalid";
export const otherPath = "/zerohop-lint";

export interface AttackRequest {
  readonly method: "GET" | "CONNECT";
  readonly host: string;
  /** As it is sent. */
  readonly path: string;
  readonly tls: boolean;
  /** Scheme and authority in the request line, where it has them (absolute form, RFC 9112, section 3.2.2). */
  readonly origin: string;
  readonly headers: Headers;
}

/** What every request of an attacker has: claims of who it is, where it comes from and what for, and ways to be something else. */
function claimsFor(site: Site): Headers {
  return new Headers([
    ["User-Agent", "curl/8.0"],
    ["Accept", "*/*"],
    ["Connection", `Upgrade, HTTP2-Settings, Remote-User, ${forged}`],
    ["HTTP2-Settings", forged],
    ["Authorization", credential],
    ["Proxy-Authorization", credential],
    ...[...new Set([...site.identityHeaders, ...forwardedHeaders].flatMap(spellingsOf))].map(
      (name) => [name, forged] as const,
    ),
    ...sessionCookies(site).map((cookie) => ["Cookie", cookie] as const),
  ]);
}

/** Makes requests that would be worth something to an attacker of a site. */
export class Attacker {
  readonly #claims: Headers;

  constructor(site: Site) {
    this.#claims = claimsFor(site);
  }

  /** A request that claims to come from somebody, through proxies, for another path, and asks for an upgrade. */
  request(
    host: string,
    path: string,
    tls: boolean,
    upgrade: readonly string[] = upgrades[0]!,
    method: AttackRequest["method"] = "GET",
  ): AttackRequest {
    const headers = this.#claims.copy();
    headers.set("Host", host);
    if (upgrade.length === 0) headers.delete((name) => name === "upgrade");
    for (const line of upgrade) headers.add("Upgrade", line);
    return { method, host, path, tls, origin: "", headers };
  }
}

/**
 * The values of a header that a configuration looks at. One that the request lacks a client may send as well, unless it was taken out on
 * the way: the request is tried out with it and without.
 */
export function lookedAt(headers: Headers, name: string, choices: Choices): readonly string[] {
  if (headers.mayBeSent(name) && choices.choose(`a client's ${name.toLowerCase()}`)) headers.add(name, forged);
  return headers.get(name);
}

/** Each host name with the internal paths and one that no rule names, and then with as many other paths as the limit allows. */
export function* pairsOf(
  hosts: readonly string[],
  paths: readonly string[],
  limit: number,
): Generator<readonly [host: string, path: string]> {
  const always = [otherPath, ...internalPaths];
  for (const host of hosts.slice(0, limit)) for (const path of always) yield [host, path];
  let left = limit;
  for (const host of hosts)
    for (const path of paths) {
      if (left-- <= 0) return;
      yield [host, path];
    }
}

/** The headers in a list, in every spelling, that still have a value of the client's. */
export function forgedAmong(list: readonly string[], headers: Headers): string[] {
  return list.filter((name) => spellingsOf(name).some((spelling) => isForged(headers, spelling)));
}

/** The spellings of headers in a list that still have a value of the client's. */
export function forgedSpellings(list: readonly string[], headers: Headers): string[] {
  return [...new Set(list.flatMap(spellingsOf))].filter((spelling) => isForged(headers, spelling));
}

export function isForged(headers: Headers, name: string): boolean {
  return headers.get(name).some((value) => value.includes(forged));
}

export function hasSession(headers: Headers): boolean {
  return headers.get("Cookie").some((value) => value.includes(sessionToken));
}

/** The headers that still have the client's credential. */
export function credentialsIn(headers: Headers): string[] {
  return ["Authorization", "Proxy-Authorization"].filter((name) => headers.get(name).includes(credential));
}

/** The protocol other than WebSocket that a backend is asked for, if any. */
export function otherUpgrade(headers: Headers): string | undefined {
  return headers.get("Upgrade").find((value) => value !== "" && value.toLowerCase() !== "websocket");
}
