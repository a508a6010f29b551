// What the rules for Envoy look at: listeners, connection managers, filters, routes and clusters, wherever a file has
// them. It may be a bootstrap, an LDS or RDS or CDS file, or a single resource; keys are as in YAML or as in proto3 JSON.
import { statSync } from "node:fs";
import { Entry, type SameKey, type TreeDocument, within } from "../entry.ts";
import { isPortalName } from "../portal-name.ts";
import type { Site } from "../site.ts";

/** Protobuf's JSON reader takes `use_remote_address` and `useRemoteAddress` for the same field. */
const sameField: SameKey = (written, wanted) => written === wanted || written === camelCase(wanted);

function camelCase(field: string): string {
  return field.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

export interface EnvoyConfig {
  readonly site: Site;
  readonly root: Entry;
  readonly managers: readonly ConnectionManager[];
  readonly tcpProxies: readonly TcpProxy[];
  /** Every listener's own filters, which see connections before TLS. */
  readonly listenerFilters: readonly { readonly filter: Entry; readonly listener: Entry }[];
  /** Every place where routes are: inline in a connection manager, or a resource of its own. */
  readonly routeTables: readonly RouteTable[];
  /** By name. */
  readonly clusters: ReadonlyMap<string, Entry>;
  /** Whether the file has all clusters there are. */
  readonly knowsClusters: boolean;
  /** The names of the clusters that reach the host. */
  readonly portalClusters: ReadonlySet<string>;
  readonly gates: readonly Gate[];
  /** Whether people who do not own the file can read it. */
  readonly readableByAll: boolean;
}

export interface ConnectionManager {
  /** The typed_config. */
  readonly entry: Entry;
  /** The listener's address, or undefined when the file does not show it. */
  readonly address: string | undefined;
  /** Whether clients come over TLS; undefined when the file does not show it. */
  readonly tls: boolean | undefined;
  readonly filters: readonly HttpFilter[];
  readonly routes: RouteTable | undefined;
  /** Whether any route leads to a cluster, as far as can be seen. */
  readonly forwards: boolean;
}

export interface HttpFilter {
  readonly entry: Entry;
  readonly name: string;
  /** The last part of the type: `Wasm`, `Router`; without one, what the name says. */
  readonly type: string;
  readonly config: Entry;
  readonly gate: "wasm" | "ext_authz" | undefined;
}

/** A filter that decides about requests, and the plugin configuration inside it. */
export interface Gate {
  readonly filter: HttpFilter;
  /** The configuration as data, when it is JSON. */
  readonly plugin: Readonly<Record<string, unknown>> | undefined;
  /** The text that Envoy gives to the module. */
  readonly pluginText: string;
}

export interface TcpProxy {
  readonly entry: Entry;
  readonly clusters: readonly string[];
}

export interface RouteTable {
  readonly entry: Entry;
  readonly routes: readonly Route[];
}

export interface Route {
  readonly entry: Entry;
  readonly virtualHost: Entry;
  /** Where it may lead to. */
  readonly clusters: readonly string[];
}

/** Reads a document. What it does not know it leaves out; it never throws. */
export function readEnvoyConfig(document: TreeDocument, site: Site): EnvoyConfig {
  const root = Entry.root(document, sameField);
  const listeners: Entry[] = [];
  const loneManagers: Entry[] = [];
  const tables: RouteTable[] = [];
  const clusters = new Map<string, Entry>();
  for (const entry of within(root)) {
    if (entry.get("filter_chains").exists || entry.get("default_filter_chain").exists) listeners.push(entry);
    if (typeOf(entry) === "HttpConnectionManager") loneManagers.push(entry);
    if (entry.get("virtual_hosts").exists) tables.push(readRouteTable(entry));
    if (isCluster(entry)) clusters.set(entry.get("name").text!, entry);
  }

  const inListeners = listeners.flatMap(readListener);
  const known = new Set(inListeners.map(({ entry }) => entry.value));
  const managers = [
    ...inListeners,
    ...loneManagers.filter(({ value }) => !known.has(value)).map((entry) => readManager(entry, undefined, undefined)),
  ];
  const gates = managers.flatMap(({ filters }) => filters.filter(({ gate }) => gate).map(readGate));
  const discovered = ["cds_config", "ads_config"].some((key) => root.get("dynamic_resources", key).exists);
  return {
    site,
    root,
    managers,
    tcpProxies: listeners.flatMap(readTcpProxies),
    listenerFilters: listeners.flatMap((listener) =>
      listener
        .get("listener_filters")
        .list()
        .map((filter) => ({ filter, listener })),
    ),
    routeTables: tables,
    clusters,
    knowsClusters: clusters.size > 0 && !discovered,
    portalClusters: portalClusters(gates, clusters),
    gates,
    readableByAll: isReadableByAll(document.file),
  };
}

/** The last part of a typed config's type: `…http.wasm.v3.Wasm` is `Wasm`. */
export function typeOf(entry: Entry): string {
  return /[./]([A-Za-z0-9_]+)$/.exec(entry.get("@type").text ?? "")?.[1] ?? "";
}

/** Whether an enum field has one of these values, by name or, as protobuf also allows, by number. */
export function isOneOf(entry: Entry, values: Readonly<Record<string, number>>): boolean {
  const { text } = entry;
  return Object.entries(values).some(([name, number]) => text === name || text === String(number));
}

/** The host part of an `address`; undefined for sockets in the file system and for what is not there. */
export function socketAddress(address: Entry): string | undefined {
  return address.get("socket_address", "address").text;
}

function isCluster(entry: Entry): boolean {
  if (entry.get("name").text === undefined) return false;
  const listed = entry.path.at(-2) === "clusters" && entry.get("type").exists;
  return listed || typeOf(entry) === "Cluster" || entry.get("load_assignment").exists;
}

function filterChains(listener: Entry): Entry[] {
  const fallback = listener.get("default_filter_chain");
  return [...listener.get("filter_chains").list(), ...(fallback.exists ? [fallback] : [])];
}

function readListener(listener: Entry): ConnectionManager[] {
  const address =
    socketAddress(listener.get("address")) ?? (listener.get("address", "pipe").exists ? "localhost" : undefined);
  return filterChains(listener).flatMap((chain) =>
    chain
      .get("filters")
      .list()
      .map((filter) => filter.get("typed_config"))
      .filter((config) => typeOf(config) === "HttpConnectionManager")
      .map((config) => readManager(config, address, chain.get("transport_socket").exists)),
  );
}

function readTcpProxies(listener: Entry): TcpProxy[] {
  return filterChains(listener).flatMap((chain) =>
    chain
      .get("filters")
      .list()
      .map((filter) => filter.get("typed_config"))
      .filter((config) => typeOf(config) === "TcpProxy")
      .map((entry) => ({ entry, clusters: clustersOf(entry) })),
  );
}

function readManager(entry: Entry, address: string | undefined, tls: boolean | undefined): ConnectionManager {
  const table = entry.get("route_config");
  const routes = table.exists ? readRouteTable(table) : undefined;
  return {
    entry,
    address,
    tls,
    filters: entry.get("http_filters").list().map(readFilter),
    routes,
    forwards: routes === undefined || routes.routes.some(({ entry }) => entry.get("route").exists),
  };
}

function readFilter(entry: Entry): HttpFilter {
  const outer = entry.get("typed_config").exists
    ? entry.get("typed_config")
    : entry.get("config_discovery", "default_config");
  // A filter behind a matcher is still that filter.
  const inner = typeOf(outer) === "ExtensionWithMatcher" ? outer.get("extension_config", "typed_config") : outer;
  const name = entry.get("name").text ?? "";
  const type = typeOf(inner) || name.replace(/^envoy\.filters\.http\./, "");
  return { entry, name, type, config: inner, gate: gateKind(name, type, inner) };
}

function gateKind(name: string, type: string, config: Entry): HttpFilter["gate"] {
  if (type === "ExtAuthz" || type === "ext_authz") return "ext_authz";
  if (type !== "Wasm" && !/zerohop/i.test(name)) return undefined;
  const plugin = config.get("config");
  const words = [
    name,
    plugin.get("name").text,
    plugin.get("root_id").text,
    plugin.get("vm_config", "vm_id").text,
    plugin.get("vm_config", "code", "local", "filename").text,
    plugin.get("vm_config", "code", "remote", "http_uri", "uri").text,
  ];
  const named = words.some((word) => word !== undefined && /zerohop|\bgate\.wasm$/i.test(word));
  return named || /"?root_keys"?/.test(pluginTextOf(config)) ? "wasm" : undefined;
}

function readGate(filter: HttpFilter): Gate {
  const pluginText = pluginTextOf(filter.config);
  let plugin: Gate["plugin"];
  try {
    const value: unknown = JSON.parse(pluginText);
    if (typeof value === "object" && value !== null) plugin = value as Record<string, unknown>;
  } catch {
    // The gate itself will say so: it does not start with a configuration it cannot read.
  }
  return { filter, plugin, pluginText };
}

/** A plugin's configuration: a StringValue's text, or a Struct as JSON. */
function pluginTextOf(config: Entry): string {
  const configuration = config.get("config", "configuration");
  const value = configuration.get("value");
  return value.text ?? (configuration.exists ? (JSON.stringify(value.value ?? configuration.value) ?? "") : "");
}

function portalClusters(gates: readonly Gate[], clusters: ReadonlyMap<string, Entry>): Set<string> {
  const names = gates.flatMap(({ filter, plugin }) => {
    if (filter.gate === "wasm") return typeof plugin?.host_cluster === "string" ? [plugin.host_cluster] : [];
    const { config } = filter;
    const services = [
      config.get("http_service", "server_uri", "cluster"),
      config.get("grpc_service", "envoy_grpc", "cluster_name"),
    ];
    return services.flatMap(({ text }) => text ?? []);
  });
  return new Set([...names, ...[...clusters.keys()].filter(isPortalName)]);
}

function readRouteTable(entry: Entry): RouteTable {
  const routes = entry
    .get("virtual_hosts")
    .list()
    .flatMap((virtualHost) =>
      routesBelow(virtualHost).map((route) => ({
        entry: route,
        virtualHost,
        clusters: clustersOf(route.get("route")),
      })),
    );
  return { entry, routes };
}

/** The routes of a virtual host, also those inside its matcher. */
function routesBelow(virtualHost: Entry): Entry[] {
  const routes = virtualHost.get("routes").list();
  for (const entry of within(virtualHost.get("matcher"))) {
    if (typeOf(entry) === "Route") routes.push(entry);
    if (typeOf(entry) === "RouteList") routes.push(...entry.get("routes").list());
  }
  return routes;
}

/** The clusters that a route action or a TCP proxy names. */
function clustersOf(action: Entry): string[] {
  const weighted = action.get("weighted_clusters", "clusters").list();
  return [action.get("cluster"), ...weighted.map((cluster) => cluster.get("name"))].flatMap(({ text }) => text ?? []);
}

function isReadableByAll(file: string): boolean {
  try {
    return (statSync(file).mode & 0o004) !== 0;
  } catch {
    return false;
  }
}
