// One table of requests for all proxies, and what has to become of each: `200 NAME` at the backend (`200 -` as nobody),
// `101 hello` for a WebSocket with an echo, `200 event` for events that came while their stream was open, `200 ended` and `200 goes on` for a stream beside which its visitor logged out, `302 login` with the way back, `401 basic` with a challenge, or a status.
import { h2cUpgrade, http2Settings } from "../../../workshop/clients/h2c-client.ts";
import type { HeaderLines } from "../../../workshop/clients/https-client.ts";
import {
  anothersScheme,
  apachesNul,
  byThePortal,
  cleanedPath,
  type Difference,
  namedForwarded,
  namedUpgrades,
  noCredentials,
  oneLine,
  openStreams,
  unseen,
} from "./differences.ts";

export type Visitor =
  | "nobody"
  | "alice"
  | "bob"
  | "carol"
  | "dora"
  | "dora's lease"
  | "mona"
  | "mona's lease"
  | "bob@company"
  | "revoked"
  | "stale"
  | "ended";

export interface Request {
  readonly name: string;
  readonly host: string;
  readonly path?: string;
  readonly method?: string;
  readonly visitor?: Visitor;
  readonly headers?: HeaderLines;
  readonly body?: string;
  /** Path of the page that a form is on, which its Referer names: that is the way back, and for whose session is not enough beside it. */
  readonly page?: string;
  readonly trailers?: HeaderLines;
  /** The Cookie header of a visitor's session, when it is not one of three cookies. */
  readonly cookie?: (session: string) => string;
  /** Also tells how many groups the application was told. */
  readonly countsGroups?: boolean;
  /** Opens a WebSocket and sends "hello" for an echo. */
  readonly webSocket?: boolean;
  /** The application has to get the target as it was sent, but for the case of an escape's digits. */
  readonly keepsTarget?: boolean;
  /** Waits for two events of a stream that stays open. */
  readonly eventStream?: boolean;
  /** Logs the visitor out beside that stream. */
  readonly logsOut?: boolean;
  /** Its outcome comes once the host has answered, where no request is held for that. */
  readonly awaitsHost?: boolean;
  readonly outcome: string;
  /** Other outcomes of some proxies by their names, each for a reason. */
  readonly differs?: Readonly<Record<string, Difference>>;
}

/** The proxies that ask when a request begins, and never again. */
const askedOnce = [
  ...["envoy ext_authz", "nginx", "nginx-wasm", "haproxy", "apache", "caddy", "traefik", "traefik plugin"],
];

/** In a header that must never reach the backend. */
export const evil = "evil-4f1c";

const page: HeaderLines = [["accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"]];
const json: HeaderLines = [["accept", "application/json"]];
const xhr: HeaderLines = [...page, ["X-Requested-With", "XMLHttpRequest"]];
/** What a browser says it is about to do with the answer. Without that any type, as a page's script accepts, is a person's Accept. */
const fetchedAs = (mode: string, dest: string, accept = "*/*"): HeaderLines => [
  ["accept", accept],
  ["Sec-Fetch-Mode", mode],
  ["Sec-Fetch-Dest", dest],
];
const credential = (name: string, password: string) => `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`;
const basic = (name: string, password: string): HeaderLines => [["authorization", credential(name, password)]];
const proxyBasic = (name: string, password: string): HeaderLines => [
  ["proxy-authorization", credential(name, password)],
];

/** What Envoy does itself, with the gate and with ext_authz. */
const inEnvoy = (difference: Difference) => ({ envoy: difference, "envoy ext_authz": difference });

const bearer: HeaderLines = [["authorization", "Bearer x"]];
const twoBearers: HeaderLines = [...bearer, ["Authorization", "Bearer y"]];

