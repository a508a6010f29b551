// What the rules for Traefik look at: entry points, routers, middlewares and services, from the static and the dynamic
// configuration together. Traefik compares keys without regard to case.
import { existsSync, globSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join } from "node:path";
import { originOf } from "../address.ts";
import { Entry, type SameKey, type TreeDocument } from "../entry.ts";

const sameKey: SameKey = (written, wanted) => written === wanted || written.toLowerCase() === wanted.toLowerCase();

export interface TraefikConfig {
  readonly roots: readonly Entry[];
  /** By name, in lower case. Empty: the static configuration is not in view. */
  readonly entryPoints: ReadonlyMap<string, Entry>;
  readonly routers: readonly Router[];
  readonly middlewares: ReadonlyMap<string, Entry>;
  readonly services: ReadonlyMap<string, Entry>;
  /** What the static configuration loads, by the name that middlewares use, in lower case. */
  readonly loadedPlugins: ReadonlyMap<string, Entry>;
  readonly tcpRouters: readonly Entry[];
  readonly tcpServices: ReadonlyMap<string, Entry>;
  /** What names files of dynamic configuration that are not on this machine. */
  readonly missingFiles: readonly Entry[];
  /** `host:port` of the host, as far as the files show it. */
  readonly portals: ReadonlySet<string>;
}

export interface Router {
  readonly entry: Entry;
  readonly entryPoints: readonly Entry[];
  /** What a request goes through, in order: the entry point's, then the router's, chains resolved. */
  readonly middlewares: readonly Middleware[];
  /** `host:port` of the servers of its service. */
  readonly authorities: readonly string[];
  readonly service: string;
}

export interface Middleware {
  readonly name: string;
  /** undefined: defined somewhere else. */
  readonly entry: Entry | undefined;
  /** `forwardAuth`, `stripPrefix`, … in lower case. */
  readonly kind: string;
  readonly isGate: boolean;
}

export function readTraefikConfig(documents: readonly TreeDocument[]): TraefikConfig {
  const roots = documents.map((document) => Entry.root(document, sameKey));
  const entryPoints = collect(roots, "entryPoints");
  const middlewares = collect(roots, "http", "middlewares");
  const services = collect(roots, "http", "services");
  const loadedPlugins = new Map([
    ...collect(roots, "experimental", "plugins"),
    ...collect(roots, "experimental", "localPlugins"),
  ]);
  const forwardAuths = [...middlewares.values()].map((entry) => entry.get("forwardAuth", "address").text ?? "");
  const portals = new Set(forwardAuths.flatMap((address) => originOf(address)?.authority ?? []));
  for (const [name, service] of services)
    if (/^zerohop([_-](host|portal))?$/.test(name))
      for (const authority of authoritiesOf(service)) portals.add(authority);
  const unchain = unchaining(middlewares, loadedPlugins);
  return {
    roots,
    entryPoints,
    middlewares,
    services,
    portals,
    missingFiles: roots.flatMap((root) => missingFileOf(root) ?? []),
    loadedPlugins,
    routers: [...collect(roots, "http", "routers").values()].map((entry) =>
      readRouter(entry, entryPoints, unchain, services),
    ),
    tcpRouters: [...collect(roots, "tcp", "routers").values()],
    tcpServices: collect(roots, "tcp", "services"),
  };
}

/** The files of dynamic configuration that a static one names, as far as they are on this machine. */
export function dynamicFilesOf(document: TreeDocument): string[] {
  const provider = Entry.root(document, sameKey).get("providers", "file");
  const folder = dirname(document.file);
  const { text: file } = provider.get("filename");
  const { text: directory } = provider.get("directory");
  if (file !== undefined) return candidates(folder, file).filter(isFile).slice(0, 1);
  const found = directory === undefined ? undefined : candidates(folder, directory).find((name) => existsSync(name));
  if (found === undefined) return [];
  return globSync(join(found, "**", "*.{yml,yaml,toml}"))
    .filter(isFile)
    .filter((name) => name !== document.file)
    .sort();
}

