// Each test opens one hole in a clean configuration by the smallest edit, and expects that very rule at that very line.
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { lintFile, ruleIds } from "../../../host/lint/lint.ts";
import { temporaryFolder } from "../support/files.ts";

const clean = join(import.meta.dirname, "clean");
const deploy = join(import.meta.dirname, "../../../deploy");

/** A configuration: its folder, and the file that is linted. */
const configurations = {
  envoy: [join(deploy, "envoy"), "envoy.yaml"],
  extAuthz: [join(clean, "envoy"), "ext-authz.yaml"],
  nginx: [join(clean, "nginx"), "nginx.conf"],
  wasm: [join(clean, "nginx-wasm"), "nginx.conf"],
  traefik: [join(clean, "traefik"), "traefik.yml"],
  traefikPlugin: [join(deploy, "traefik-plugin"), "traefik.yml"],
} as const;

interface Hole {
  readonly rule: string;
  readonly what: string;
  readonly config: keyof typeof configurations;
  /** The file that is edited, when it is not the one that is linted. */
  readonly file?: string;
  readonly edit: readonly [from: string | RegExp, to: string];
  /** What the line that is reported contains. */
  readonly line: string;
}

const edgeConfig = (more: string) => `value: '{"root_keys":[],${more}}'`;
const gate = `                  - name: zerohop.gate
                    typed_config:`;
const before = (type: string) => `                  - name: before
                    typed_config: { "@type": type.googleapis.com/x.v3.${type} }
${gate}`;
const host = "address: { socket_address: { address: 127.0.0.1, port_value: 9091 } }";
const application = "route: { cluster: application, timeout: 0s }";
const gateFilter = / {18}- name: zerohop\.gate\n[\s\S]*?(?= {18}- name: envoy\.filters\.http\.router)/;
const snippets = {
  location: "snippets/zerohop-location.conf",
  auth: "snippets/zerohop-authrequest.conf",
  proxy: "snippets/proxy.conf",
};
const dynamic = "dynamic/zerohop.yml";