const access: readonly Request[] = [
  { name: "bypass", host: "public", outcome: "200 -" },
  { name: "bypass with a query", host: "public", path: "/a?b=c&d=%20", outcome: "200 -" },
  { name: "bypass of a user", host: "public", visitor: "alice", outcome: "200 alice" },
  { name: "bypass by POST", host: "public", method: "POST", body: "a=b", outcome: "200 -" },
  { name: "a user", host: "app", visitor: "alice", outcome: "200 alice" },
  { name: "another user", host: "app", visitor: "bob", outcome: "200 bob" },
  { name: "a user's POST", host: "app", visitor: "bob", method: "POST", body: "a=b", outcome: "200 bob" },
  { name: "a user's PUT", host: "app", visitor: "bob", method: "PUT", body: "a=b", outcome: "200 bob" },
  { name: "a user's DELETE", host: "app", visitor: "bob", method: "DELETE", outcome: "200 bob" },
  { name: "a user's PATCH", host: "app", visitor: "bob", method: "PATCH", body: "{}", outcome: "200 bob" },
  { name: "a user's OPTIONS", host: "app", visitor: "bob", method: "OPTIONS", outcome: "200 bob" },
  { name: "a user's XHR", host: "app", visitor: "bob", headers: xhr, outcome: "200 bob" },
  { name: "a user's query", host: "app", path: "/a/b?c=%2F&d", visitor: "alice", outcome: "200 alice" },
  { name: "a user outside the group", host: "admin", visitor: "bob", headers: page, outcome: "403" },
  { name: "a user outside the group, a script", host: "admin", visitor: "bob", headers: json, outcome: "403" },
  { name: "an admin with one factor", host: "admin", visitor: "alice", headers: page, outcome: "302 login" },
  { name: "an admin with one factor, a script", host: "admin", visitor: "alice", headers: json, outcome: "401 login" },
  {
    ...{ name: "an admin with one factor, a form with its page", host: "admin", visitor: "alice" as const },
    ...{ path: "/save", method: "POST", page: "/edit?a=b", headers: page, outcome: "303 login" },
  },
  { name: "the portal", host: "auth", headers: page, outcome: "200 portal" },
];

const asNobody: readonly Request[] = [
  ...["GET", "OPTIONS"].map((method) => ({ name: method, host: "app", method, headers: page, outcome: "302 login" })),
  ...["POST", "PUT", "DELETE", "PATCH"].map((method) => ({
    ...{ name: method, host: "app", method, headers: page, outcome: "303 login" },
  })),
  { name: "HEAD", host: "app", method: "HEAD", headers: page, outcome: "302 login" },
  { name: "a deep path", host: "app", path: "/a/b?c=d&e=%20f", headers: page, outcome: "302 login" },
  { name: "any Accept", host: "app", headers: [["accept", "*/*"]], outcome: "302 login" },
  { name: "JSON", host: "app", headers: json, outcome: "401 login" },
  { name: "XHR", host: "app", headers: xhr, outcome: "401 login" },
  { name: "no Accept", host: "app", outcome: "401 login" },
  { name: "a page's fetch", host: "app", headers: fetchedAs("cors", "empty"), outcome: "401 login" },
  { name: "a page's script file", host: "app", headers: fetchedAs("no-cors", "script"), outcome: "401 login" },
  {
    name: "a page's fetch by POST",
    host: "app",
    method: "POST",
    headers: fetchedAs("cors", "empty"),
    outcome: "401 login",
  },
  { name: "a frame", host: "app", headers: fetchedAs("navigate", "iframe"), outcome: "302 login" },
  {
    ...{ name: "a page before it is asked for", host: "app", outcome: "401 login" },
    headers: [...fetchedAs("navigate", "document"), ["Sec-Purpose", "prefetch;prerender"]],
  },
  {
    ...{ name: "a form with its page", host: "app", path: "/save", method: "POST", page: "/edit?a=b" },
    ...{ headers: fetchedAs("navigate", "document", page[0]![1]), outcome: "303 login" },
  },
  { name: "JSON by POST", host: "app", method: "POST", headers: json, body: "{}", outcome: "401 login" },
  { name: "two factors", host: "admin", headers: page, outcome: "302 login" },
];
const anonymous = asNobody.map((request) => ({ ...request, name: `anonymous: ${request.name}` }));