/** Where a static configuration names files of dynamic configuration of which none is on this machine. */
function missingFileOf(root: Entry): Entry | undefined {
  const provider = root.get("providers", "file");
  const named = provider.get("filename").exists ? provider.get("filename") : provider.get("directory");
  return named.text !== undefined && dynamicFilesOf(root.document).length === 0 ? named : undefined;
}

/** The name of a middleware or service, without the provider that defines it: `gate@file` is `gate`. */
export function bareName(name: string): string {
  return name.replace(/@file$/i, "").toLowerCase();
}

/** The authorities of a load balancer's servers, over http or tcp. */
export function authoritiesOf(service: Entry | undefined): string[] {
  const servers = service?.get("loadBalancer", "servers").list() ?? [];
  return servers.flatMap((server) => {
    const url = server.get("url").text ?? `tcp://${server.get("address").text ?? ""}`;
    return originOf(url)?.authority ?? [];
  });
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

function readRouter(
  entry: Entry,
  entryPoints: ReadonlyMap<string, Entry>,
  unchain: (name: string) => readonly Middleware[],
  services: ReadonlyMap<string, Entry>,
): Router {
  const named = entry.get("entryPoints").texts();
  const defaults = [...entryPoints.values()].filter((point) => point.get("asDefault").isTrue);
  const all = defaults.length > 0 ? defaults : [...entryPoints.values()];
  const points = named.length > 0 ? named.flatMap((name) => entryPoints.get(name.toLowerCase()) ?? []) : all;
  // What not every entry point of the router has does not protect it.
  const [first = [], ...others] = points.map((point) => point.get("http", "middlewares").texts());
  const inherited = first.filter((name) => others.every((names) => names.includes(name)));
  const names = [...inherited, ...entry.get("middlewares").texts()];
  const service = entry.get("service").text ?? "";
  return {
    entry,
    entryPoints: points,
    middlewares: names.slice(0, chainLimit).flatMap(unchain).slice(0, chainLimit),
    authorities: authoritiesOf(services.get(bareName(service))),
    service,
  };
}

/** What is behind so many middlewares of one router is not looked at: chains of chains grow without a bound. */
const chainLimit = 200;

/** Deeper than any chains of chains that work. */
const depthLimit = 50;

/** Finds the middlewares that a name stands for, each name's once. */
function unchaining(
  middlewares: ReadonlyMap<string, Entry>,
  loadedPlugins: ReadonlyMap<string, Entry>,
): (name: string) => readonly Middleware[] {
  const known = new Map<string, readonly Middleware[]>();
  const unchain = (name: string, depth: number): readonly Middleware[] => {
    const entry = middlewares.get(bareName(name));
    if (!entry)
      return [{ name, entry: undefined, kind: "", isGate: /zerohop|authelia|forward-?auth|\bgate\b/i.test(name) }];
    const found = known.get(entry.key);
    if (found || depth > depthLimit) return found ?? [];
    // A chain that is in itself has nothing in it, and Traefik refuses it.
    known.set(entry.key, []);
    const chain = entry.get("chain", "middlewares").texts();
    const [option] = entry.entries();
    const parts =
      chain.length > 0
        ? chain
            .slice(0, chainLimit)
            .flatMap((part) => unchain(part, depth + 1))
            .slice(0, chainLimit)
        : [{ name, entry, kind: option?.key.toLowerCase() ?? "", isGate: isGate(entry, loadedPlugins) }];
    known.set(entry.key, parts);
    return parts;
  };
  return (name) => unchain(name, 0);
}

function isGate(entry: Entry, loadedPlugins: ReadonlyMap<string, Entry>): boolean {
  if (entry.get("forwardAuth").written) return true;
  return entry
    .get("plugin")
    .entries()
    .some((plugin) => /zerohop|gate/i.test(`${plugin.key} ${moduleOf(plugin.key, loadedPlugins)}`));
}

function moduleOf(plugin: string, loadedPlugins: ReadonlyMap<string, Entry>): string {
  return loadedPlugins.get(plugin.toLowerCase())?.get("moduleName").text ?? "";
}
