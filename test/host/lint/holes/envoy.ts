// Holes in configurations of Envoy, with the module and with ext_authz.
import type { Hole } from "./hole.ts";

const edgeConfig = (more: string) => `value: '{"root_keys":[],${more}}'`;
const gate = `                  - name: zerohop.gate
                    typed_config:`;
const before = (type: string) => `                  - name: before
                    typed_config: { "@type": type.googleapis.com/x.v3.${type} }
${gate}`;
const host = "address: { socket_address: { address: 127.0.0.1, port_value: 9091 } }";
const application = "route: { cluster: application_app, timeout: 0s }";
const gateFilter = / {18}- name: zerohop\.gate\n[\s\S]*?(?= {18}- name: envoy\.filters\.http\.router)/;
const off = `typed_per_filter_config: { zerohop.gate: { "@type": type.googleapis.com/envoy.config.route.v3.FilterConfig, disabled: true } }`;
const addressOfPeer = /use_remote_address: true\n +xff_num_trusted_hops: 0/;
const detection = (config: string) =>
  `original_ip_detection_extensions: [{ name: a, typed_config: { "@type": type.googleapis.com/x.v3.${config} } }]`;
const portalCluster = /- name: zerohop_host\n[\s\S]*?127\.0\.0\.1/;
const portalOverTls = (context: string) => `- name: zerohop_host
      type: STRICT_DNS
      transport_socket:
        name: envoy.transport_sockets.tls
        typed_config: { "@type": type.googleapis.com/x.v3.UpstreamTlsContext, sni: a, common_tls_context: ${context} }
      load_assignment:
        cluster_name: zerohop_host
        endpoints:
          - lb_endpoints:
              - endpoint: { address: { socket_address: { address: 10.0.0.5`;