const withSessions: readonly Omit<Request, "host">[] = [
  { name: "a forged cookie", headers: [...page, ["cookie", `zerohop_session=${evil}`]], outcome: "302 login" },
  { name: "an empty cookie", headers: [...page, ["cookie", "zerohop_session="]], outcome: "302 login" },
  { name: "another's cookie name", headers: [...page, ["cookie", "zerohop_session2=a.b.c"]], outcome: "302 login" },
  { name: "a revoked session", visitor: "revoked", headers: page, outcome: "302 login" },
  { name: "a revoked session, a script", visitor: "revoked", headers: json, outcome: "401 login" },
  {
    ...{ name: "a lease that has run out", visitor: "stale", headers: page, outcome: "200 alice" },
    differs: { "traefik plugin": byThePortal("302 login") },
  },
  {
    ...{ name: "a lease that has run out, a script", visitor: "stale", headers: json, outcome: "200 alice" },
    awaitsHost: true,
  },
  {
    ...{
      name: "a lease that has run out, by POST",
      visitor: "stale",
      method: "POST",
      headers: page,
      body: "a",
      outcome: "200 alice",
    },
    awaitsHost: true,
  },
  { name: "a session that has ended", visitor: "ended", headers: page, outcome: "302 login" },
];
const sessions = withSessions.map((request) => ({ host: "app", ...request }));

const credentials: readonly Request[] = [
  {
    ...{ name: "Basic, right", host: "app", headers: basic("alice", "demo"), outcome: "200 alice" },
    differs: { "traefik plugin": noCredentials("401 login") },
  },
  {
    ...{ name: "Basic, wrong", host: "app", headers: [...page, ...basic("alice", "no")], outcome: "401 basic" },
    differs: { "traefik plugin": noCredentials("302 login") },
  },
  ...[
    { name: "Basic, nobody's", host: "app", headers: basic("nobody", "demo"), outcome: "401 basic" },
    { name: "Basic, malformed", host: "app", headers: [["authorization", "Basic !"]] as const, outcome: "401 basic" },
    { name: "Basic, two factors needed", host: "admin", headers: basic("alice", "demo"), outcome: "401 basic" },
    { name: "Basic, outside the group", host: "admin", headers: basic("bob", "demo"), outcome: "403" },
  ].map((request) => ({ ...request, differs: { "traefik plugin": noCredentials("401 login") } })),
  { name: "Basic, wrong, bypass", host: "public", headers: basic("alice", "no"), outcome: "200 -" },
  {
    ...{ name: "Basic over a cookie", host: "app", visitor: "bob", headers: basic("alice", "demo") },
    ...{ outcome: "200 alice", differs: { "traefik plugin": noCredentials("200 bob") } },
  },
  {
    name: "Digest",
    host: "app",
    headers: [["authorization", "Digest username=a"]],
    outcome: "401 basic",
    differs: {
      envoy: anothersScheme("401 login"),
      "caddy module": anothersScheme("401 login"),
      "nginx-wasm": anothersScheme("401 login"),
      "traefik plugin": anothersScheme("401 login"),
    },
  },
  { name: "Basic, right, bypass", host: "public", headers: basic("alice", "demo"), outcome: "200 -" },
  {
    ...{ name: "Proxy-Authorization, right", host: "app", headers: proxyBasic("alice", "demo"), outcome: "200 alice" },
    differs: { caddy: unseen("401 login"), "traefik plugin": noCredentials("401 login") },
  },
  { name: "Proxy-Authorization, wrong, bypass", host: "public", headers: proxyBasic("alice", "no"), outcome: "200 -" },
  {
    ...{ name: "Proxy-Authorization of another scheme, bypass", host: "public", outcome: "200 -" },
    headers: [["proxy-authorization", "Bearer x"]],
  },
  {
    ...{ name: "Bearer and a cookie", host: "app", visitor: "bob", headers: bearer },
    outcome: "200 bob with Bearer x",
  },
  {
    ...{ name: "Token and a cookie", host: "app", visitor: "bob", headers: [["authorization", "token x"]] },
    outcome: "200 bob with token x",
  },
  {
    ...{ name: "Basic behind a tab, bypass", host: "public", headers: [["authorization", "Basic\tYWxpY2U6ZGVtbw=="]] },
    outcome: "200 -",
  },
  { name: "Bearer, bypass", host: "public", headers: bearer, outcome: "200 - with Bearer x" },
  {
    ...{ name: "Digest, bypass", host: "public", headers: [["authorization", "Digest username=a"]] },
    outcome: "200 - with Digest username=a",
  },
  ...[
    { name: "Bearer, then Basic", host: "app", headers: [...bearer, ...basic("alice", "demo")], joined: "401 login" },
    { name: "Basic, then Bearer", host: "app", headers: [...basic("alice", "demo"), ...bearer], joined: "401 basic" },
    { name: "Bearer twice, bypass", host: "public", headers: twoBearers, joined: "200 - with Bearer x,Bearer y" },
  ].map(({ name, host, headers, joined }) => ({
    ...{ name: `two lines of Authorization: ${name}`, host, headers, outcome: "400" },
    differs: inEnvoy(oneLine(joined)),
  })),
];

