// What the rules for Traefik look at: entry points, routers, middlewares and services, from the static and the dynamic
// configuration together. Traefik compares keys without regard to case.
import { existsSync, globSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join } from "node:path";
import { originOf } from "../address.ts";
import { Entry, type SameKey, type TreeDocument } from "../entry.ts";
import type { NamedPart } from "../kind.ts";
import { isPortalName, portalsFrom } from "../portal-name.ts";
import type { Site } from "../site.ts";

const sameKey: SameKey = (written, wanted) => written === wanted || written.toLowerCase() === wanted.toLowerCase();

/** A part of the configuration, and the provider that Traefik has it from: `file`, `docker`, `kubernetescrd`. */
export interface Source extends NamedPart {
  /** Where a file that it names is on this machine, for one that names those of a container. */
  readonly inside?: (name: string) => string;
}

/** Middlewares, services or routers of all providers. */
export interface Named {
  readonly all: readonly Entry[];
  /** What a name stands for in an entry: `gate` is of the entry's own provider, `gate@file` of that one. */
  find(name: string, near: Entry): Entry | undefined;
}

export interface TraefikConfig {
  readonly site: Site;
  readonly roots: readonly Entry[];
  /** By name, in lower case. Empty: the static configuration is not in view. */
  readonly entryPoints: ReadonlyMap<string, Entry>;
  readonly routers: readonly Router[];
  readonly middlewares: readonly Entry[];
  readonly services: Named;
  /** What the static configuration loads, by the name that middlewares use, in lower case. */
  readonly loadedPlugins: ReadonlyMap<string, Entry>;
  readonly tcpRouters: readonly Entry[];
  readonly tcpServices: Named;
  /** What names files of dynamic configuration that are not on this machine. */
  readonly missingFiles: readonly Entry[];
  /** `host:port` of the host, as far as the files show it. */
  readonly portals: ReadonlySet<string>;
  /** Hosts that are reached without leaving this machine, or the cluster. */
  isNear(host: string): boolean;
}

export interface Router {
  readonly entry: Entry;
  readonly entryPoints: readonly Entry[];
  /** What a request goes through, in order: the entry point's, then the router's, chains resolved. */
  readonly middlewares: readonly Middleware[];
  /** `host:port` of the servers of its service. */
  readonly authorities: readonly string[];
  readonly service: string;
  /** Whether it hands requests to the routers below it (`parentRefs`) and to no service. */
  readonly isParent: boolean;
}

export interface Middleware {
  readonly name: string;
  /** undefined: defined somewhere else. */
  readonly entry: Entry | undefined;
  /** `forwardAuth`, `stripPrefix`, … in lower case. */
  readonly kind: string;
  readonly isGate: boolean;
}

/** `beside` has middlewares that routers can name where no source has them; nothing else of it counts, and it is not looked at. */
export function readTraefikConfig(
  sources: readonly Source[],
  site: Site,
  isNear: (host: string) => boolean = () => false,
  beside: readonly NamedPart[] = [],
): TraefikConfig {
  const rootOf = ({ document }: NamedPart) => Entry.root(document, sameKey);
  const roots = sources.map(rootOf);
  const providers = new Map([...sources, ...beside].map(({ document, provider }) => [document, provider]));
  const named = (...path: readonly string[]) => namesOf(roots, providers, path);
  const entryPoints = collect(roots, "entryPoints");
  const own = named("http", "middlewares");
  const others = namesOf(beside.map(rootOf), providers, ["http", "middlewares"]);
  const middlewares: Named = { all: own.all, find: (name, near) => own.find(name, near) ?? others.find(name, near) };
  const services = named("http", "services");
  const routers = named("http", "routers");
  const loadedPlugins = new Map([
    ...collect(roots, "experimental", "plugins"),
    ...collect(roots, "experimental", "localPlugins"),
  ]);
  const gates = [...own.all, ...others.all].filter((entry) => isGate(entry, loadedPlugins));
  const asked = new Set(gates.flatMap((entry) => authorityOf(entry.get("forwardAuth", "address").text ?? "")));
  for (const service of services.all)
    for (const authority of authoritiesOf(service))
      if (isPortalName(service.key) || isPortalName(authority.replace(/(\.[\w-]+\.svc|:\d+)$/, "")))
        asked.add(authority);
  const unchain = unchaining(middlewares, loadedPlugins);
  const read = reading(routers, entryPoints, unchain, services);
  const all = routers.all.map(read);
  const ofPortalHosts = all.filter(({ entry }) =>
    namesIn(entry, "Host").some((name) => site.portalHosts.includes(name)),
  );
  const portals = portalsFrom(
    asked,
    ofPortalHosts.flatMap(({ authorities }) => authorities),
  );
  return {
    site,
    roots,
    entryPoints,
    middlewares: middlewares.all,
    services,
    portals,
    isNear,
    missingFiles: sources.flatMap((source) => missingFileOf(source) ?? []),
    loadedPlugins,
    routers: all,
    tcpRouters: named("tcp", "routers").all,
    tcpServices: named("tcp", "services"),
  };
}