export const envoyHoles: readonly Hole[] = [
  {
    rule: "envoy-gate-missing",
    what: "the gate is taken out",
    config: "envoy",
    edit: [gateFilter, ""],
    line: "http_filters:",
  },
  {
    rule: "envoy-gate-missing",
    what: "the plain listener forwards",
    config: "envoy",
    edit: [
      "redirect: { https_redirect: true, response_code: MOVED_PERMANENTLY }",
      "route: { cluster: application_app }",
    ],
    line: "http_filters:",
  },
  {
    rule: "envoy-filter-disabled",
    what: "a route switches it off",
    config: "envoy",
    edit: [
      application,
      `${application}\n                          typed_per_filter_config: { zerohop.gate: { "@type": type.googleapis.com/envoy.config.route.v3.FilterConfig, disabled: true } }`,
    ],
    line: "typed_per_filter_config",
  },
  {
    rule: "envoy-filter-disabled",
    what: "it is off unless a route says so",
    config: "envoy",
    edit: ["  - name: zerohop.gate\n", "  - name: zerohop.gate\n                    disabled: true\n"],
    line: "disabled: true",
  },
  {
    rule: "envoy-filter-optional",
    what: "the gate is optional",
    config: "envoy",
    edit: ["  - name: zerohop.gate\n", "  - name: zerohop.gate\n                    is_optional: true\n"],
    line: "is_optional",
  },
  {
    rule: "envoy-filter-matcher",
    what: "a matcher skips it",
    config: "extAuthz",
    edit: [
      /typed_config:\n( +"@type": type.googleapis.com\/envoy.extensions.filters.http.ext_authz[\s\S]*?)(?= {12}- name: envoy.filters.http.router)/,
      `typed_config:
                "@type": type.googleapis.com/envoy.extensions.common.matching.v3.ExtensionWithMatcher
                extension_config: { name: x, typed_config: { "@type": type.googleapis.com/x.v3.ExtAuthz } }\n`,
    ],
    line: "typed_config",
  },
  {
    rule: "envoy-filter-order",
    what: "the router comes first",
    config: "envoy",
    edit: [gate, before("Router")],
    line: "name: zerohop.gate",
  },
  {
    rule: "envoy-cache-before-gate",
    what: "a cache comes first",
    config: "envoy",
    edit: [gate, before("CacheConfig")],
    line: "name: before",
  },
  {
    rule: "envoy-filter-before-gate",
    what: "a Lua script comes first",
    config: "envoy",
    edit: [gate, before("Lua")],
    line: "name: before",
  },
  {
    rule: "envoy-tcp-proxy",
    what: "a listener for TCP reaches a backend",
    config: "envoy",
    edit: [
      "    # Plain HTTP only says",
      `    - name: tcp
      address: { socket_address: { address: 0.0.0.0, port_value: 9000 } }
      filter_chains:
        - filters:
            - name: tcp
              typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy, cluster: application_app }
    # Plain HTTP only says`,
    ],
    line: "typed_config",
  },
  {
    rule: "envoy-use-remote-address",
    what: "use_remote_address is left out",
    config: "envoy",
    edit: ["use_remote_address: true", "generate_request_id: true"],
    line: "typed_config",
  },
  {
    rule: "envoy-trusted-hops",
    what: "hops are trusted without it",
    config: "envoy",
    edit: [/use_remote_address: true\n +xff_num_trusted_hops: 0/, "xff_num_trusted_hops: 1"],
    line: "xff_num_trusted_hops",
  },
  {
    rule: "envoy-normalize-path",
    what: "paths are not normalised",
    config: "envoy",
    edit: ["normalize_path: true", "normalize_path: false"],
    line: "normalize_path",
  },
  {
    rule: "envoy-normalize-path",
    what: "JSON names are used",
    config: "extAuthz",
    edit: ["normalizePath: true", "normalizePath: false"],
    line: "normalizePath",
  },
  {
    rule: "envoy-merge-slashes",
    what: "slashes are not merged",
    config: "envoy",
    edit: ["merge_slashes: true\n", "\n"],
    line: "typed_config",
  },
  {
    rule: "envoy-escaped-slashes",
    what: "escaped slashes are made slashes",
    config: "envoy",
    edit: ["action: KEEP_UNCHANGED", "action: UNESCAPE_AND_FORWARD"],
    line: "UNESCAPE_AND_FORWARD",
  },
  {
    rule: "envoy-underscore-headers",
    what: "underscore headers pass",
    config: "envoy",
    edit: ["DROP_HEADER\n", "ALLOW\n"],
    line: "ALLOW",
  },
  {
    rule: "envoy-rewrite-headers",
    what: "x-rewrite-url passes",
    config: "envoy",
    edit: ["- x-rewrite-url", ""],
    line: "virtual_hosts",
  },
  {
    rule: "envoy-identity-headers",
    what: "a route adds Remote-User",
    config: "envoy",
    edit: [
      application,
      `${application}\n                          request_headers_to_add: [{ header: { key: Remote-User, value: admin } }]`,
    ],
    line: "Remote-User",
  },
  {
    rule: "envoy-chunked-length",
    what: "two lengths are accepted",
    config: "envoy",
    edit: ["strip_trailing_host_dot: true", "http_protocol_options: { allow_chunked_length: true }"],
    line: "allow_chunked_length",
  },
  {
    rule: "envoy-http10",
    what: "HTTP/1.0 is accepted",
    config: "envoy",
    edit: [
      "strip_trailing_host_dot: true",
      "http_protocol_options: { accept_http_10: true, default_host_for_http_10: public.example.com }",
    ],
    line: "accept_http_10",
  },
  {
    rule: "envoy-internal-redirect",
    what: "redirects are followed inside",
    config: "envoy",
    edit: [application, "route: { cluster: application_app, internal_redirect_policy: {} }"],
    line: "internal_redirect_policy",
  },
  {
    rule: "envoy-connect",
    what: "CONNECT is let through",
    config: "envoy",
    edit: ["[{ upgrade_type: websocket }]", "[{ upgrade_type: websocket }, { upgrade_type: CONNECT }]"],
    line: "CONNECT",
  },
  {
    rule: "envoy-websocket",
    what: "WebSockets are not",
    config: "envoy",
    edit: ["upgrade_configs: [{ upgrade_type: websocket }]", ""],
    line: "typed_config",
  },
  {
    rule: "envoy-fail-open",
    what: "the module fails open",
    config: "envoy",
    edit: ["policy: FAIL_RELOAD", "policy: FAIL_OPEN"],
    line: "FAIL_OPEN",
  },
  {
    rule: "envoy-fail-open",
    what: "the policy is a number",
    config: "envoy",
    edit: ["policy: FAIL_RELOAD", "policy: 3"],
    line: "failure_policy",
  },
  {
    rule: "envoy-fail-open",
    what: "the older field is used",
    config: "envoy",
    edit: ["failure_policy: FAIL_RELOAD", "fail_open: true"],
    line: "fail_open: true",
  },
  {
    rule: "envoy-fail-closed",
    what: "the default is kept",
    config: "envoy",
    edit: ["failure_policy: FAIL_RELOAD", "root_id: gate"],
    line: "config:",
  },
  {
    rule: "envoy-wasm-runtime",
    what: "the runtime is another",
    config: "envoy",
    edit: ["runtime.v8", "runtime.wamr"],
    line: "runtime.wamr",
  },
  {
    rule: "envoy-shared-vm",
    what: "two gates share a VM",
    config: "envoy",
    edit: [
      gate,
      `                  - name: zerohop.first
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Wasm
                      config: { failure_policy: FAIL_RELOAD, vm_config: { vm_id: zerohop }, configuration: { value: "{1}" } }
${gate}`,
    ],
    line: "vm_id: zerohop",
  },
  {
    rule: "envoy-host-cluster",
    what: "the gate asks a cluster that is not there",
    config: "envoy",
    edit: [/value: \|\n +\{\}/, edgeConfig('"host_cluster":"zerohop-host"')],
    line: "configuration:",
  },
  {
    rule: "envoy-edge-token-readable",
    what: "everybody can read the edge token",
    config: "envoy",
    edit: [/value: \|\n +\{\}/, edgeConfig('"edge_token":"t"')],
    line: "configuration:",
  },
  {
    rule: "envoy-ext-authz-failure-mode",
    what: "ext_authz fails open",
    config: "extAuthz",
    edit: ["allow: false", "allow: true"],
    line: "failure_mode_allow",
  },
  {
    rule: "envoy-ext-authz-headers",
    what: "a client may send Remote-Groups",
    config: "extAuthz",
    edit: ["{ remove: remote-groups }, ", ""],
    line: "ext_authz",
  },
  {
    rule: "envoy-portal-plaintext",
    what: "the host is elsewhere, without TLS",
    config: "envoy",
    edit: [host, host.replace("127.0.0.1", "10.0.0.5")],
    line: "10.0.0.5",
  },
  {
    rule: "envoy-edge-api",
    what: "/api/edge is reachable",
    config: "envoy",
    edit: ["{ path_separated_prefix: /api/edge }", "{ path: /favicon.ico }"],
    line: "prefix: /",
  },
  {
    rule: "envoy-plain-http",
    what: "HTTPS is without TLS",
    config: "extAuthz",
    edit: ["- transport_socket: { name: envoy.transport_sockets.tls }\n    filters", "- filters"],
    line: "typed_config",
  },
  {
    rule: "envoy-admin",
    what: "the admin interface is public",
    config: "envoy",
    edit: [
      "overload_manager:",
      "admin: { address: { socket_address: { address: 0.0.0.0, port_value: 9901 } } }\noverload_manager:",
    ],
    line: "admin:",
  },
  {
    rule: "envoy-filter-disabled",
    what: "a virtual host switches it off",
    config: "envoy",
    edit: ["domains: [app.example.com", `${off}\n                      domains: [app.example.com`],
    line: "typed_per_filter_config",
  },
  {
    rule: "envoy-filter-disabled",
    what: "a weighted cluster switches it off",
    config: "envoy",
    edit: [application, `route: { weighted_clusters: { clusters: [{ name: application_app, weight: 1, ${off} }] } }`],
    line: "typed_per_filter_config",
  },
  {
    rule: "envoy-filter-disabled",
    what: "ext_authz is off for a route",
    config: "extAuthz",
    edit: [
      "rds: { route_config_name: all }",
      `route_config: { virtual_hosts: [{ name: a, domains: ["*"], request_headers_to_remove: [x-original-url, x-rewrite-url], routes: [{ match: { prefix: / }, route: { cluster: a }, typed_per_filter_config: { envoy.filters.http.ext_authz: { "@type": type.googleapis.com/x.v3.ExtAuthzPerRoute, disabled: true } } }] }] }`,
    ],
    line: "ExtAuthzPerRoute",
  },
  {
    rule: "envoy-filter-discovery",
    what: "another filter stands in for the gate",
    config: "envoy",
    edit: [
      /typed_config:\n +"@type": type.googleapis.com\/envoy.extensions.filters.http.wasm[\s\S]*?(?= {18}# For the access)/,
      `config_discovery: { config_source: { ads: {} }, default_config: { "@type": type.googleapis.com/x.v3.HeaderMutation } }\n`,
    ],
    line: "default_config",
  },
  {
    rule: "envoy-stop-iteration",
    what: "a held request goes on with its body",
    config: "envoy",
    edit: [
      "failure_policy: FAIL_RELOAD",
      "failure_policy: FAIL_RELOAD\n                        allow_on_headers_stop_iteration: true",
    ],
    line: "allow_on_headers",
  },
  {
    rule: "envoy-trusted-hops",
    what: "a header says the address",
    config: "envoy",
    edit: [addressOfPeer, detection("CustomHeaderConfig, header_name: x-real-ip")],
    line: "CustomHeaderConfig",
  },
  {
    rule: "envoy-trusted-cidrs",
    what: "every address is a proxy",
    config: "envoy",
    edit: [
      addressOfPeer,
      detection("XffConfig, xff_trusted_cidrs: { cidrs: [{ address_prefix: 0.0.0.0, prefix_len: 0 }] }"),
    ],
    line: "0.0.0.0",
  },
  {
    rule: "envoy-proxy-protocol",
    what: "PROXY headers are believed",
    config: "envoy",
    edit: [
      "      # What one slow client",
      "      listener_filters: [{ name: envoy.filters.listener.proxy_protocol }]\n      # What one slow client",
    ],
    line: "proxy_protocol",
  },
  {
    rule: "envoy-identity-headers",
    what: "a filter behind the gate sets Remote-User",
    config: "envoy",
    edit: [
      "                  - name: user_for_access_log",
      `                  - name: mutation
                    typed_config: { "@type": type.googleapis.com/x.v3.HeaderMutation, mutations: { request_mutations: [{ append: { header: { key: remote-user, value: admin } } }] } }
                  - name: user_for_access_log`,
    ],
    line: "remote-user",
  },
  {
    rule: "envoy-client-chosen-backend",
    what: "a header names the cluster",
    config: "envoy",
    edit: [application, "route: { cluster_header: x-cluster, timeout: 0s }"],
    line: "cluster_header",
  },
  {
    rule: "envoy-client-chosen-backend",
    what: "a header names the host",
    config: "envoy",
    edit: [application, "route: { cluster: application_app, host_rewrite_header: x-host }"],
    line: "host_rewrite_header",
  },
  {
    rule: "envoy-ext-authz-skipped",
    what: "half of the requests are not asked about",
    config: "extAuthz",
    edit: [
      "failure_mode_allow: false",
      "failure_mode_allow: false\n                filter_enabled: { default_value: { numerator: 50, denominator: HUNDRED } }",
    ],
    line: "numerator: 50",
  },
  {
    rule: "envoy-ext-authz-skipped",
    what: "metadata decides which are",
    config: "extAuthz",
    edit: [
      "failure_mode_allow: false",
      "failure_mode_allow: false\n                filter_enabled_metadata: { filter: a }",
    ],
    line: "filter_enabled_metadata",
  },
  {
    rule: "envoy-ext-authz-endpoint",
    what: "the portal is asked, not the endpoint",
    config: "extAuthz",
    edit: ["                  path_prefix: /api/authz/ext-authz\n", ""],
    line: "http_service",
  },
  {
    rule: "envoy-ext-authz-endpoint",
    what: "what is asked always answers 200",
    config: "extAuthz",
    edit: ["/api/authz/ext-authz", "/api/health"],
    line: "/api/health",
  },
  {
    rule: "envoy-ext-authz-endpoint",
    what: "the older endpoint of Authelia is asked, which has no paths here",
    config: "extAuthz",
    edit: ["/api/authz/ext-authz", "/api/verify/"],
    line: "/api/verify/",
  },
  {
    rule: "envoy-ext-authz-body",
    what: "bodies go to the host",
    config: "extAuthz",
    edit: [
      "failure_mode_allow: false",
      "failure_mode_allow: false\n                with_request_body: { max_request_bytes: 8192 }",
    ],
    line: "with_request_body",
  },
  {
    rule: "envoy-portal-tls-verify",
    what: "no certificate is verified",
    config: "envoy",
    edit: [portalCluster, portalOverTls("{}")],
    line: "UpstreamTlsContext",
  },
  {
    rule: "envoy-portal-tls-verify",
    what: "every certificate is taken",
    config: "envoy",
    edit: [
      portalCluster,
      portalOverTls(
        "{ validation_context: { trusted_ca: { filename: a }, trust_chain_verification: ACCEPT_UNTRUSTED } }",
      ),
    ],
    line: "UpstreamTlsContext",
  },
  {
    rule: "envoy-portal-tls-verify",
    what: "every name is taken",
    config: "envoy",
    edit: [portalCluster, portalOverTls("{ validation_context: { trusted_ca: { filename: a } } }")],
    line: "UpstreamTlsContext",
  },
  {
    rule: "envoy-upgrade",
    what: "another protocol passes",
    config: "envoy",
    edit: ["[{ upgrade_type: websocket }]", "[{ upgrade_type: websocket }, { upgrade_type: h2c }]"],
    line: "upgrade_configs",
  },
  {
    rule: "envoy-connect",
    what: "HTTP/2 asks for tunnels",
    config: "envoy",
    edit: ["allow_connect: false", "allow_connect: true"],
    line: "allow_connect",
  },
  {
    rule: "envoy-trailers",
    what: "trailers pass",
    config: "envoy",
    edit: [
      "http2_protocol_options:\n",
      "http_protocol_options: { enable_trailers: true }\n                http2_protocol_options:\n",
    ],
    line: "enable_trailers",
  },
  {
    rule: "envoy-ext-authz-headers",
    what: "three of the four are taken over",
    config: "extAuthz",
    edit: [
      / +earlyHeaderMutationExtensions:\n(.*\n){4}([\s\S]*)(server_uri: .*)/,
      "$2$3\n                  authorization_response: { allowed_upstream_headers: { patterns: [{ exact: Remote-User }, { exact: remote-name }, { suffix: -email }] } }",
    ],
    line: "authorization_response",
  },
  {
    rule: "envoy-ext-authz-question",
    what: "the client's address is left out",
    config: "extAuthz",
    edit: ["{ prefix: x-forwarded- }", "{ exact: x-forwarded-proto }"],
    line: "http_service",
  },
  {
    rule: "envoy-edge-api",
    what: "the metrics are open",
    config: "envoy",
    edit: [/ +- match: \{ path: \/metrics \}\n.*\n/, ""],
    line: "prefix: /",
  },
  {
    rule: "envoy-portal-host",
    what: "the virtual host of every name takes the portal's too",
    config: "envoy",
    site: { portalHosts: ["admin.example.com"] },
    edit: ["domains: [auth.example.com]", "domains: [login.example.com]"],
    line: "prefix: /",
  },
  {
    rule: "envoy-unknown-proxies",
    what: "the gate does not know a proxy of the configuration",
    config: "envoy",
    site: { trustedProxies: { host: [], gate: ["10.0.0.0/8"] } },
    edit: [/( +)\{\}\n/, '$1{"trusted_proxies":["10.0.0.0/16"]}\n'],
    line: "configuration",
  },
];
