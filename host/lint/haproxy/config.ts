// What the rules for HAProxy look at: what happens to requests of an attacker between a frontend and the servers behind it,
// and how the host is asked.
import { isContainerName, isLocal, isLoopback, originOf } from "../address.ts";
import type { Arrival } from "../attack/arrival.ts";
import { isPortalName } from "../portal-name.ts";
import type { Place } from "../rule.ts";
import type { Site } from "../site.ts";
import { type Acl, readAcl } from "./condition.ts";
import { arrivalsOf } from "./journey.ts";
import type { Bind, ProxySection, Question, Server } from "./proxy-section.ts";
import type { HaproxySyntax, Section, Statement } from "./syntax.ts";

export interface HaproxyConfig {
  readonly site: Site;
  readonly proxies: readonly ProxySection[];
  readonly global: readonly Statement[];
  readonly arrivals: readonly Arrival[];
  readonly unfollowed: Place | undefined;
  readonly questions: readonly Question[];
  readonly portals: ReadonlySet<string>;
}

export function readHaproxyConfig({ sections }: HaproxySyntax, site: Site): HaproxyConfig {
  const global = sections.filter(({ kind }) => kind === "global").flatMap(({ statements }) => statements);
  const proxies = readProxies(sections);
  const questions = proxies.flatMap(({ statements }) =>
    statements.flatMap((statement) => questionOf(statement, global, proxies, site) ?? []),
  );
  const portals = new Set(questions.flatMap(({ authorities }) => authorities));
  for (const { name, servers } of proxies)
    if (isPortalName(name)) for (const { authority } of servers) portals.add(authority);
  const { arrivals, unfollowed } = arrivalsOf(proxies, questions, portals, site);
  return { site, proxies, global, questions, portals, arrivals, unfollowed };
}

function readProxies(sections: readonly Section[]): ProxySection[] {
  const proxies: ProxySection[] = [];
  const named = new Map<string, readonly Statement[]>();
  let latest: readonly Statement[] = [];
  for (const section of sections) {
    const [, base] = section.options[0] === "from" ? section.options : [];
    const inherited = base === undefined ? latest : (named.get(base) ?? latest);
    if (section.kind === "defaults") {
      latest = base === undefined ? section.statements : [...inherited, ...section.statements].slice(0, inheritLimit);
      named.set(section.name, latest);
    }
    if (/^(frontend|listen|backend)$/.test(section.kind)) proxies.push(readProxy(section, inherited));
  }
  return proxies;
}

/** What is behind so many statements of defaults on top of each other is not looked at. */
const inheritLimit = 2000;

function readProxy(section: Section, inherited: readonly Statement[]): ProxySection {
  const statements = [...inherited.slice(0, inheritLimit), ...section.statements];
  const mode = statements.findLast(({ words }) => words[0] === "mode")?.words[1];
  const acls = new Map<string, Acl[]>();
  for (const { words } of statements) {
    const [keyword, name = "", ...test] = words;
    if (keyword !== "acl") continue;
    const known = acls.get(name);
    if (known) known.push(readAcl(test));
    else acls.set(name, [readAcl(test)]);
  }
  const own = (keyword: string) => section.statements.filter(({ words }) => words[0] === keyword);
  return {
    section,
    name: section.name,
    isFrontend: section.kind !== "backend",
    isBackend: section.kind !== "frontend",
    isHttp: mode === "http",
    binds: section.kind === "backend" ? [] : own("bind").map(readBind),
    acls,
    statements,
    servers: [...own("server"), ...own("server-template")].map(readServer),
  };
}

function readBind(statement: Statement): Bind {
  const [, addresses = "", ...options] = statement.words;
  return {
    statement,
    tls: options.includes("ssl") || addresses.startsWith("quic"),
    isPublic: addresses.split(",").some((address) => !isInside(address)),
  };
}

/** Whether an address to listen on is this machine's only: a loopback one, or a socket in the file system. */
function isInside(address: string): boolean {
  return (
    /^(\/|unix@|abns@|fd@|sockpair@)/.test(address) || isLoopback(address.replace(/^ipv[46]@/, "").replace(/:\d+$/, ""))
  );
}

function readServer(statement: Statement): Server {
  const [keyword, , ...rest] = statement.words;
  const [address = "", ...options] = keyword === "server-template" ? rest.slice(1) : rest;
  const bare = address.replace(/^(ipv[46]|unix)@/, "");
  const authority = bare.startsWith("/") ? `unix:${bare}` : (originOf(`http://${bare}`)?.authority ?? bare);
  return { statement, authority, options };
}

/** The question that a rule asks the host; undefined: it asks none. */
function questionOf(
  statement: Statement,
  global: readonly Statement[],
  proxies: readonly ProxySection[],
  { identityHeaders }: Site,
): Question | undefined {
  const [keyword, action = "", ...args] = statement.words;
  if (keyword !== "http-request") return undefined;
  if (action === "lua.zerohop_authz") {
    const url = global.find(({ words }) => /^(pre)?setenv$/.test(words[0]!) && words[1] === "ZEROHOP_AUTHZ");
    const address = url?.words[2] ?? "";
    return {
      rule: statement,
      place: url ?? statement,
      kind: "zerohop",
      url: address,
      path: url === undefined ? undefined : address.replace(/^[a-z]+:\/\/[^/]*/i, ""),
      authorities: [originOf(address)?.authority ?? []].flat(),
      sets: identityHeaders.map((name) => name.toLowerCase()),
      passesHeaders: false,
    };
  }
  if (action === "lua.auth-request" || action === "lua.auth-intercept") {
    const backend = proxies.find(({ name }) => name === args[0]);
    const isIntercept = action === "lua.auth-intercept";
    return {
      rule: statement,
      place: statement,
      kind: isIntercept ? "intercept" : "request",
      path: args[1]?.includes("%[") ? undefined : args[1],
      authorities: backend?.servers.map(({ authority }) => authority) ?? [],
      sets: isIntercept ? (args[4] ?? "").toLowerCase().split(",") : [],
      passesHeaders: !isIntercept || args[3] === "*",
    };
  }
  const isOther = /^lua\.[\w.-]*(auth|zerohop|gate)/i.test(action);
  if (action !== "send-spoe-group" && !isOther) return undefined;
  return {
    rule: statement,
    place: statement,
    kind: isOther ? "other" : args[0] === "zerohop" ? "agent" : "spoe",
    path: undefined,
    authorities: [],
    sets: [],
    passesHeaders: false,
  };
}

/** Whether what is sent to a server can be read or changed on the way. */
export function isOpenToTheNetwork({ authority, options }: Server): boolean {
  const host = originOf(`http://${authority}`)?.host ?? authority;
  return !options.includes("ssl") && !isLocal(host) && !isContainerName(host);
}
