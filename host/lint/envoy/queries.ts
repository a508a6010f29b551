// What the rules ask of an Envoy configuration.
import { Patterns } from "../attack/pattern.ts";
import { type Entry, within } from "../entry.ts";
import { type Rule, wherever } from "../rule.ts";
import { type ConnectionManager, type EnvoyConfig, type Gate, type HttpFilter, type Route, typeOf } from "./config.ts";

/** Filters that answer requests themselves, from what they kept of answers to others. */
export const cacheTypes = new Set(["CacheConfig", "cache", "FileSystemHttpCacheConfig", "CacheV2Config", "cache_v2"]);

/** Filters that act on what clients claim, or change what the gate decides about. */
export const actingTypes = new Set([
  "Lua",
  "lua",
  "ExternalProcessor",
  "ext_proc",
  "JwtAuthentication",
  "jwt_authn",
  "OAuth2",
  "oauth2",
  "BasicAuth",
  "basic_auth",
  "Wasm",
  "wasm",
  "ExtAuthz",
  "ext_authz",
  "GrpcJsonTranscoder",
  "grpc_json_transcoder",
  "Golang",
  "golang",
  "DynamicModuleFilter",
  "dynamic_modules",
  "AwsLambda",
  "Config_aws_lambda",
  "CredentialInjector",
  "credential_injector",
]);

export function forwarding({ managers }: EnvoyConfig): ConnectionManager[] {
  return managers.filter(({ forwards }) => forwards);
}

/** A field of those connection managers that forward requests. */
export function ofForwarding(config: EnvoyConfig, ...keys: readonly string[]): Entry[] {
  return forwarding(config).map(({ entry }) => entry.get(...keys));
}

export function requiresTrue(field: string, message: string): Rule<EnvoyConfig>["check"] {
  return wherever((config) => ofForwarding(config, field).filter(({ isTrue }) => !isTrue), message);
}

/** The extensions that find out a client's address in place of use_remote_address. */
export function addressDetections(manager: Entry): Entry[] {
  return manager
    .get("original_ip_detection_extensions")
    .list()
    .map((extension) => extension.get("typed_config"));
}

export function hasGate({ filters }: ConnectionManager): boolean {
  return filters.some(({ gate }) => gate);
}

export function gateFilters({ gates }: EnvoyConfig): HttpFilter[] {
  return gates.map(({ filter }) => filter);
}

/** A field of the gates among the filters. */
export function ofGates(config: EnvoyConfig, ...keys: readonly string[]): Entry[] {
  return gateFilters(config).map(({ entry }) => entry.get(...keys));
}

/** The modules whose configuration the file has; a control plane may have that of others. */
export function wasmGates({ gates }: EnvoyConfig): Gate[] {
  return gates.filter(({ filter }) => filter.gate === "wasm" && filter.config.get("config").exists);
}

export function extAuthz(config: EnvoyConfig): HttpFilter[] {
  return gateFilters(config).filter(({ gate }) => gate === "ext_authz");
}

export function pluginOf({ filter }: Gate): Entry {
  return filter.config.get("config");
}

/** A field of the modules. */
export function ofPlugins(config: EnvoyConfig, ...keys: readonly string[]): Entry[] {
  return wasmGates(config).map((gate) => pluginOf(gate).get(...keys));
}

export function filtersBeforeGate({ managers }: EnvoyConfig): HttpFilter[] {
  return managers.flatMap(({ filters }) => {
    const wasm = filters.findIndex(({ gate }) => gate === "wasm");
    const first = wasm >= 0 ? wasm : filters.findIndex(({ gate }) => gate);
    return filters.slice(0, Math.max(first, 0));
  });
}

export function allRoutes({ routeTables }: EnvoyConfig): Route[] {
  return routeTables.flatMap(({ routes }) => routes);
}

/** Every entry of a `typed_per_filter_config`; its key is the filter's name. */
export function filterOverrides({ root }: EnvoyConfig): Entry[] {
  return within(root).flatMap((entry) => entry.get("typed_per_filter_config").entries());
}

export function switchesOff(override: Entry): boolean {
  const inner = override.get("config");
  return override.get("disabled").isTrue || (typeOf(override) === "FilterConfig" && inner.get("disabled").isTrue);
}

/** Whether a name is that of a gate; where the file shows no filters (RDS), whether it looks like one. */
export function isGateName(config: EnvoyConfig, name: string): boolean {
  const filters = gateFilters(config);
  return filters.length > 0 ? filters.some((filter) => filter.name === name) : /zerohop|ext_authz|\bwasm\b/.test(name);
}

export function isExtAuthzFor(config: EnvoyConfig, name: string): boolean {
  return extAuthz(config).some((filter) => filter.name === name);
}

/** Whether all routes that an override applies to lead to the host itself, but for those that Envoy answers without anybody. */
export function leadsToPortalOnly(config: EnvoyConfig, override: Entry): boolean {
  const owner = JSON.stringify(override.path.slice(0, -2)).slice(0, -1);
  const below = allRoutes(config)
    .filter(({ entry }) => JSON.stringify(entry.path).startsWith(owner))
    .filter(({ entry }) => !entry.get("direct_response").exists && !entry.get("redirect").exists);
  return (
    below.length > 0 &&
    below.every(({ clusters }) => clusters.length > 0 && clusters.every((name) => config.portalClusters.has(name)))
  );
}

/** The headers that are taken from requests before the filter with this index, in lower case. */
export function headersRemovedBefore({ entry, filters }: ConnectionManager, index: number): string[] {
  const mutations = [
    entry.get("early_header_mutation_extensions"),
    ...filters.slice(0, index).map(({ config }) => config),
  ];
  return lowerCase(mutations.flatMap(within).flatMap((part) => part.get("remove").text ?? []));
}

/** Whether a route serves a path, as far as its match is on paths. */
export function servesPath(route: Entry, path: string): boolean {
  const match = route.get("match");
  const prefix = match.get("prefix").text;
  const whole = match.get("path_separated_prefix").text;
  const regex = match.get("safe_regex", "regex").text;
  if (regex !== undefined) return new Patterns().test(`^(?:${regex})$`, path) === true;
  if (whole !== undefined) return path === whole || path.startsWith(`${whole}/`);
  return prefix !== undefined ? path.startsWith(prefix) : match.get("path").text === path;
}

export function lowerCase(names: readonly string[]): string[] {
  return names.map((name) => name.toLowerCase());
}
