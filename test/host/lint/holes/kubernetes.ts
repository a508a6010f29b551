// Holes in objects for Kubernetes.
import type { Hole } from "./hole.ts";

const site = { portalHosts: ["login.example.com"] };

export const kubernetesHoles: readonly Hole[] = [
  {
    rule: "kubernetes-portal-host",
    what: "an Ingress for nginx leads the portal's host to an application",
    ...{ config: "kubernetesIngress", site },
    edit: ["- host: app.example.com", "- host: login.example.com"],
    line: "login.example.com",
  },
  {
    rule: "kubernetes-gate-unseen",
    what: "an Ingress for nginx takes every host, and the portal's is nowhere",
    ...{ config: "kubernetesIngress", site },
    edit: ["- host: app.example.com", '- host: "*.example.com"'],
    line: "*.example.com",
  },
  {
    rule: "kubernetes-portal-host",
    what: "an HTTPRoute leads the portal's host to an application",
    ...{ config: "kubernetesGateway", site },
    edit: ["  parentRefs: [{ name: eg }]\n", "  hostnames: [login.example.com]\n  parentRefs: [{ name: eg }]\n"],
    line: "login.example.com",
  },
  {
    rule: "kubernetes-portal-host",
    what: "a VirtualService leads the portal's host to an application",
    ...{ config: "kubernetesIstio", site: { portalHosts: ["app.example.com"] } },
    edit: ["apiVersion: v1", "# The portal's is another one.\napiVersion: v1"],
    line: "hosts: [app.example.com]",
  },
  {
    rule: "traefik-gate-missing",
    what: "a route of an IngressRoute has no gate",
    config: "kubernetesTraefik",
    edit: [/ {6}middlewares:\n {8}- \{ name: secured, namespace: zerohop \}\n/, ""],
    line: "- kind: Rule",
  },
  {
    rule: "traefik-gate-unseen",
    what: "the middleware is of another namespace",
    config: "kubernetesTraefik",
    edit: ["- { name: secured, namespace: zerohop }", "- { name: secured }"],
    line: "middlewares:",
  },
  {
    rule: "traefik-gate-missing",
    what: "an Ingress has no gate",
    config: "kubernetesTraefik",
    edit: ["middlewares: zerohop-secured@", "middlewares: zerohop-strip@"],
    line: "zerohop-strip@",
  },
  {
    rule: "traefik-gate-missing",
    what: "the Middleware asks somebody else",
    config: "kubernetesTraefik",
    edit: [
      "http://zerohop.zerohop.svc.cluster.local:9091/api/authz/forward-auth",
      "http://authentik.sso.svc:9000/outpost.goauthentik.io/auth/traefik",
    ],
    line: "middlewares:",
  },
  {
    rule: "traefik-identity-headers",
    what: "Remote-Email is not replaced",
    config: "kubernetesTraefik",
    edit: [", Remote-Email,", ","],
    line: "authResponseHeaders",
  },
  {
    rule: "kubernetes-gate-missing",
    what: "an Ingress for nginx has no gate",
    config: "kubernetesIngress",
    edit: [/ {8}nginx\S+auth-url: .*\n/, ""],
    line: "annotations",
  },
  {
    rule: "kubernetes-gate-missing",
    what: "an Ingress for nginx asks oauth2-proxy",
    config: "kubernetesIngress",
    edit: [/http:\/\/zerohop\S+/, "http://oauth2-proxy.sso.svc/oauth2/auth"],
    line: "oauth2-proxy",
  },
  {
    rule: "kubernetes-endpoint",
    what: "the portal's pages are asked",
    config: "kubernetesIngress",
    edit: ["/api/authz/auth-request", "/"],
    line: "auth-url",
  },
  {
    rule: "kubernetes-identity-headers",
    what: "a client's Remote-Email passes nginx",
    config: "kubernetesIngress",
    edit: [", Remote-Email", ""],
    line: "auth-response-headers",
  },
  {
    rule: "kubernetes-gate-partial",
    what: "an address suffices",
    config: "kubernetesIngress",
    edit: ["nginx.ingress.kubernetes.io/proxy-body-size: 8m", "nginx.ingress.kubernetes.io/satisfy: any"],
    line: "satisfy",
  },
  {
    rule: "kubernetes-gate-partial",
    what: "a snippet switches the gate off",
    config: "kubernetesIngress",
    edit: [
      "nginx.ingress.kubernetes.io/proxy-body-size: 8m",
      "nginx.ingress.kubernetes.io/configuration-snippet: if ($uri ~ x) { auth_request off; }",
    ],
    line: "configuration-snippet",
  },
  {
    rule: "kubernetes-other-host",
    what: "ingress-nginx chooses the application by another host than it asks about",
    config: "kubernetesIngress",
    edit: [/ {6}server-snippet: .*\n/, ""],
    line: "data:",
  },
  {
    rule: "kubernetes-gate-unseen",
    what: "ingress-nginx's ConfigMap is not given",
    config: "kubernetesIngress",
    edit: [/ {2}- apiVersion: v1\n {4}kind: ConfigMap\n[\s\S]*?server-snippet: .*\n/, ""],
    line: "auth-url",
  },
  {
    rule: "kubernetes-auth-cache",
    what: "answers are kept",
    config: "kubernetesIngress",
    edit: ["nginx.ingress.kubernetes.io/proxy-body-size: 8m", "nginx.ingress.kubernetes.io/auth-cache-key: $uri"],
    line: "auth-cache-key",
  },
  {
    rule: "kubernetes-gate-missing",
    what: "the policy is for another Gateway",
    config: "kubernetesGateway",
    edit: ["kind: Gateway, name: eg }", "kind: Gateway, name: other }"],
    line: "parentRefs: [{ name: eg }]",
  },
  {
    rule: "kubernetes-gate-missing",
    what: "no label selects the Gateway",
    config: "kubernetesGateway",
    edit: ["labels: { gate: zerohop }", "labels: { gate: none }"],
    line: "parentRefs: [{ name: wasm }]",
  },
  {
    rule: "kubernetes-gate-overridden",
    what: "a policy of the route has no gate",
    config: "kubernetesGateway",
    edit: [
      /^/,
      "apiVersion: gateway.envoyproxy.io/v1alpha1\nkind: SecurityPolicy\nmetadata: { name: cors, namespace: web }\nspec:\n  targetRef: { kind: HTTPRoute, name: app }\n  cors: { allowOrigins: ['*'] }\n---\n",
    ],
    line: "targetRef: { kind: HTTPRoute",
  },
  {
    rule: "kubernetes-gate-partial",
    what: "the policy is for one rule",
    config: "kubernetesGateway",
    edit: ["kind: Gateway, name: eg }", "kind: HTTPRoute, name: app, sectionName: api }"],
    line: "sectionName",
  },
  {
    rule: "kubernetes-fail-open",
    what: "without an answer everybody is let in",
    config: "kubernetesGateway",
    edit: ["extAuth:\n    failOpen: false", "extAuth:\n    failOpen: true"],
    line: "failOpen: true",
  },
  {
    rule: "kubernetes-fail-open",
    what: "without the module everybody is let in",
    config: "kubernetesGateway",
    edit: ["      failOpen: false\n      config", "      failOpen: true\n      config"],
    line: "failOpen: true",
  },
  {
    rule: "kubernetes-endpoint",
    what: "the portal's pages are asked by Envoy Gateway",
    config: "kubernetesGateway",
    edit: ["/api/authz/ext-authz/", "/"],
    line: "path: /",
  },
  {
    rule: "kubernetes-identity-headers",
    what: "a client's Remote-Email passes Envoy Gateway",
    config: "kubernetesGateway",
    edit: [", Remote-Email", ""],
    line: "headersToBackend",
  },
  {
    rule: "kubernetes-question",
    what: "the host gets no cookie",
    config: "kubernetesGateway",
    edit: ["cookie, ", ""],
    line: "headersToExtAuth",
  },
  {
    rule: "kubernetes-plugin-config",
    what: "the module of Envoy Gateway may not see the variable with the token",
    config: "kubernetesGateway",
    edit: ["        edge_token: TOKEN\n", "        edge_token_variable: ZEROHOP_EDGE_TOKEN\n"],
    line: "edge_token_variable:",
  },
  {
    rule: "kubernetes-plugin-config",
    what: "the module of Istio gets a variable with that name, and not the gateway's",
    config: "kubernetesIstio",
    edit: [
      "  pluginConfig:\n    root_keys: [{ kid: KID, x: KEY }]\n    edge_token: TOKEN\n",
      "  vmConfig: { env: [{ name: TOKEN, value: x }] }\n  pluginConfig:\n    root_keys: [{ kid: KID, x: KEY }]\n    edge_token_variable: TOKEN\n",
    ],
    line: "edge_token_variable:",
  },
  {
    rule: "kubernetes-wasm-digest",
    what: "the module's digest stands where nothing reads it",
    config: "kubernetesGateway",
    edit: ["gate:0.1.0 } }", `gate:0.1.0 }, sha256: "${"0".repeat(64)}" }`],
    line: "code:",
  },
  {
    rule: "kubernetes-plugin-config",
    what: "the module gets no token",
    config: "kubernetesGateway",
    edit: ["        edge_token: TOKEN\n", ""],
    line: "config:",
  },
  {
    rule: "kubernetes-gate-unseen",
    what: "neither Gateway nor gate is in the file",
    config: "kubernetesGateway",
    edit: [/^[\s\S]*?(?=apiVersion: gateway.networking.k8s.io\/v1\nkind: HTTPRoute\nmetadata: \{ name: app)/, ""],
    line: "parentRefs: [{ name: eg }]",
  },
  {
    rule: "kubernetes-fail-open",
    what: "a WasmPlugin that has failed lets everybody in",
    config: "kubernetesIstio",
    edit: ["FAIL_RELOAD", "FAIL_OPEN"],
    line: "FAIL_OPEN",
  },
  {
    rule: "kubernetes-fail-closed",
    what: "a WasmPlugin that has failed stays so",
    config: "kubernetesIstio",
    edit: ["  failStrategy: FAIL_RELOAD\n", ""],
    line: "spec:",
  },
  {
    rule: "kubernetes-wasm-order",
    what: "the phase is not said",
    config: "kubernetesIstio",
    edit: ["  phase: AUTHN\n  priority: 100\n", ""],
    line: "spec:",
  },
  {
    rule: "kubernetes-wasm-order",
    what: "another plugin comes first",
    config: "kubernetesIstio",
    edit: ["priority: 10\n", "priority: 1000\n"],
    line: "priority: 100",
  },
  {
    rule: "kubernetes-gate-partial",
    what: "the module sees no gateway's requests",
    config: "kubernetesIstio",
    edit: ["  priority: 100\n", "  priority: 100\n  match: [{ mode: SERVER }]\n"],
    line: "mode: SERVER",
  },
  {
    rule: "kubernetes-gate-partial",
    what: "the module sees requests to one port",
    config: "kubernetesIstio",
    edit: ["  priority: 100\n", "  priority: 100\n  match: [{ ports: [{ number: 8443 }] }]\n"],
    line: "ports: [{ number: 8443",
  },
  {
    rule: "kubernetes-gate-partial",
    what: "the policy is about some paths",
    config: "kubernetesIstio",
    edit: ['"app.example.com:*"] }', '"app.example.com:*"], notPaths: [/api/*] }'],
    line: "notPaths",
  },
  {
    rule: "kubernetes-gate-partial",
    what: "TLS goes through",
    config: "kubernetesIstio",
    edit: ["mode: SIMPLE", "mode: PASSTHROUGH"],
    line: "PASSTHROUGH",
  },
  {
    rule: "kubernetes-gate-missing",
    what: "the selector misses the gateway",
    config: "kubernetesIstio",
    edit: ["selector: { istio: ingressgateway }", "selector: { istio: gateway }"],
    line: "selector: { istio: gateway }",
  },
  {
    rule: "kubernetes-gate-missing",
    what: "the policy is not about a host",
    config: "kubernetesIstio",
    edit: ["hosts: [app.example.com]", "hosts: [app.example.org]"],
    line: "app.example.org",
  },
  {
    rule: "kubernetes-gate-partial",
    what: "the policy is about a host without a port",
    config: "kubernetesIstio",
    edit: [', "app.example.com:*"]', "]"],
    line: "hosts: [app.example.com]",
  },
  {
    rule: "kubernetes-gate-partial",
    what: "the policy is about hosts without a port, by a pattern",
    config: "kubernetesIstio",
    edit: ['[app.example.com, "app.example.com:*"]', '["*.example.com", "mail.example.com:*"]'],
    line: '"*.example.com", ',
  },
  {
    rule: "kubernetes-gate-unseen",
    what: "the policy is about some hosts, and the routes are elsewhere",
    config: "kubernetesIstio",
    edit: [/---\napiVersion: networking.istio.io\/v1\nkind: VirtualService\nmetadata: { name: app[\s\S]*/, ""],
    line: "hosts: [app.example.com",
  },
  {
    rule: "kubernetes-gate-unseen",
    what: "the provider is defined elsewhere",
    config: "kubernetesIstio",
    edit: ["provider: { name: zerohop }", "provider: { name: other }"],
    line: "provider",
  },
  {
    rule: "kubernetes-fail-open",
    what: "the mesh lets everybody in while the host is away",
    config: "kubernetesIstio",
    edit: ["          port: 9091\n", "          port: 9091\n          failOpen: true\n"],
    line: "failOpen: true",
  },
  {
    rule: "kubernetes-identity-headers",
    what: "a client's headers pass the mesh",
    config: "kubernetesIstio",
    edit: ['["remote-*"]', "[remote-user]"],
    line: "headersToUpstreamOnAllow",
  },
  {
    rule: "envoy-ext-authz-failure-mode",
    what: "an EnvoyFilter lets everybody in while the host is away",
    config: "kubernetesIstio",
    edit: [
      /^/,
      `apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: gate }
spec:
  configPatches:
    - applyTo: HTTP_FILTER
      patch:
        operation: INSERT_BEFORE
        value:
          name: envoy.filters.http.ext_authz
          typed_config:
            "@type": type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz
            failure_mode_allow: true
            allowed_headers: { patterns: [{ exact: cookie }, { prefix: x-forwarded- }] }
            http_service:
              path_prefix: /api/authz/ext-authz
              server_uri: { uri: "https://zerohop.example.com", cluster: zerohop }
              authorization_response: { allowed_upstream_headers: { patterns: [{ prefix: remote- }] } }
---
`,
    ],
    line: "failure_mode_allow: true",
  },
  {
    rule: "kubernetes-endpoint",
    what: "a policy asks Traefik's endpoint, at a service of another name",
    config: "kubernetesGateway",
    edit: [
      "path: /api/authz/ext-authz/\n      backendRefs: [{ name: zerohop,",
      "path: /api/authz/forward-auth\n      backendRefs: [{ name: sso,",
    ],
    line: "path: /api/authz/forward-auth",
  },
  {
    rule: "kubernetes-endpoint",
    what: "a policy asks about one path whatever is asked for",
    config: "kubernetesGateway",
    edit: ["path: /api/authz/ext-authz/", "pathOverride: /api/authz/ext-authz/"],
    line: "pathOverride",
  },
  {
    rule: "kubernetes-endpoint",
    what: "Traefik's endpoint is asked and not told of the target",
    config: "kubernetesIngress",
    edit: ["/api/authz/auth-request", "/api/authz/forward-auth"],
    line: "/api/authz/forward-auth",
  },
  {
    rule: "kubernetes-identity-headers",
    what: "a class is called otherwise than its controller",
    config: "kubernetesIngress",
    edit: [/, Remote-Email\n([\s\S]*?)ingressClassName: nginx/, "\n$1ingressClassName: external"],
    line: "auth-response-headers",
  },
  {
    rule: "kubernetes-gate-unseen",
    what: "an Ingress is for a controller that is not known",
    config: "kubernetesIngress",
    edit: [
      "items:",
      "items:\n  - { apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: { name: other }, spec: { ingressClassName: edge, defaultBackend: { service: { name: other, port: { number: 80 } } } } }",
    ],
    line: "ingressClassName: edge",
  },
];