const chunked: HeaderLines = [["transfer-encoding", "chunked"]];
const bodies: readonly Request[] = [
  { host: "app", name: "a user's", visitor: "bob" as const, outcome: "200 bob" },
  { host: "public", name: "anybody's", outcome: "200 -" },
  { host: "app", name: "nobody's", outcome: "401 login" },
].map((request) => ({
  ...{ ...request, name: `a body in chunks: ${request.name}` },
  ...{ method: "POST", headers: chunked, body: "x".repeat(100_000) },
}));

const large: readonly Request[] = [
  { name: "of a known length", headers: [] as HeaderLines },
  { name: "in chunks", headers: chunked },
].map(({ name, headers }) => ({
  ...{ name: `a body of 2 MB: ${name}`, host: "app", visitor: "bob" as const, method: "POST", headers },
  ...{ body: "x".repeat(2_000_000), outcome: "200 bob" },
}));

const eventSource: HeaderLines = [["accept", "text/event-stream"]];
const fetched: HeaderLines = [["accept", "*/*"]];

const eventStreams: readonly Request[] = [
  { name: "a user's", host: "app", visitor: "bob" as const, headers: eventSource, outcome: "200 event" },
  { name: "anybody's", host: "public", headers: eventSource, outcome: "200 event" },
  { name: "a script's", host: "app", visitor: "bob" as const, headers: fetched, outcome: "200 event" },
  {
    name: "compressed",
    host: "app",
    visitor: "bob" as const,
    headers: eventSource,
    path: "?gzip",
    outcome: "200 event",
  },
  {
    ...{ name: "of another type", host: "app", visitor: "bob" as const, headers: fetched },
    ...{ path: "?type=application/x-ndjson", outcome: "200 event" },
  },
  ...[
    { name: "behind a logout", headers: eventSource },
    { name: "a script's, behind a logout", headers: fetched },
  ].map((request) => ({
    ...{ ...request, host: "app", logsOut: true, outcome: "200 ended" },
    differs: Object.fromEntries(askedOnce.map((proxy) => [proxy, openStreams("200 goes on")])),
  })),
].map(({ path = "", ...request }: Omit<Request, "path"> & { readonly path?: string }) => ({
  ...{ ...request, name: `event stream: ${request.name}`, path: `/events${path}`, eventStream: true },
}));

