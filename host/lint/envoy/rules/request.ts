// Envoy: the gate and the backends read the same request.
import { isEveryAddress } from "../../address.ts";
import { type Entry, whereTrue, within } from "../../entry.ts";
import { isOneOf as isAmong } from "../../identity-headers.ts";
import { type Rule, wherever } from "../../rule.ts";
import { type EnvoyConfig, isOneOf, typeOf } from "../config.ts";
import { addressDetections, allRoutes, forwarding, lowerCase, ofForwarding, requiresTrue } from "../queries.ts";

export const requestRules: readonly Rule<EnvoyConfig>[] = [
  {
    id: "envoy-use-remote-address",
    severity: "error",
    check(config, report) {
      for (const { entry } of forwarding(config)) {
        const field = entry.get("use_remote_address");
        const deliberate = entry.get("xff_num_trusted_hops").number > 0 || addressDetections(entry).length > 0;
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
        for (const detection of addressDetections(entry))
          if (typeOf(detection) === "CustomHeaderConfig")
            report(
              detection.place(),
              `the client's address is what ${detection.get("header_name").text} says, also from one that comes past the proxies in front: let only those proxies reach this listener`,
            );
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
    id: "envoy-trusted-cidrs",
    severity: "error",
    check: wherever(
      (config) =>
        forwarding(config)
          .flatMap(({ entry }) => addressDetections(entry))
          .flatMap((detection) => detection.get("xff_trusted_cidrs", "cidrs").list())
          .filter(isWide),
      "every client can say what its address is, so rules with networks can be met by anybody: name your proxies only",
    ),
  },
  {
    id: "envoy-proxy-protocol",
    severity: "warning",
    check({ listenerFilters }, report) {
      for (const { filter, listener } of listenerFilters)
        if (
          !isForNamedPeers(listener) &&
          (typeOf(filter.get("typed_config")) === "ProxyProtocol" ||
            /proxy_protocol$/.test(filter.get("name").text ?? ""))
        )
          report(
            filter.place(),
            "whoever connects writes the client's address into the PROXY protocol: name your load balancers in direct_source_prefix_ranges of each filter_chain_match, or let only them reach this listener",
          );
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
    check: wherever(
      (config) =>
        ofForwarding(config, "path_with_escaped_slashes_action").filter(
          (action) => !isOneOf(action, { KEEP_UNCHANGED: 1, REJECT_REQUEST: 2, UNESCAPE_AND_REDIRECT: 3 }),
        ),
      "%2F and %5C are separators to some backends and characters to others: set path_with_escaped_slashes_action to KEEP_UNCHANGED, for the gate to decide about them, or to REJECT_REQUEST",
    ),
  },
  {
    id: "envoy-underscore-headers",
    severity: "error",
    check: wherever(
      (config) =>
        ofForwarding(config, "common_http_protocol_options", "headers_with_underscores_action").filter(
          (action) => !isOneOf(action, { REJECT_REQUEST: 1, DROP_HEADER: 2 }),
        ),
      "CGI and WSGI backends read a client's remote_user as Remote-User: set common_http_protocol_options.headers_with_underscores_action to DROP_HEADER or REJECT_REQUEST",
    ),
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
    check: wherever(
      ({ root, site }) =>
        within(root)
          .flatMap((entry) => [...entry.get("request_headers_to_add").list(), ...orNone(entry.get("append"))])
          .map((added) => added.get("header", "key"))
          .filter((key) => isAmong(site.identityHeaders, key.text)),
      (key) => `${key.text} is set after the gate has set it, so backends may see somebody else: remove it`,
    ),
  },
  {
    id: "envoy-client-chosen-backend",
    severity: "error",
    check: wherever(
      (config) =>
        allRoutes(config)
          .flatMap(({ entry }) => [entry.get("route", "cluster_header"), entry.get("route", "host_rewrite_header")])
          .filter(({ exists }) => exists),
      ({ key, text }) =>
        `the client's ${text} chooses the backend, and the gate has decided about the host that the request names: write the ${key.startsWith("cluster") ? "cluster" : "host"} into the route`,
    ),
  },
  {
    id: "envoy-chunked-length",
    severity: "error",
    check: wherever(
      ({ managers }) =>
        managers
          .map(({ entry }) => entry.get("http_protocol_options", "allow_chunked_length"))
          .filter(({ isTrue }) => isTrue),
      "a request with both Content-Length and Transfer-Encoding can hide a second one inside: remove allow_chunked_length",
    ),
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
    check: wherever(
      (config) =>
        allRoutes(config)
          .map(({ entry }) => entry.get("route", "internal_redirect_policy"))
          .filter(({ exists }) => exists),
      "a backend's redirect is followed with the headers that the gate has already changed, without the session: let clients follow redirects, remove internal_redirect_policy",
    ),
  },
  {
    id: "envoy-connect",
    severity: "warning",
    check(config, report) {
      for (const entry of within(config.root)) {
        for (const upgrade of entry.get("upgrade_configs").list())
          if (/^connect(-udp)?$/i.test(upgrade.get("upgrade_type").text ?? ""))
            report(upgrade.place(), "what goes through a CONNECT tunnel is not seen by the gate: remove this upgrade");
        const allowed = entry.get("allow_connect");
        if (allowed.isTrue)
          report(
            allowed.place(),
            "an extended CONNECT of HTTP/2 asks for a tunnel by any protocol: remove allow_connect, for WebSockets come over HTTP/1.1",
          );
      }
    },
  },
  {
    id: "envoy-upgrade",
    severity: "error",
    check: wherever(
      ({ root }) =>
        within(root)
          .flatMap((entry) => entry.get("upgrade_configs").list())
          .filter(
            (upgrade) => !/^(websocket|connect|connect-udp)$/i.test(upgrade.get("upgrade_type").text ?? "websocket"),
          ),
      (upgrade) =>
        `one allowed request with Upgrade: ${upgrade.get("upgrade_type").text} opens a tunnel, in which any path and any Remote-User reach the backend undecided: allow websocket only`,
    ),
  },
  {
    id: "envoy-trailers",
    severity: "warning",
    check: wherever(
      ({ root }) => whereTrue(within(root), "enable_trailers"),
      "what a client sends behind a body in chunks is passed on, a Remote-User too, after the gate has looked: remove enable_trailers",
    ),
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
];

/** Whether a listener hears nobody but those whose own addresses it names. */
function isForNamedPeers(listener: Entry): boolean {
  const ranges = (chain: Entry) => chain.get("filter_chain_match", "direct_source_prefix_ranges").list();
  const chains = listener.get("filter_chains").list();
  return (
    chains.length > 0 &&
    !listener.get("default_filter_chain").exists &&
    chains.every((chain) => ranges(chain).length > 0 && !ranges(chain).some(isWide))
  );
}

/** Whether a CidrRange is every address. */
function isWide(range: Entry): boolean {
  return isEveryAddress(`${range.get("address_prefix").text}/${range.get("prefix_len").text ?? 0}`);
}

function orNone(entry: Entry): Entry[] {
  return entry.exists ? [entry] : [];
}