/** The names that a rule's matcher lists, in lower case. */
export function namesIn(router: Entry, matcher: string): string[] {
  const calls = (router.get("rule").text ?? "").matchAll(new RegExp(`\\b${matcher}\\(([^)]*)\\)`, "gi"));
  return [...calls].flatMap(([, list]) =>
    [...list!.matchAll(/[`"']([^`"']+)[`"']/g)].map(([, name]) => name!.toLowerCase()),
  );
}

/** The files of dynamic configuration that a static one names, as far as they are on this machine. */
export function dynamicFilesOf({ document, inside = (name) => name }: Pick<Source, "document" | "inside">): string[] {
  const provider = Entry.root(document, sameKey).get("providers", "file");
  const folder = dirname(document.file);
  const { text: file } = provider.get("filename");
  const { text: directory } = provider.get("directory");
  if (file !== undefined) return candidates(folder, inside(file)).filter(isFile).slice(0, 1);
  const found =
    directory === undefined ? undefined : candidates(folder, inside(directory)).find((name) => existsSync(name));
  if (found === undefined) return [];
  return globSync(join(found, "**", "*.{yml,yaml,toml}"))
    .filter(isFile)
    .filter((name) => name !== document.file)
    .sort();
}

/** Where a static configuration names files of dynamic configuration of which none is on this machine. */
function missingFileOf(source: Source): Entry | undefined {
  const provider = Entry.root(source.document, sameKey).get("providers", "file");
  const named = provider.get("filename").exists ? provider.get("filename") : provider.get("directory");
  return named.text !== undefined && dynamicFilesOf(source).length === 0 ? named : undefined;
}

/** Whether an entry point only says where HTTPS is. */
export function isRedirect(point: Entry): boolean {
  return point.get("http", "redirections", "entryPoint").exists;
}

/** The authorities of a load balancer's servers, over http or tcp. */
export function authoritiesOf(service: Entry | undefined): string[] {
  const servers = service?.get("loadBalancer", "servers").list() ?? [];
  return servers.flatMap((server) => {
    const url = server.get("url").text ?? `tcp://${server.get("address").text ?? ""}`;
    return authorityOf(url);
  });
}

/** `host:port` of a URL, or the name of a cluster's service, whose port may have a name in one place and a number in another. */
export function authorityOf(url: string): string[] {
  const origin = originOf(url);
  if (!origin) return [];
  return [/^(.*\.svc)(\.[\w.-]+)?$/.exec(origin.host)?.[1] ?? origin.authority];
}

function candidates(folder: string, name: string): string[] {
  return isAbsolute(name) ? [name, join(folder, basename(name))] : [name, join(folder, name)];
}

function isFile(name: string): boolean {
  return statSync(name, { throwIfNoEntry: false })?.isFile() === true;
}

function collect(roots: readonly Entry[], ...path: readonly string[]): Map<string, Entry> {
  return new Map(
    roots.flatMap((root) =>
      root
        .get(...path)
        .entries()
        .map((entry) => [entry.key.toLowerCase(), entry] as const),
    ),
  );
}

function namesOf(
  roots: readonly Entry[],
  providers: ReadonlyMap<TreeDocument, string>,
  path: readonly string[],
): Named {
  const qualify = (name: string, near: Entry) =>
    (name.includes("@") ? name : `${name}@${providers.get(near.document)}`).toLowerCase();
  const entries = roots.flatMap((root) => root.get(...path).entries());
  const named = new Map(entries.map((entry) => [qualify(entry.key, entry), entry]));
  return { all: [...named.values()], find: (name, near) => named.get(qualify(name, near)) };
}

/** Reads a router, with what it inherits of its entry points and of the routers above it. */
function reading(
  routers: Named,
  entryPoints: ReadonlyMap<string, Entry>,
  unchain: (name: string, near: Entry) => readonly Middleware[],
  services: Named,
): (entry: Entry) => Router {
  const defaults = [...entryPoints.values()].filter((point) => point.get("asDefault").isTrue);
  const all = defaults.length > 0 ? defaults : [...entryPoints.values()];
  const above = (entry: Entry) =>
    entry
      .get("parentRefs")
      .texts()
      .flatMap((name) => routers.find(name, entry) ?? []);
  const parents = new Set(routers.all.flatMap(above));
  const pointsOf = (entry: Entry) => {
    const named = entry.get("entryPoints").texts();
    return named.length > 0 ? named.flatMap((name) => entryPoints.get(name.toLowerCase()) ?? []) : all;
  };
  const known = new Map<Entry, readonly Middleware[]>();
  const middlewaresOf = (entry: Entry, depth: number): readonly Middleware[] => {
    const found = known.get(entry);
    if (found || depth > depthLimit) return found ?? [];
    // A router that is above itself has nothing of it.
    known.set(entry, []);
    const higher = above(entry);
    // What not every entry point, or every router above, has does not protect a router.
    const inherited =
      higher.length > parentLimit
        ? []
        : higher.length > 0
          ? shared(
              higher.map((router) => middlewaresOf(router, depth + 1)),
              (one, other) => one.entry === other.entry && one.name === other.name,
            )
          : shared(
              pointsOf(entry)
                .filter((point) => !isRedirect(point))
                .map((point) => point.get("http", "middlewares").texts()),
              (one, other) => one === other,
            ).flatMap((name) => unchain(name, entry));
    const own = entry.get("middlewares").texts().slice(0, chainLimit);
    const all = [...inherited, ...own.flatMap((name) => unchain(name, entry))].slice(0, chainLimit);
    known.set(entry, all);
    return all;
  };
  return (entry) => {
    const service = entry.get("service").text ?? "";
    return {
      entry,
      entryPoints: pointsOf(above(entry)[0] ?? entry),
      middlewares: middlewaresOf(entry, 0),
      authorities: authoritiesOf(services.find(service, entry)),
      service,
      isParent: service === "" && parents.has(entry),
    };
  };
}

/** The elements of the first list that every other has as well. */
function shared<T>([first = [], ...others]: readonly (readonly T[])[], same: (one: T, other: T) => boolean): T[] {
  return first.filter((one) => others.every((list) => list.some((other) => same(one, other))));
}

/** What is behind so many middlewares of one router is not looked at: chains of chains grow without a bound. */
const chainLimit = 200;

/** Of a router below more others than this it is not looked at what they have in common. */
const parentLimit = 20;

/** Deeper than any chains of chains that work. */
const depthLimit = 50;

/** Finds the middlewares that a name stands for, each name's once. */
function unchaining(
  middlewares: Named,
  loadedPlugins: ReadonlyMap<string, Entry>,
): (name: string, near: Entry) => readonly Middleware[] {
  const known = new Map<Entry, readonly Middleware[]>();
  const unchain = (name: string, near: Entry, depth: number): readonly Middleware[] => {
    const entry = middlewares.find(name, near);
    if (!entry) return [{ name, entry, kind: "", isGate: false }];
    const found = known.get(entry);
    if (found || depth > depthLimit) return found ?? [];
    // A chain that is in itself has nothing in it, and Traefik refuses it.
    known.set(entry, []);
    const chain = entry.get("chain", "middlewares").texts();
    const [option] = entry.entries();
    const parts =
      chain.length > 0
        ? chain
            .slice(0, chainLimit)
            .flatMap((part) => unchain(part, entry, depth + 1))
            .slice(0, chainLimit)
        : [{ name, entry, kind: option?.key.toLowerCase() ?? "", isGate: isGate(entry, loadedPlugins) }];
    known.set(entry, parts);
    return parts;
  };
  return (name, near) => unchain(name, near, 0);
}

/** Whether an address is one of the host's endpoints that decide for Traefik. */
export function isEndpoint(address: string): boolean {
  return /^[a-z]+:\/\/[^/]+\/api\/(authz\/forward-auth|verify)(\?|$)/i.test(address);
}

/** What is called a gate does not make one: it asks Zerohop's host, or is its module. */
function isGate(entry: Entry, loadedPlugins: ReadonlyMap<string, Entry>): boolean {
  const { text: address = "" } = entry.get("forwardAuth", "address");
  // Whoever asks the host at a wrong path is told so, and once: `traefik-endpoint`.
  if (isEndpoint(address) || /(zerohop|authelia)|:9091$/.test(originOf(address)?.authority ?? "")) return true;
  return entry
    .get("plugin")
    .entries()
    .some(
      (plugin) =>
        ["root_keys", "bundle_file"].some((option) => plugin.get(option).written) ||
        /zerohop/i.test(`${plugin.key} ${loadedPlugins.get(plugin.key.toLowerCase())?.get("moduleName").text}`),
    );
}