const webSockets: readonly Request[] = [
  { host: "app", name: "a user's", visitor: "bob" as const, outcome: "101 hello" },
  { host: "public", name: "anybody's", outcome: "101 hello" },
  { host: "app", name: "nobody's", outcome: "401" },
  { host: "app", name: "a revoked session's", visitor: "revoked" as const, outcome: "401" },
  { host: "admin", name: "one outside the group", visitor: "bob" as const, outcome: "403" },
].map((request) => ({ ...request, name: `WebSocket: ${request.name}`, path: "/socket", webSocket: true }));

const key: HeaderLines = [
  ["Sec-WebSocket-Version", "13"],
  ["Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="],
];
const otherUpgrade = (value: string): HeaderLines => [
  ["Connection", "Upgrade, HTTP2-Settings"],
  ["Upgrade", value],
  http2Settings,
  ...key,
];

const upgrades: readonly Request[] = [
  { name: "h2c, anybody's", host: "public", headers: h2cUpgrade, outcome: "200 -" },
  { name: "h2c, a user's", host: "app", visitor: "bob" as const, headers: h2cUpgrade, outcome: "200 bob" },
  { name: "h2c, nobody's", host: "app", headers: h2cUpgrade, outcome: "401 login" },
  {
    ...{ name: "websocket and h2c", host: "public", headers: otherUpgrade("websocket, h2c"), outcome: "200 -" },
    differs: inEnvoy(namedUpgrades("403")),
  },
  {
    ...{ name: "another protocol", host: "public", headers: otherUpgrade("tcp"), outcome: "200 -" },
    differs: inEnvoy(namedUpgrades("403")),
  },
].map((request) => ({ ...request, name: `upgrade to ${request.name}` }));

const identity = ["Remote-User", "Remote-Groups", "Remote-Name", "Remote-Email"];
/** What frameworks take host, path, method or client from, and what other portals name their users in. */
const forwarding = [
  ...[
    "Forwarded",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Method",
    "X-Forwarded-Port",
    "X-Forwarded-Prefix",
  ],
  ...["X-Forwarded-Server", "X-Forwarded-Uri", "X-Original-URI", "X-Original-URL", "X-Real-IP", "X-Rewrite-URL"],
  ...["X-Forwarded-User", "X-Forwarded-Groups", "X-Forwarded-Email", "X-Forwarded-Preferred-Username"],
];
const lines = (names: readonly string[]): HeaderLines => names.map((name) => [name, evil]);
/** The names with another character in place of the first hyphen, of the last, and of all. */
const aliases = (by: string) =>
  [...identity, ...forwarding.slice(1)].flatMap((name) => [
    ...new Set([name.replace("-", by), name.replace(/-(?=[^-]*$)/, by), name.replaceAll("-", by)]),
  ]);
/** All that a header's name may have in it beside letters, digits and hyphens (RFC 9110, section 5.6.2). */
const separators = [..."_.!#$%&'*+^`|~"];

const forged: readonly Request[] = [
  ...["Remote-User", "remote-user", "REMOTE-USER", "remote_user", "Remote_User", "REMOTE_GROUPS", "remote.user"].map(
    (name) => ({ name, headers: lines([name]) }),
  ),
  { name: "Remote-* all at once, twice", headers: lines([...identity, ...identity]) },
  ...forwarding.map((name) => ({ name, headers: lines([name]) })),
  ...separators.map((by) => ({ name: `${by} for - in all of these`, headers: lines(aliases(by)) })),
].map(({ name, headers }) => ({ name: `forged for nobody: ${name}`, host: "public", headers, outcome: "200 -" }));

