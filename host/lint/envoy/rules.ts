// What in an Envoy configuration opens a way around the gate. docs/lint.md has a paragraph about each rule.

import { isLoopback } from "../address.ts";
import type { Entry } from "../entry.ts";
import { visit } from "../entry.ts";
import { identityHeaders, type Rule } from "../rule.ts";
import {
  type ConnectionManager,
  type EnvoyConfig,
  type Gate,
  type HttpFilter,
  isOneOf,
  type Route,
  socketHost,
  typeOf,
} from "./config.ts";

type EnvoyRule = Rule<EnvoyConfig>;

/** Filters that answer requests themselves, from what they kept of answers to others. */
const cacheTypes = new Set(["CacheConfig", "cache", "FileSystemHttpCacheConfig", "CacheV2Config", "cache_v2"]);

/** Filters that act on what clients claim, or change what the gate decides about. */
const actingTypes = new Set([
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

export const envoyRules: readonly EnvoyRule[] = [
  // The gate is there, and stays in.
  {
    id: "envoy-gate-missing",
    severity: "error",
    check(config, report) {
      const gated = config.managers.filter(hasGate);
      const behindGate = new Set(
        gated.flatMap(({ routes }) => routes?.routes.flatMap(({ clusters }) => clusters) ?? []),
      );
      for (const manager of config.managers.filter((manager) => manager.forwards && !hasGate(manager))) {
        const clusters = new Set(manager.routes?.routes.flatMap((route) => route.clusters) ?? []);
        const shared = [...clusters].filter((cluster) => behindGate.has(cluster));
        const filters = manager.entry.get("http_filters");
        const reach =
          shared.length > 0 ? `reaches ${shared.join(", ")} past the gate that others have` : "forwards requests";
        report(
          filters.place(),
          `this connection manager has no gate among its http_filters and ${reach}: add the gate before the router`,
        );
      }
    },
  },
  {
    id: "envoy-filter-disabled",
    severity: "error",
    check(config, report) {
      for (const { entry } of gateFilters(config))
        if (entry.get("disabled").isTrue)
          report(
            entry.get("disabled").place(),
            "the gate is switched off unless a route switches it on: remove disabled",
          );
      for (const override of filterOverrides(config)) {
        if (!isGateName(config, override.key) || !switchesOff(override)) continue;
        if (isExtAuthzFor(config, override.key) && leadsToPortalOnly(config, override)) continue;
        report(
          override.place(),
          `the filter ${override.key} is switched off here, so requests pass undecided: remove this, and write a bypass rule into the policy instead`,
        );
      }
    },
  },
  {
    id: "envoy-filter-optional",
    severity: "error",
    check(config, report) {
      for (const { entry } of gateFilters(config))
        if (entry.get("is_optional").isTrue)
          report(
            entry.get("is_optional").place(),
            "an Envoy that cannot load the gate leaves it out and lets everybody in: remove is_optional",
          );
    },
  },
  {
    id: "envoy-filter-matcher",
    severity: "error",
    check(config, report) {
      for (const { entry } of gateFilters(config))
        if (typeOf(entry.get("typed_config")) === "ExtensionWithMatcher")
          report(
            entry.get("typed_config").place(),
            "a matcher decides which requests the gate sees: use the gate without one, and write bypass rules into the policy",
          );
    },
  },
  {
    id: "envoy-filter-order",
    severity: "error",
    check(config, report) {
      for (const { filters } of config.managers) {
        const router = filters.findIndex(({ type }) => type === "Router" || type === "router");
        for (const [index, { gate, entry }] of filters.entries())
          if (gate && router >= 0 && index > router)
            report(
              entry.place(),
              "the gate comes after the router, which never hands on a request: move it to the front",
            );
      }
    },
  },
  {
    id: "envoy-cache-before-gate",
    severity: "error",
    check(config, report) {
      for (const { entry } of filtersBeforeGate(config).filter(({ type }) => cacheTypes.has(type)))
        report(
          entry.place(),
          "a cache before the gate serves to anybody what one user was allowed to see: move it behind the gate",
        );
    },
  },
  {
    id: "envoy-filter-before-gate",
    severity: "warning",
    check(config, report) {
      for (const { entry, name, type } of filtersBeforeGate(config).filter(({ type }) => actingTypes.has(type)))
        report(
          entry.place(),
          `${name || type} acts on requests that nobody has decided about, identity headers of the client included: move it behind the gate`,
        );
    },
  },
  {
    id: "envoy-tcp-proxy",
    severity: "error",
    check(config, report) {
      const gated = new Set(
        config.managers
          .filter(hasGate)
          .flatMap(({ routes }) => routes?.routes.flatMap(({ clusters }) => clusters) ?? []),
      );
      for (const { entry, clusters } of config.tcpProxies)
        for (const cluster of clusters.filter((name) => gated.has(name)))
          report(
            entry.place(),
            `this TCP proxy reaches ${cluster}, which others reach through the gate only: remove it, or route it through the gate`,
          );
    },
  },

  // The gate and the backends read the same request.
  {
    id: "envoy-use-remote-address",
    severity: "error",
    check(config, report) {
      for (const { entry } of forwarding(config)) {
        const field = entry.get("use_remote_address");
        const deliberate =
          entry.get("xff_num_trusted_hops").number > 0 ||
          entry.get("original_ip_detection_extensions").list().length > 0;
        if (!field.isTrue && !deliberate)
          report(
            field.place(),
            "the client's X-Forwarded-For is taken for its address, so rules with networks can be met by anybody: set use_remote_address: true",
          );
      }
    },
  },
  {
    id: "envoy-trusted-hops",
    severity: "warning",
    check(config, report) {
      for (const { entry } of forwarding(config)) {
        const hops = entry.get("xff_num_trusted_hops");
        if (hops.number > 0 && !entry.get("use_remote_address").isTrue)
          report(
            hops.place(),
            "X-Forwarded-For is believed from any peer, also from one that comes past the proxies in front: set use_remote_address: true as well, or let only those proxies reach this listener",
          );
      }
    },
  },
  {
    id: "envoy-normalize-path",
    severity: "error",
    check: requiresTrue(
      "normalize_path",
      "paths like /public/../admin reach backends as they are sent: set normalize_path: true",
    ),
  },
  {
    id: "envoy-merge-slashes",
    severity: "error",
    check: requiresTrue(
      "merge_slashes",
      "//admin and /admin are two paths here and one to many backends: set merge_slashes: true",
    ),
  },
  {
    id: "envoy-escaped-slashes",
    severity: "error",
    check(config, report) {
      for (const { entry } of forwarding(config)) {
        const action = entry.get("path_with_escaped_slashes_action");
        if (!isOneOf(action, { REJECT_REQUEST: 2, UNESCAPE_AND_REDIRECT: 3 }))
          report(
            action.place(),
            "%2F and %5C are separators to some backends and characters to others: set path_with_escaped_slashes_action to REJECT_REQUEST or UNESCAPE_AND_REDIRECT",
          );
      }
    },
  },
  {
    id: "envoy-underscore-headers",
    severity: "error",
    check(config, report) {
      for (const { entry } of forwarding(config)) {
        const action = entry.get("common_http_protocol_options", "headers_with_underscores_action");
        if (!isOneOf(action, { REJECT_REQUEST: 1, DROP_HEADER: 2 }))
          report(
            action.place(),
            "CGI and WSGI backends read a client's remote_user as Remote-User: set common_http_protocol_options.headers_with_underscores_action to DROP_HEADER or REJECT_REQUEST",
          );
      }
    },
  },
  {
    id: "envoy-rewrite-headers",
    severity: "warning",
    check(config, report) {
      for (const { entry, routes } of config.routeTables) {
        const hosts = new Set(
          routes.filter(({ entry }) => entry.get("route").exists).map(({ virtualHost }) => virtualHost),
        );
        const removed = lowerCase(entry.get("request_headers_to_remove").texts());
        const missing = ["x-original-url", "x-rewrite-url"].filter(
          (name) =>
            !removed.includes(name) &&
            [...hosts].some((host) => !lowerCase(host.get("request_headers_to_remove").texts()).includes(name)),
        );
        if (hosts.size > 0 && missing.length > 0)
          report(
            entry.get("virtual_hosts").place(),
            `some frameworks take the path from ${missing.join(" and ")}, which no rule sees: add to request_headers_to_remove`,
          );
      }
    },
  },
  {
    id: "envoy-identity-headers",
    severity: "error",
    check(config, report) {
      visit(config.root, (entry) => {
        for (const added of entry.get("request_headers_to_add").list()) {
          const key = added.get("header", "key");
          if (lowerCase(identityHeaders).includes(key.text?.toLowerCase() ?? ""))
            report(
              key.place(),
              `${key.text} is set after the gate has set it, so backends may see somebody else: remove it`,
            );
        }
      });
    },
  },
  {
    id: "envoy-chunked-length",
    severity: "error",
    check(config, report) {
      for (const { entry } of config.managers) {
        const field = entry.get("http_protocol_options", "allow_chunked_length");
        if (field.isTrue)
          report(
            field.place(),
            "a request with both Content-Length and Transfer-Encoding can hide a second one inside: remove allow_chunked_length",
          );
      }
    },
  },
  {
    id: "envoy-http10",
    severity: "warning",
    check(config, report) {
      for (const { entry } of forwarding(config)) {
        const field = entry.get("http_protocol_options", "accept_http_10");
        const host = entry.get("http_protocol_options", "default_host_for_http_10").text;
        const decided = host === undefined ? "" : `, and one without Host is decided about as if it were for ${host}`;
        if (field.isTrue) report(field.place(), `HTTP/1.0 requests are accepted${decided}: remove accept_http_10`);
      }
    },
  },
  {
    id: "envoy-internal-redirect",
    severity: "warning",
    check(config, report) {
      for (const { entry } of allRoutes(config)) {
        const policy = entry.get("route", "internal_redirect_policy");
        if (policy.exists)
          report(
            policy.place(),
            "a backend's redirect is followed with the headers that the gate has already changed, without the session: let clients follow redirects, remove internal_redirect_policy",
          );
      }
    },
  },
  {
    id: "envoy-connect",
    severity: "warning",
    check(config, report) {
      visit(config.root, (entry) => {
        for (const upgrade of entry.get("upgrade_configs").list())
          if (/^connect(-udp)?$/i.test(upgrade.get("upgrade_type").text ?? ""))
            report(upgrade.place(), "what goes through a CONNECT tunnel is not seen by the gate: remove this upgrade");
      });
    },
  },
  {
    id: "envoy-websocket",
    severity: "warning",
    check(config, report) {
      for (const { entry, routes } of forwarding(config)) {
        const configs = [
          entry.get("upgrade_configs"),
          ...(routes?.routes.map((route) => route.entry.get("route", "upgrade_configs")) ?? []),
        ];
        const types = configs.flatMap((list) =>
          list.list().map((upgrade) => upgrade.get("upgrade_type").text?.toLowerCase()),
        );
        if (!types.includes("websocket"))
          report(
            entry.get("upgrade_configs").place(),
            "WebSocket handshakes fail, for no upgrade is allowed: add upgrade_configs: [{ upgrade_type: websocket }]",
          );
      }
    },
  },

  // The module runs, and fails closed.
  {
    id: "envoy-fail-open",
    severity: "error",
    check(config, report) {
      for (const { config: plugin } of wasmGates(config).map(pluginOf)) {
        const policy = plugin.get("failure_policy");
        const old = plugin.get("fail_open");
        if (isOneOf(policy, { FAIL_OPEN: 3 }))
          report(
            policy.place(),
            "after one failure of the module every request passes undecided: set failure_policy: FAIL_RELOAD",
          );
        if (old.isTrue)
          report(
            old.place(),
            "after one failure of the module every request passes undecided: remove fail_open, set failure_policy: FAIL_RELOAD",
          );
      }
    },
  },
  {
    id: "envoy-fail-closed",
    severity: "warning",
    check(config, report) {
      for (const { config: plugin } of wasmGates(config).map(pluginOf)) {
        const policy = plugin.get("failure_policy");
        if (!isOneOf(policy, { FAIL_RELOAD: 1, FAIL_OPEN: 3 }) && !plugin.get("fail_open").isTrue)
          report(
            policy.place(),
            "after one failure of the module this worker answers 503 until Envoy restarts: set failure_policy: FAIL_RELOAD",
          );
      }
    },
  },
  {
    id: "envoy-wasm-runtime",
    severity: "warning",
    check(config, report) {
      for (const { config: plugin } of wasmGates(config).map(pluginOf)) {
        const runtime = plugin.get("vm_config", "runtime");
        if (runtime.exists && runtime.text !== "envoy.wasm.runtime.v8")
          report(
            runtime.place(),
            "the gate is tested on V8 only, and Envoy's official builds have no other runtime: set runtime: envoy.wasm.runtime.v8",
          );
      }
    },
  },
  {
    id: "envoy-shared-vm",
    severity: "error",
    check(config, report) {
      const first = new Map<string, string>();
      for (const gate of wasmGates(config)) {
        const id = pluginOf(gate).config.get("vm_config", "vm_id");
        const text = first.get(id.text ?? "");
        if (text === undefined) first.set(id.text ?? "", gate.pluginText);
        else if (text !== gate.pluginText)
          report(
            id.place(),
            "two gates with different configurations share a vm_id and so their bundle: give each its own vm_id",
          );
      }
    },
  },
  {
    id: "envoy-host-cluster",
    severity: "error",
    check(config, report) {
      for (const { filter, plugin } of wasmGates(config)) {
        const name = plugin?.host_cluster;
        if (config.knowsClusters && typeof name === "string" && !config.clusters.has(name))
          report(
            filter.config.get("config", "configuration").place(),
            `host_cluster ${JSON.stringify(name)} is no cluster of this file, so no bundle and no logout reaches the gate: add the cluster, or name another`,
          );
      }
    },
  },
  {
    id: "envoy-edge-token-readable",
    severity: "warning",
    check(config, report) {
      for (const { filter, plugin } of wasmGates(config))
        if (config.readableByAll && typeof plugin?.edge_token === "string")
          report(
            filter.config.get("config", "configuration").place(),
            "every user of this machine can read the file and the edge token in it: chmod o-r, and make another token",
          );
    },
  },

  // Forward-auth.
  {
    id: "envoy-ext-authz-failure-mode",
    severity: "error",
    check(config, report) {
      for (const { config: filter } of extAuthz(config)) {
        const field = filter.get("failure_mode_allow");
        if (field.exists && !field.isFalse)
          report(field.place(), "while the host is away every request passes undecided: set failure_mode_allow: false");
      }
    },
  },
  {
    id: "envoy-ext-authz-headers",
    severity: "error",
    check(config, report) {
      for (const manager of config.managers) {
        const index = manager.filters.findIndex(({ gate }) => gate === "ext_authz");
        if (index < 0 || manager.filters.some(({ gate }) => gate === "wasm")) continue;
        const removed = headersRemovedBefore(manager, index);
        const missing = identityHeaders.filter((name) => !removed.includes(name.toLowerCase()));
        if (missing.length > 0)
          report(
            manager.filters[index]!.entry.place(),
            `where the policy lets anybody in, a client's own ${missing.join(", ")} reaches the backend: remove them with early_header_mutation_extensions, or a header_mutation filter before this one`,
          );
      }
    },
  },

  // Around the gate: the host's own connection, and Envoy's doors.
  {
    id: "envoy-portal-plaintext",
    severity: "error",
    check(config, report) {
      for (const name of config.portalClusters) {
        const cluster = config.clusters.get(name);
        if (
          !cluster ||
          cluster.get("transport_socket").exists ||
          cluster.get("transport_socket_matches").list().length > 0
        )
          continue;
        visit(cluster.get("load_assignment"), (entry) => {
          const host = socketHost(entry.get("address"));
          if (host !== undefined && !isLoopback(host))
            report(
              entry.get("address").place(),
              `passwords, sessions and the edge token go to ${host} unencrypted: add a transport_socket with TLS to the cluster ${name}`,
            );
        });
      }
    },
  },
  {
    id: "envoy-edge-api",
    severity: "warning",
    check(config, report) {
      for (const { entry, virtualHost, clusters } of allRoutes(config)) {
        if (!clusters.some((name) => config.portalClusters.has(name)) || !coversEdgeApi(entry)) continue;
        const earlier = virtualHost
          .get("routes")
          .list()
          .slice(0, Number(entry.path.at(-1)));
        if (!earlier.some((route) => !route.get("route").exists && matchesEdgeApi(route)))
          report(
            entry.place(),
            "the host's /api/edge is for gates only, and this route shows it to everybody: answer it before with direct_response: { status: 404 }",
          );
      }
    },
  },
  {
    id: "envoy-plain-http",
    severity: "warning",
    check(config, report) {
      for (const { entry, tls, address } of forwarding(config))
        if (tls === false && !isLoopback(address ?? ""))
          report(
            entry.place(),
            "this listener forwards requests that came without TLS: add a transport_socket, or let it redirect to HTTPS",
          );
    },
  },
  {
    id: "envoy-admin",
    severity: "error",
    check(config, report) {
      const address = config.root.get("admin", "address");
      const host = socketHost(address);
      if (host !== undefined && !isLoopback(host))
        report(
          address.place(),
          "whoever reaches the admin interface can read the configuration, edge token included, and stop Envoy: bind it to 127.0.0.1 or a pipe",
        );
    },
  },
];

function forwarding({ managers }: EnvoyConfig): ConnectionManager[] {
  return managers.filter(({ forwards }) => forwards);
}

function requiresTrue(field: string, message: string): EnvoyRule["check"] {
  return (config, report) => {
    for (const { entry } of forwarding(config)) if (!entry.get(field).isTrue) report(entry.get(field).place(), message);
  };
}

function hasGate({ filters }: ConnectionManager): boolean {
  return filters.some(({ gate }) => gate);
}

function gateFilters({ gates }: EnvoyConfig): HttpFilter[] {
  return gates.map(({ filter }) => filter);
}

function wasmGates({ gates }: EnvoyConfig): Gate[] {
  return gates.filter(({ filter }) => filter.gate === "wasm");
}

function extAuthz(config: EnvoyConfig): HttpFilter[] {
  return gateFilters(config).filter(({ gate }) => gate === "ext_authz");
}

function pluginOf({ filter }: Gate): { readonly config: Entry } {
  return { config: filter.config.get("config") };
}

function filtersBeforeGate({ managers }: EnvoyConfig): HttpFilter[] {
  return managers.flatMap(({ filters }) => {
    const wasm = filters.findIndex(({ gate }) => gate === "wasm");
    const first = wasm >= 0 ? wasm : filters.findIndex(({ gate }) => gate);
    return filters.slice(0, Math.max(first, 0));
  });
}

function allRoutes({ routeTables }: EnvoyConfig): Route[] {
  return routeTables.flatMap(({ routes }) => routes);
}

/** Every entry of a `typed_per_filter_config`; its key is the filter's name. */
function filterOverrides({ root }: EnvoyConfig): Entry[] {
  const overrides: Entry[] = [];
  visit(root, (entry) => overrides.push(...entry.get("typed_per_filter_config").entries()));
  return overrides;
}

function switchesOff(override: Entry): boolean {
  const inner = override.get("config");
  return override.get("disabled").isTrue || (typeOf(override) === "FilterConfig" && inner.get("disabled").isTrue);
}

/** Whether a name is that of a gate; where the file shows no filters (RDS), whether it looks like one. */
function isGateName(config: EnvoyConfig, name: string): boolean {
  const filters = gateFilters(config);
  return filters.length > 0 ? filters.some((filter) => filter.name === name) : /zerohop|ext_authz|\bwasm\b/.test(name);
}

function isExtAuthzFor(config: EnvoyConfig, name: string): boolean {
  return extAuthz(config).some((filter) => filter.name === name);
}

/** Whether all routes that an override applies to lead to the host itself. */
function leadsToPortalOnly(config: EnvoyConfig, override: Entry): boolean {
  const owner = JSON.stringify(override.path.slice(0, -2)).slice(0, -1);
  const below = allRoutes(config).filter(({ entry }) => JSON.stringify(entry.path).startsWith(owner));
  return (
    below.length > 0 &&
    below.every(({ clusters }) => clusters.length > 0 && clusters.every((name) => config.portalClusters.has(name)))
  );
}

/** The headers that are taken from requests before the filter with this index, in lower case. */
function headersRemovedBefore({ entry, filters }: ConnectionManager, index: number): string[] {
  const mutations = [
    entry.get("early_header_mutation_extensions"),
    ...filters.slice(0, index).map(({ config }) => config),
  ];
  const removed: string[] = [];
  for (const mutation of mutations)
    visit(mutation, (part) => {
      const name = part.get("remove").text;
      if (name !== undefined) removed.push(name.toLowerCase());
    });
  return removed;
}

function coversEdgeApi(route: Entry): boolean {
  const match = route.get("match");
  const prefix = match.get("prefix").text ?? match.get("path_separated_prefix").text;
  return prefix !== undefined && ("/api/edge/".startsWith(prefix) || prefix.startsWith("/api/edge"));
}

function matchesEdgeApi(route: Entry): boolean {
  const match = route.get("match");
  const prefix = match.get("prefix").text ?? match.get("path_separated_prefix").text;
  return prefix !== undefined && "/api/edge/".startsWith(prefix);
}

function lowerCase(names: readonly string[]): string[] {
  return names.map((name) => name.toLowerCase());
}
