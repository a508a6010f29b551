// The proxies that Zerohop writes configurations for: `zerohop proxy`, `zerohop init`, and the files of deploy/.
import { usage } from "../kit/errors.ts";
import { nearest } from "../kit/yaml/nearest.ts";
import { apacheFiles } from "./apache.ts";
import { caddyFiles, caddyModuleFiles } from "./caddy.ts";
import { envoyFiles, extAuthzFiles } from "./envoy.ts";
import type { ConfigurationFile, Front } from "./front.ts";
import { frontOf, type Site, type Wishes } from "./front-of.ts";
import { haproxyFiles } from "./haproxy.ts";
import { envoyGatewayFiles, istioFiles } from "./kubernetes.ts";
import { nginxFiles } from "./nginx.ts";
import { npmFiles, swagFiles } from "./nginx-containers.ts";
import { nginxWasmFiles } from "./nginx-wasm.ts";
import { traefikFiles, traefikLabelsFiles, traefikPluginFiles } from "./traefik.ts";

interface Proxy {
  /** What decides there, in a few words. */
  readonly summary: string;
  /** The program, after which its folder in /etc is called. */
  readonly program: string;
  /** What of build/ it loads, by name in the configuration's folder. */
  readonly modules?: Readonly<Record<string, string>>;
  /** Whether a gate in it asks the host for bundles and leases, by an edge token. */
  readonly hasGate?: boolean;
  /** Where its files have to lie, when that is not its folder in /etc. */
  readonly folder?: string;
  /** By what name it reaches the host where nothing else is said, when its own machine is a container, which the host is not in. */
  readonly hostName?: string;
  /** Whether it runs in Kubernetes, where hosts are Services. */
  readonly inCluster?: boolean;
  readonly files: (front: Front) => readonly ConfigurationFile[];
}

/** What documentation calls the host's container, and its Service. */
const container = "zerohop";
const service = "zerohop.zerohop.svc.cluster.local";

const proxies = {
  envoy: {
    ...{ summary: "the gate inside Envoy", program: "envoy", hasGate: true, files: envoyFiles },
    modules: { "gate.wasm": "gate.wasm" },
  },
  "envoy-ext-authz": { summary: "Envoy asks the host, by ext_authz", program: "envoy", files: extAuthzFiles },
  nginx: { summary: "nginx asks the host, by auth_request", program: "nginx", files: nginxFiles },
  "nginx-wasm": {
    ...{
      summary: "the gate inside nginx with ngx_wasm_module",
      program: "nginx",
      hasGate: true,
      files: nginxWasmFiles,
    },
    modules: { "gate.nginx.wasm": "gate.nginx.wasm" },
  },
  npm: {
    ...{ summary: "Nginx Proxy Manager asks the host, by auth_request", program: "npm", files: npmFiles },
    ...{ folder: "/data/nginx/custom", hostName: container },
  },
  swag: {
    ...{ summary: "SWAG asks the host, by auth_request", program: "swag", files: swagFiles },
    ...{ folder: "/config/nginx", hostName: container },
  },
  haproxy: { summary: "HAProxy asks the host, over SPOP", program: "haproxy", files: haproxyFiles },
  apache: { summary: "Apache asks the host, by mod_lua", program: "apache2", files: apacheFiles },
  caddy: { summary: "Caddy asks the host, by forward_auth", program: "caddy", files: caddyFiles },
  "caddy-module": {
    ...{ summary: "the gate inside Caddy, with its module", program: "caddy", hasGate: true, files: caddyModuleFiles },
  },
  traefik: { summary: "Traefik asks the host, by ForwardAuth", program: "traefik", files: traefikFiles },
  "traefik-labels": {
    ...{
      summary: "Traefik asks the host, routers in containers' labels",
      program: "traefik",
      files: traefikLabelsFiles,
    },
    ...{ folder: "/etc/traefik", hostName: container },
  },
  "traefik-plugin": {
    ...{
      summary: "the gate inside Traefik, as a Wasm plugin",
      program: "traefik",
      hasGate: true,
      files: traefikPluginFiles,
    },
    modules: {
      "plugins-local/src/zerohop/plugin.wasm": "traefik-plugin/plugin.wasm",
      "plugins-local/src/zerohop/.traefik.yml": "traefik-plugin/.traefik.yml",
    },
  },
  istio: {
    ...{ summary: "the gate inside Istio's ingress gateway", program: "istio", hasGate: true, files: istioFiles },
    ...{ inCluster: true, hostName: service },
  },
  "envoy-gateway": {
    ...{ summary: "the gate inside Envoy Gateway", program: "envoy-gateway", hasGate: true, files: envoyGatewayFiles },
    ...{ inCluster: true, hostName: service },
  },
} as const satisfies Readonly<Record<string, Proxy>>;

export type ProxyName = keyof typeof proxies;

export const proxyNames = Object.keys(proxies) as readonly ProxyName[];

export function proxyNamed(name: ProxyName): Proxy {
  return proxies[name];
}

/** Throws HostError "usage" for what is no proxy's name. */
export function proxyName(text: string): ProxyName {
  const name = proxyNames.find((one) => one === text);
  if (name !== undefined) return name;
  const suggestion = nearest(text, proxyNames);
  const hint = suggestion === undefined ? "" : `; did you mean ${suggestion}?`;
  throw usage(`there is no proxy "${text}"${hint} There are ${proxyNames.join(", ")}`);
}

/** The files of a proxy's configuration. Throws HostError "usage" where it cannot be what is wished for. */
export function proxyConfiguration(name: ProxyName, site: Site, wishes: Wishes): readonly ConfigurationFile[] {
  const { files, inCluster, hostName } = proxyNamed(name);
  return files(frontOf(site, { ...wishes, inCluster, hostName }));
}
