// The files of deploy/ that `zerohop proxy` and `zerohop init --compose` write for an example: what people read before they run them for their
// own site.
import { composeText } from "../../host/proxies/compose.ts";
import type { Site, Wishes } from "../../host/proxies/front-of.ts";
import { type ProxyName, proxyConfiguration, proxyNamed } from "../../host/proxies/proxies.ts";

/** What the example's zerohop.yml says, as far as it counts here. */
const site: Site = {
  server: {
    address: { host: "127.0.0.1", port: 9091 },
    spoeAddress: { host: "127.0.0.1", port: 9092 },
    tls: null,
    trustedProxies: [],
  },
  session: {
    name: "zerohop_session",
    cookies: [
      {
        domain: "example.com",
        portalUrl: "https://auth.example.com",
        basic: { headers: [], forwardAuthHeaders: [], forward: false },
        identityHeaders: { user: [], groups: [], name: [], email: [] },
      },
    ],
  },
  gate: { trustedProxies: [], accessLog: "refused", dropSessionSetCookie: false, cacheMegabytes: undefined },
};

const apps = ["app.example.com=http://127.0.0.1:8000", "admin.example.com,public.example.com=http://127.0.0.1:8001"];
const image = `registry.example.com/zerohop/gate:0.1.0@sha256:${"0".repeat(64)}`;

interface Example {
  readonly proxy: ProxyName;
  /** Of deploy/. */
  readonly folder: string;
  readonly wishes?: Partial<Wishes>;
  /** Other names of its files, where two examples are in one folder. */
  readonly names?: Readonly<Record<string, string>>;
}

const certificate = (program: string) => ({
  certificate: `/etc/${program}/tls/fullchain.pem`,
  key: `/etc/${program}/tls/privkey.pem`,
});

const examples: readonly Example[] = [
  { proxy: "envoy", folder: "envoy" },
  { proxy: "envoy-ext-authz", folder: "envoy" },
  { proxy: "nginx", folder: "nginx" },
  { proxy: "nginx", folder: "nginx", wishes: { apps: [] }, names: { "nginx.conf": "front-door.conf" } },
  { proxy: "nginx-wasm", folder: "nginx-wasm" },
  { proxy: "npm", folder: "npm", wishes: { apps: [] } },
  { proxy: "swag", folder: "swag", wishes: { apps: ["app.example.com=http://app:8000"] } },
  { proxy: "haproxy", folder: "haproxy" },
  { proxy: "apache", folder: "apache" },
  { proxy: "caddy", folder: "caddy", wishes: certificate("caddy") },
  { proxy: "caddy-module", folder: "caddy-module", wishes: certificate("caddy") },
  { proxy: "traefik", folder: "traefik" },
  {
    ...{ proxy: "traefik-labels", folder: "traefik-labels" },
    wishes: { apps: ["app.example.com=http://app:8000"] },
  },
  { proxy: "traefik-plugin", folder: "traefik-plugin" },
  {
    ...{ proxy: "istio", folder: "istio" },
    wishes: { namespace: "istio-ingress", gateway: "istio=ingressgateway", image },
  },
  {
    ...{ proxy: "envoy-gateway", folder: "envoy-gateway" },
    wishes: { image },
  },
];

/** By their paths in the repository. */
export function deployedFiles(): Readonly<Record<string, string>> {
  const files = examples.flatMap(({ proxy, folder, wishes, names = {} }) => {
    const { program, folder: own } = proxyNamed(proxy);
    const there = own ?? `/etc/${program}`;
    const all: Wishes = { apps, ...wishes, folder: there, command: commandOf(proxy, { apps, ...wishes }, there) };
    return proxyConfiguration(proxy, site, all).map(
      ({ path, text }) => [`deploy/${folder}/${names[path] ?? path}`, text] as const,
    );
  });
  return Object.fromEntries([...files, ...composeFiles()]);
}

/** The Compose files, for the proxies that are asked about most. */
function composeFiles(): (readonly [path: string, text: string])[] {
  return (["nginx", "envoy", "caddy", "traefik"] as const).map((proxy) => {
    const text = composeText({
      ...{ proxy, image: "registry.example.com/zerohop/zerohop:0.1.0", user: "1000:1000" },
      ports: { https: 443, http: 80 },
      certificate: { chain: "tls/fullchain.pem", key: "tls/privkey.pem" },
      reachesMachine: false,
    });
    return [`deploy/compose/${proxy}.yaml`, text];
  });
}

function commandOf(proxy: ProxyName, wishes: Partial<Wishes>, folder: string): string {
  const { apps = [], hosts = [], certificate, key, namespace, gateway, image } = wishes;
  const given = [
    ...hosts.map((host) => ["host", host]),
    ...apps.map((app) => ["app", app]),
    ...Object.entries({ certificate, key, namespace, gateway, image, output: folder }),
  ];
  const options = given.flatMap(([name, value]) => (value === undefined ? [] : [`--${name} ${value}`]));
  return ["zerohop proxy", proxy, "--config zerohop.yml", ...options].join(" ");
}