/** What a user is, and is not, where the client says otherwise. */
const values: readonly Request[] = [
  {
    name: "in no group, without an address",
    visitor: "carol" as const,
    headers: lines(identity),
    outcome: "200 carol in 0 groups",
  },
  { name: "in two groups", visitor: "alice" as const, headers: lines(identity), outcome: "200 alice in 2 groups" },
  { name: "in 80 groups", visitor: "dora" as const, headers: lines(identity), outcome: "200 dora in 80 groups" },
  {
    ...{
      name: "in 80 groups, whose lease has run out",
      visitor: "dora's lease" as const,
      outcome: "200 dora in 80 groups",
    },
    awaitsHost: true,
  },
  {
    ...{ name: "in 500 groups", visitor: "mona" as const, headers: lines(identity), outcome: "200 mona in 500 groups" },
    awaitsHost: true,
  },
  {
    ...{
      name: "in 500 groups, whose lease has run out",
      visitor: "mona's lease" as const,
      outcome: "200 mona in 500 groups",
    },
    awaitsHost: true,
  },
].map((request) => ({ ...request, name: `a user ${request.name}`, host: "app", countsGroups: true }));

/** Rules can ask which provider somebody has signed in with; applications are told of their groups alone. */
const ofProviders: readonly Request[] = [
  { name: "one of them", path: "/company", visitor: "bob@company" as const, outcome: "200 bob@company" },
  { name: "somebody with a password", path: "/company", visitor: "bob" as const, outcome: "403" },
  { name: "nobody", path: "/company", outcome: "302 login" },
  {
    ...{ name: "one of them elsewhere, in one group", visitor: "bob@company" as const, headers: lines(identity) },
    ...{ countsGroups: true, outcome: "200 bob@company in 1 groups" },
  },
].map(({ name, ...request }) => ({
  ...{ headers: page, ...request },
  ...{ name: `a rule for people of a provider: ${name}`, host: "app" },
}));

const trailers: readonly Request[] = [
  { name: "announced", headers: [...chunked, ["trailer", identity.join(", ")]] as HeaderLines },
  { name: "unannounced", headers: chunked },
].map(({ name, headers }) => ({
  ...{ name: `Remote-* behind a body in chunks, ${name}`, host: "public", method: "POST", body: "a" },
  ...{ headers, trailers: lines(identity), outcome: "200 -" },
}));

/** Spellings of one cookie that lenient backends take for another. */
const cookieSpellings: readonly Request[] = [
  { name: "a blank before =", cookie: (session: string) => `a=1; ${session.replace("=", " =")}; b=2` },
  { name: "a tab before =", cookie: (session: string) => `a=1; ${session.replace("=", "\t=")}; b=2` },
  { name: "blanks and tabs around", cookie: (session: string) => `a=1; \t ${session.replace("=", "\t = ")} ; b=2` },
  { name: "first, behind a tab", cookie: (session: string) => `\t${session}; b=2` },
  { name: "alone, with a blank before =", cookie: (session: string) => session.replace("=", " =") },
  { name: "no blank behind ;", cookie: (session: string) => `a=1;${session};b=2` },
  { name: "three times", cookie: (session: string) => `${session}; ${session.replace("=", " =")}; a=1;\t${session}` },
].map(({ name, cookie }) => ({
  ...{ name: `the session's cookie: ${name}`, host: "app", visitor: "alice" as const, cookie, outcome: "200 alice" },
}));

const targets: readonly Request[] = [
  { name: "X-Forwarded-Host", headers: [["X-Forwarded-Host", "public.zerohop.localhost"]] as HeaderLines },
  { name: "X-Forwarded-Method", headers: [["X-Forwarded-Method", "OPTIONS"]] as HeaderLines },
  { name: "X-Original-URL", headers: [["X-Original-URL", "https://public.zerohop.localhost/"]] as HeaderLines },
  { name: "X-Forwarded-Proto", headers: [["X-Forwarded-Proto", "http"]] as HeaderLines },
  { name: "X-Authelia-URL", headers: [["X-Authelia-URL", "https://evil.zerohop.localhost/"]] as HeaderLines },
  { name: "Remote-User", headers: [["Remote-User", "alice"]] as HeaderLines },
].map(({ name, headers }) => ({
  ...{ name: `a forged ${name} lets nobody in`, host: "app", headers: [...page, ...headers], outcome: "302 login" },
}));

