// Compose files and Kubernetes objects that are as closed as the clean ones.
import type { Spelling } from "./spelling.ts";

export const composeSpellings: readonly Spelling[] = [
  {
    what: "labels are a list, with the gate of another container",
    config: "compose",
    edit: [
      /traefik\.enable: true\n {6}traefik\.http\.routers\.app\.rule: (.*)\n {6}(.*): true\n {6}(.*): (.*)\n {6}(.*): (.*)\n {6}(.*): "8000"/,
      '- "traefik.enable=true"\n      - "traefik.http.routers.app.rule=$1"\n      - "$2=true"\n      - "$3=$4"\n      - "$5=$6"\n      - "$7=8000"',
    ],
  },
  {
    what: "labels come from an anchor",
    config: "compose",
    edit: [
      "    labels:\n      traefik.enable: true\n",
      "    labels:\n      <<: { traefik.enable: true, traefik.http.routers.app.entrypoints: websecure }\n",
    ],
  },
  {
    what: "the gate is the entry point's",
    config: "compose",
    edit: [
      /(--entrypoints\.websecure\.http\.tls=true)([\s\S]*) {6}traefik\.http\.routers\.app\.middlewares: .*\n/,
      "$1\n      - --entrypoints.websecure.http.middlewares=secured@docker$2",
    ],
  },
  {
    what: "the port is published on the loopback of IPv6",
    config: "compose",
    edit: ["127.0.0.1:8000:8000", "[::1]:8000:8000"],
  },
  {
    what: "another container keeps out of Traefik",
    config: "compose",
    edit: ["    image: postgres\n", "    image: postgres\n    labels: [traefik.enable=false]\n"],
  },
  {
    what: "a container has a TCP router alone",
    config: "compose",
    edit: [
      "    image: postgres\n",
      '    image: postgres\n    labels: [traefik.enable=true, "traefik.tcp.routers.db.rule=HostSNI(`*`)"]\n',
    ],
  },
  {
    what: "the command is one text",
    config: "compose",
    edit: [
      /command:\n((?: {6}- .*\n)+)/,
      "command: --providers.docker.exposedbydefault=false --entrypoints.websecure.address=:443 --entrypoints.websecure.http.tls=true --entrypoints.websecure.http.aliasheadersstrategy=delete --providers.file.directory=/etc/traefik/dynamic\n",
    ],
  },
  {
    what: "a file of Compose's own tags",
    config: "compose",
    edit: ['    ports: ["5432:5432"]\n', "    ports: !reset []\n    environment: !override { A: b }\n"],
  },
];

export const kubernetesSpellings: readonly Spelling[] = [
  {
    what: "the portal's service has the short name of the cluster",
    config: "kubernetesTraefik",
    edit: ["http://zerohop.zerohop.svc.cluster.local:9091/", "http://zerohop.zerohop:9091/"],
  },
  {
    what: "the middleware is named with its provider",
    config: "kubernetesTraefik",
    edit: ["- { name: secured, namespace: zerohop }", "- { name: zerohop-secured@kubernetescrd }"],
  },
  {
    what: "the API is Traefik's old one",
    config: "kubernetesTraefik",
    edit: [/traefik\.io/g, "traefik.containo.us"],
  },
  {
    what: "a route only redirects",
    config: "kubernetesTraefik",
    edit: [
      "---\napiVersion: v1\n",
      `---
{ apiVersion: traefik.io/v1alpha1, kind: Middleware, metadata: { name: https, namespace: web }, spec: { redirectScheme: { scheme: https } } }
---
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: { name: plain, namespace: web }
spec: { entryPoints: [web], routes: [{ match: Host(\`app.example.com\`), middlewares: [{ name: https }], services: [{ kind: TraefikService, name: noop@internal }] }] }
---
apiVersion: v1
`,
    ],
  },
  {
    what: "the gate is the controller's",
    config: "kubernetesIngress",
    edit: [
      /items:([\s\S]*?) {8}nginx\S+auth-url: (.*)\n/,
      "items:\n  - { apiVersion: v1, kind: ConfigMap, metadata: { name: nginx }, data: { global-auth-url: '$2', global-auth-response-headers: 'Remote-User,Remote-Groups,Remote-Name,Remote-Email' } }$1",
    ],
  },
  {
    what: "a policy of the route is merged with the Gateway's",
    config: "kubernetesGateway",
    edit: [
      /^/,
      "apiVersion: gateway.envoyproxy.io/v1alpha1\nkind: SecurityPolicy\nmetadata: { name: cors, namespace: web }\nspec: { mergeType: StrategicMerge, targetRefs: [{ kind: HTTPRoute, name: app }] }\n---\n",
    ],
  },
  {
    what: "a policy of another kind is the route's own",
    config: "kubernetesGateway",
    edit: [
      /^/,
      "apiVersion: gateway.envoyproxy.io/v1alpha1\nkind: EnvoyExtensionPolicy\nmetadata: { name: lua, namespace: web }\nspec: { targetRefs: [{ kind: HTTPRoute, name: app }] }\n---\n",
    ],
  },
  {
    what: "the gate is in front of all workloads of the namespace",
    config: "kubernetesIstio",
    edit: [
      "  selector: { matchLabels: { istio: ingressgateway } }\n  url: oci://registry.example.com/zerohop",
      "  url: oci://registry.example.com/zerohop",
    ],
  },
  {
    what: "the policy is about everything but the portal",
    config: "kubernetesIstio",
    edit: ['hosts: [app.example.com, "app.example.com:*"]', "notHosts: [auth.example.com]"],
  },
  {
    what: "the policy is about all that begins alike, whatever the port",
    config: "kubernetesIstio",
    edit: ['[app.example.com, "app.example.com:*"]', '["app.example.*"]'],
  },
  {
    what: "the match is for gateways",
    config: "kubernetesIstio",
    edit: ["  priority: 100\n", "  priority: 100\n  match: [{ mode: CLIENT_AND_SERVER }]\n"],
  },
  {
    what: "a Gateway only redirects",
    config: "kubernetesIstio",
    edit: [
      /$/,
      "---\napiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: { name: plain }\nspec: { selector: { istio: plain }, servers: [{ port: { number: 80 }, tls: { httpsRedirect: true } }] }\n",
    ],
  },
  {
    what: "Traefik's endpoint is asked, and told of the target in a snippet",
    config: "kubernetesIngress",
    edit: [
      "/api/authz/auth-request\n",
      [
        "/api/authz/forward-auth\n        nginx.ingress.kubernetes.io/auth-snippet: |",
        ...["Proto https", "Host $host", "Uri $request_uri", "Method $request_method"].map(
          (header) => `          proxy_set_header X-Forwarded-${header};`,
        ),
        "",
      ].join("\n"),
    ],
  },
  {
    what: "a class is called otherwise than its controller",
    config: "kubernetesIngress",
    edit: ["ingressClassName: nginx", "ingressClassName: external"],
  },
];