const holes: readonly Hole[] = [
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
    edit: ["redirect: { https_redirect: true, response_code: MOVED_PERMANENTLY }", "route: { cluster: application }"],
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
              typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy, cluster: application }
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
    what: "escaped slashes pass",
    config: "envoy",
    edit: ["action: REJECT_REQUEST", "action: KEEP_UNCHANGED"],
    line: "KEEP_UNCHANGED",
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
    edit: [application, "route: { cluster: application, internal_redirect_policy: {} }"],
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
    rule: "nginx-gate-missing",
    what: "a location asks nobody",
    config: "nginx",
    edit: [
      "            include /config/nginx/snippets/zerohop-authrequest.conf;\n            proxy_pass",
      "            proxy_pass",
    ],
    line: "proxy_pass $upstream",
  },
  {
    rule: "nginx-auth-request-off",
    what: "a nested location switches it off",
    config: "nginx",
    edit: [
      "proxy_pass $upstream;\n        }\n        location @login",
      "proxy_pass $upstream;\n            location /api { auth_request off; proxy_pass $upstream; }\n        }\n        location @login",
    ],
    line: "auth_request off",
  },
  {
    rule: "nginx-satisfy-any",
    what: "an address is enough",
    config: "nginx",
    edit: ["merge_slashes on;", "satisfy any;"],
    line: "satisfy any",
  },
  {
    rule: "nginx-return-before-gate",
    what: "return answers first",
    config: "nginx",
    file: snippets.auth,
    edit: ["auth_request /", "return 200 secret;\nauth_request /"],
    line: "return 200",
  },
  {
    rule: "nginx-error-page",
    what: "401 becomes 200",
    config: "nginx",
    file: snippets.auth,
    edit: ["=302 $redirection_url", "=200 /page.html"],
    line: "error_page",
  },
  {
    rule: "nginx-error-page",
    what: "403 becomes a location's answer",
    config: "nginx",
    file: snippets.auth,
    edit: ["error_page 401 =302 $redirection_url", "error_page 403 = /page.html"],
    line: "error_page",
  },
  {
    rule: "nginx-identity-headers",
    what: "Remote-Groups is not set",
    config: "nginx",
    file: snippets.auth,
    edit: ["proxy_set_header Remote-Groups $groups;", ""],
    line: "proxy_pass $upstream",
  },
  {
    rule: "nginx-identity-headers",
    what: "Remote-User is the client's",
    config: "nginx",
    file: snippets.auth,
    edit: ["Remote-User $user", "Remote-User $http_remote_user"],
    line: "proxy_pass $upstream",
  },
  {
    rule: "nginx-identity-headers",
    what: "PHP gets the client's",
    config: "nginx",
    edit: ["fastcgi_param HTTP_REMOTE_NAME $name;", ""],
    line: "fastcgi_pass",
  },
  {
    rule: "nginx-underscores-in-headers",
    what: "underscore headers pass",
    config: "nginx",
    edit: ["merge_slashes on", "underscores_in_headers on"],
    line: "underscores_in_headers",
  },
  {
    rule: "nginx-invalid-headers",
    what: "other odd headers pass",
    config: "nginx",
    edit: ["merge_slashes on", "ignore_invalid_headers off"],
    line: "ignore_invalid_headers",
  },
  {
    rule: "nginx-merge-slashes",
    what: "slashes are not merged",
    config: "nginx",
    edit: ["merge_slashes on", "merge_slashes off"],
    line: "merge_slashes",
  },
  {
    rule: "nginx-real-ip",
    what: "any peer is a trusted proxy",
    config: "nginx",
    edit: ["merge_slashes on", "set_real_ip_from 0.0.0.0/0"],
    line: "set_real_ip_from",
  },
  {
    rule: "nginx-auth-location-public",
    what: "clients can ask the host",
    config: "nginx",
    file: snippets.location,
    edit: ["internal;", ""],
    line: "location /internal",
  },
  {
    rule: "nginx-auth-location-target",
    what: "the URL is the client's",
    config: "nginx",
    file: snippets.location,
    edit: [/.*X-Original-URL.*\n/, ""],
    line: "proxy_pass $upstream_authz",
  },
  {
    rule: "nginx-auth-location-target",
    what: "the path is decoded",
    config: "nginx",
    file: snippets.location,
    edit: ["$request_uri", "$uri"],
    line: "proxy_pass $upstream_authz",
  },
  {
    rule: "nginx-auth-location-address",
    what: "the address is the client's",
    config: "nginx",
    file: snippets.location,
    edit: [/.*X-Forwarded-For.*\n/, ""],
    line: "proxy_pass $upstream_authz",
  },
  {
    rule: "nginx-auth-location-body",
    what: "bodies go to the host",
    config: "nginx",
    file: snippets.location,
    edit: ["body off", "body on"],
    line: "proxy_pass $upstream_authz",
  },
  {
    rule: "nginx-auth-location-cache",
    what: "answers are cached",
    config: "nginx",
    file: snippets.location,
    edit: ["internal;", "internal; proxy_cache all;"],
    line: "proxy_cache",
  },
  {
    rule: "nginx-auth-location-host",
    what: "the target's host is what the client wrote",
    config: "nginx",
    file: snippets.location,
    edit: ["$scheme://$host$request_uri", "$scheme://$http_host$request_uri"],
    line: "proxy_pass $upstream_authz",
  },
  {
    rule: "nginx-auth-location-length",
    what: "a body that is not sent has a length",
    config: "nginx",
    file: snippets.location,
    edit: ['proxy_set_header Content-Length "";', ""],
    line: "proxy_pass $upstream_authz",
  },
  {
    rule: "nginx-portal-plaintext",
    what: "the host is elsewhere, without TLS",
    config: "nginx",
    file: snippets.location,
    edit: ["127.0.0.1", "10.0.0.5"],
    line: "proxy_pass $upstream_authz",
  },
  {
    rule: "nginx-plain-http",
    what: "a server listens without TLS",
    config: "nginx",
    edit: [/listen 443 ssl;(?=\n +server_name app)/, "listen 8080;"],
    line: "listen 8080",
  },
  {
    rule: "nginx-include-missing",
    what: "an include is not there",
    config: "nginx",
    edit: ["merge_slashes on;", "include sites/app.conf;"],
    line: "include sites",
  },
  {
    rule: "nginx-gate-missing",
    what: "the module is not named",
    config: "wasm",
    edit: [/proxy_wasm zerohop.*\n/, "\n"],
    line: "proxy_pass http://$zerohop_gate",
  },
  {
    rule: "nginx-wasm-gate-variable",
    what: "the upstream is written out",
    config: "wasm",
    edit: ["http://$zerohop_gate", "http://application"],
    line: "http://application",
  },
  {
    rule: "nginx-wasm-gate-variable",
    what: "the variable leads somewhere",
    config: "wasm",
    edit: ["$zerohop_gate zerohop_denied", "$zerohop_gate application"],
    line: "proxy_pass",
  },
  {
    rule: "nginx-wasm-gate-variable",
    what: "the variable is not set",
    config: "wasm",
    edit: ["set $zerohop_gate zerohop_denied;", ""],
    line: "proxy_pass",
  },
  {
    rule: "nginx-wasm-headers-in-access",
    what: "the gate runs too late",
    config: "wasm",
    edit: ["proxy_wasm_request_headers_in_access on;", ""],
    line: "proxy_wasm zerohop_gate",
  },
  {
    rule: "nginx-wasm-content-phase",
    what: "try_files comes first",
    config: "wasm",
    edit: ["proxy_set_header Host $host;", "try_files $uri @app; proxy_set_header Host $host;"],
    line: "try_files",
  },
  {
    rule: "nginx-wasm-content-phase",
    what: "mirror comes first",
    config: "wasm",
    edit: ["proxy_set_header Host $host;", "mirror /copy; proxy_set_header Host $host;"],
    line: "mirror",
  },
  {
    rule: "nginx-wasm-content-phase",
    what: "return comes first",
    config: "wasm",
    edit: ["proxy_set_header Host $host;", "return 200 secret; proxy_set_header Host $host;"],
    line: "return 200",
  },
  {
    rule: "nginx-wasm-variables",
    what: "a variable is not declared",
    config: "wasm",
    edit: ['set $zerohop_cookie "";', ""],
    line: "proxy_wasm zerohop_gate",
  },
  {
    rule: "nginx-wasm-variables",
    what: "everybody is somebody",
    config: "wasm",
    edit: ['set $zerohop_user "";', "set $zerohop_user guest;"],
    line: "proxy_wasm zerohop_gate",
  },
  {
    rule: "nginx-wasm-host",
    what: "two hosts in a request may differ",
    config: "wasm",
    edit: ["if ($other_host) { return 400; }", ""],
    line: "    server {",
  },
  {
    rule: "nginx-wasm-resolver",
    what: "the denied upstream is looked up",
    config: "wasm",
    edit: ["http {", "http {\n    resolver 127.0.0.53;"],
    line: "resolver",
  },
  {
    rule: "nginx-wasm-tls-verify",
    what: "certificates are not verified",
    config: "wasm",
    edit: ["tls_verify_cert on", "tls_verify_cert off"],
    line: "tls_verify_cert off",
  },
  {
    rule: "nginx-wasm-tls-verify",
    what: "names are not verified",
    config: "wasm",
    edit: ["tls_verify_host on;", ""],
    line: "wasm {",
  },

  {
    rule: "traefik-gate-missing",
    what: "a router has no gate",
    config: "traefik",
    file: dynamic,
    edit: ["middlewares: [secured, strip]", "middlewares: [strip]"],
    line: "middlewares: [strip]",
  },
  {
    rule: "traefik-gate-missing",
    what: "the dashboard has no gate",
    config: "traefik",
    file: dynamic,
    edit: [
      "  routers:\n",
      "  routers:\n    api: { rule: PathPrefix(`/api`), entryPoints: [websecure], service: api@internal }\n",
    ],
    line: "api@internal",
  },
  {
    rule: "traefik-tcp-router",
    what: "a TCP router reaches the backend",
    config: "traefik",
    file: dynamic,
    edit: [
      "http:\n",
      "tcp:\n  routers: { raw: { rule: HostSNI(`*`), service: raw } }\n  services: { raw: { loadBalancer: { servers: [{ address: app:8000 }] } } }\nhttp:\n",
    ],
    line: "service: raw",
  },
  {
    rule: "traefik-exposed-by-default",
    what: "containers are exposed",
    config: "traefik",
    edit: ["docker: { exposedByDefault: false }", "docker: {}"],
    line: "docker",
  },
  {
    rule: "traefik-plugin-missing",
    what: "the plugin is not loaded",
    config: "traefik",
    edit: ["zerohop: { moduleName", "zero: { moduleName"],
    line: "",
  },
  {
    rule: "traefik-gate-missing",
    what: "a router has no plugin",
    config: "traefikPlugin",
    file: "dynamic.yml",
    edit: ["middlewares: [strip, zerohop]", "middlewares: [strip]"],
    line: "middlewares: [strip]",
  },
  {
    rule: "traefik-plugin-mount",
    what: "another folder is mounted",
    config: "traefikPlugin",
    edit: ["/run/zerohop:/zerohop:ro", "/run/zerohop:/zero:ro"],
    line: "mounts",
  },
  {
    rule: "traefik-plugin-mount",
    what: "no folder is mounted",
    config: "traefikPlugin",
    edit: [/ +settings:\n[\s\S]*?mounts: .*\n/, ""],
    line: "zerohop:",
  },
  {
    rule: "traefik-plugin-root-key",
    what: "no root key is named",
    config: "traefikPlugin",
    file: "dynamic.yml",
    edit: [/ +root_keys:\n.*kid.*\n.*x: .*\n/, ""],
    line: "bundle_file",
  },
  {
    rule: "traefik-forwarded-insecure",
    what: "everybody's X-Forwarded-* is believed, so plain HTTP can pass for https",
    config: "traefikPlugin",
    edit: ['address: ":443"', 'address: ":443"\n    forwardedHeaders: { insecure: true }'],
    line: "insecure",
  },
  {
    rule: "traefik-path-before-gate",
    what: "a prefix is stripped first",
    config: "traefik",
    file: dynamic,
    edit: ["[secured, strip]", "[strip, secured]"],
    line: "[strip, secured]",
  },
  {
    rule: "traefik-identity-headers",
    what: "Remote-Email is not replaced",
    config: "traefik",
    file: dynamic,
    edit: [", Remote-Email", ""],
    line: "authResponseHeaders",
  },
  {
    rule: "traefik-header-aliases",
    what: "Remote_User passes",
    config: "traefik",
    edit: ["aliasHeadersStrategy: delete", "aliasHeadersStrategy: keep"],
    line: "keep",
  },
  {
    rule: "traefik-underscores-only",
    what: "Remote.User passes",
    config: "traefik",
    edit: ["aliasHeadersStrategy: delete", "underscoreHeadersStrategy: delete"],
    line: "underscoreHeaders",
  },
  {
    rule: "traefik-trust-forward-header",
    what: "it is not said",
    config: "traefik",
    file: dynamic,
    edit: ["        trustForwardHeader: false\n", ""],
    line: "forwardAuth",
  },
  {
    rule: "traefik-portal-plaintext",
    what: "the host is elsewhere, without TLS",
    config: "traefik",
    file: dynamic,
    edit: [/127\.0\.0\.1:9091/g, "10.0.0.5:9091"],
    line: "10.0.0.5",
  },
  {
    rule: "traefik-tls-skip-verify",
    what: "certificates are not verified",
    config: "traefik",
    file: dynamic,
    edit: ["trustForwardHeader: false", "trustForwardHeader: false\n        tls: { insecureSkipVerify: true }"],
    line: "insecureSkipVerify",
  },
  {
    rule: "traefik-set-identity",
    what: "everybody is admin",
    config: "traefik",
    file: dynamic,
    edit: ["    strip: {", "    me: { headers: { customRequestHeaders: { Remote-User: admin } } }\n    strip: {"],
    line: "Remote-User: admin",
  },
  {
    rule: "traefik-forwarded-insecure",
    what: "clients are believed",
    config: "traefik",
    edit: ["{ trustedIPs: [10.0.0.1/32] }", "{ insecure: true }"],
    line: "insecure: true",
  },
  {
    rule: "traefik-forwarded-insecure",
    what: "every address is a proxy",
    config: "traefik",
    edit: ["10.0.0.1/32", "0.0.0.0/0"],
    line: "0.0.0.0/0",
  },
  {
    rule: "traefik-sanitize-path",
    what: "paths are not sanitised",
    config: "traefik",
    edit: ["aliasHeadersStrategy", "sanitizePath: false\n      aliasHeadersStrategy"],
    line: "sanitizePath",
  },
  {
    rule: "traefik-encoded-characters",
    what: "encoded slashes pass",
    config: "traefik",
    edit: ["aliasHeadersStrategy", "encodedCharacters: { allowEncodedSlash: true }\n      aliasHeadersStrategy"],
    line: "allowEncodedSlash",
  },
  {
    rule: "traefik-plain-http",
    what: "an entry point is without TLS",
    config: "traefik",
    edit: ["      tls: {}\n", ""],
    line: "",
  },
  {
    rule: "traefik-api-insecure",
    what: "the API is open",
    config: "traefik",
    edit: ["experimental:", "api: { insecure: true }\nexperimental:"],
    line: "insecure",
  },
];