/** `Connection` names headers that end at the next hop (RFC 9110, section 7.6.1): a client's choice. */
const hopByHop: readonly Request[] = [
  { name: "Remote-User", host: "app", visitor: "bob" as const, outcome: "200 bob" },
  { name: "X-Forwarded-Host", host: "app", outcome: "302 login", differs: inEnvoy(namedForwarded("400")) },
  { name: "X-Forwarded-Uri", host: "app", outcome: "302 login" },
  { name: "X-Original-URL", host: "app", outcome: "302 login" },
  { name: "Cookie", host: "admin", visitor: "alice" as const, outcome: "302 login" },
].map((request) => ({
  ...{ ...request, name: `Connection: close, ${request.name}` },
  ...{ headers: [...page, ["connection", `close, ${request.name}`]] as HeaderLines },
}));

const cleaned = Object.fromEntries(
  ["envoy", "envoy ext_authz", "traefik", "traefik plugin"].map((proxy) => [proxy, cleanedPath("200 alice")]),
);

const oddPaths: readonly Omit<Request, "host">[] = [
  { name: "an escaped slash", path: "/a%2fb", outcome: "200 alice" },
  { name: "an escaped slash alone", path: "/api/queues/%2F/name?a=%2F", outcome: "200 alice" },
  { name: "an escaped slash last", path: "/@scope%2F", outcome: "200 alice" },
  { name: "an escaped slash and #", path: "/C%23%2Fa;b=c", outcome: "200 alice" },
  { name: "an escaped backslash", path: "/a%5cb", outcome: "200 alice" },
  { name: "a doubled escape", path: "/%2561%2520b", outcome: "200 alice" },
  { name: "a percent sign", path: "/100%25", outcome: "200 alice" },
  { name: "escaped slashes around ..", path: "/a%2f..%2fb", outcome: "400" },
  { name: "an escaped slash behind ..", path: "/a/..%2fb", outcome: "400" },
  { name: "an escaped slash behind escaped dots", path: "/%2e%2e%2fb", outcome: "400" },
  { name: "escaped backslashes around ..", path: "/a%5c..%5cb", outcome: "400" },
  { name: "a doubly escaped slash", path: "/job/a%252Fb/", outcome: "200 alice" },
  { name: "doubly escaped slashes around ..", path: "/a%252f..%252fb", outcome: "400" },
  { name: "parameters of nothing, last", path: "/a/;jsessionid=1", outcome: "200 alice" },
  { name: "parameters of nothing", path: "/;/a", outcome: "400" },
  { name: "an escaped slash among parameters", path: "/a;b%2fc", outcome: "400" },
  { name: "an escaped slash first", path: "/%2fa", outcome: "400" },
  { name: "a NUL", path: "/a%00b", outcome: "400", differs: { apache: apachesNul("404") } },
  { name: "an invalid escape", path: "/%zz", outcome: "400" },
  { name: "invalid UTF-8", path: "/%ff", outcome: "400" },
  { name: "dot segments", path: "/a/../b", outcome: "400", differs: cleaned },
  { name: "an empty segment", path: "//a", outcome: "400", differs: cleaned },
  { name: "an escaped letter", path: "/%61", outcome: "200 alice" },
];
const odd = oddPaths.map((request) => ({
  ...request,
  keepsTarget: !request.differs && request.path !== "/%61",
  ...{ name: `path: ${request.name}`, host: "app", visitor: "alice" as const },
}));

export const requests: readonly Request[] = [
  ...access,
  ...anonymous,
  ...sessions,
  ...credentials,
  ...bodies,
  ...large,
  ...eventStreams,
  ...webSockets,
  ...upgrades,
  ...forged,
  ...values,
  ...ofProviders,
  ...trailers,
  ...cookieSpellings,
  ...targets,
  ...hopByHop,
  ...odd,
];