describe("zerohop lint finds", () => {
  test.each(holes)("$rule: $what ($config)", ({ rule, config, file, edit, line }) => {
    const [source, main] = configurations[config];
    const folder = temporaryFolder();
    cpSync(source, folder, { recursive: true });
    const edited = join(folder, file ?? main);
    const text = readFileSync(edited, "utf8");
    const planted = text.replace(edit[0], edit[1]);
    expect(planted).not.toBe(text);
    writeFileSync(edited, planted);
    const { findings } = lintFile(join(folder, main));
    const found = findings.find((finding) => finding.rule === rule);
    expect(findings.map((finding) => finding.rule)).toContain(rule);
    expect(readFileSync(found!.file, "utf8").split("\n")[found!.line - 1]).toContain(line);
    // One hole is one finding, but where a hole opens another.
    const others = new Set(findings.map((finding) => finding.rule).filter((other) => other !== rule));
    expect([...others].filter((other) => !companions[rule]?.includes(other))).toEqual([]);
  });

  test("something by every rule", () => {
    const found = new Set(holes.map(({ rule }) => rule));
    expect(ruleIds.filter((rule) => !found.has(rule))).toEqual(["lint-allow"]);
  });
});

/** Rules that the same hole meets. */
const companions: Readonly<Record<string, readonly string[]>> = {
  "envoy-gate-missing": [
    "envoy-normalize-path",
    "envoy-merge-slashes",
    "envoy-escaped-slashes",
    "envoy-underscore-headers",
    "envoy-rewrite-headers",
    "envoy-websocket",
    "envoy-plain-http",
  ],
  // The portal's pages are served from elsewhere now, as far as can be seen.
  "nginx-portal-plaintext": ["nginx-gate-missing"],
};
