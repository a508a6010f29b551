// What a hole is: the smallest edit that opens a way around the gate in a clean configuration, and what must be found.
import { join } from "node:path";
import { anySite, type Site } from "../../../../host/lint/site.ts";

const clean = join(import.meta.dirname, "../clean");
const deploy = join(import.meta.dirname, "../../../../deploy");

/** A configuration: its folder, and the file that is linted. */
export const configurations = {
  envoy: [join(deploy, "envoy"), "envoy.yaml"],
  extAuthz: [join(clean, "envoy"), "ext-authz.yaml"],
  nginx: [join(clean, "nginx"), "nginx.conf"],
  wasm: [join(clean, "nginx-wasm"), "nginx.conf"],
  haproxy: [join(clean, "haproxy"), "haproxy.cfg"],
  haproxyAgent: [join(deploy, "haproxy"), "haproxy.cfg"],
  haproxyAuthRequest: [join(clean, "haproxy"), "auth-request.cfg"],
  caddy: [join(clean, "caddy"), "Caddyfile"],
  caddyModule: [join(deploy, "caddy-module"), "Caddyfile"],
  traefik: [join(clean, "traefik"), "traefik.yml"],
  traefikPlugin: [join(deploy, "traefik-plugin"), "traefik.yml"],
  compose: [join(clean, "compose"), "docker-compose.yml"],
  kubernetesTraefik: [join(clean, "kubernetes"), "traefik.yaml"],
  kubernetesIngress: [join(clean, "kubernetes"), "ingress-nginx.yaml"],
  kubernetesGateway: [join(clean, "kubernetes"), "envoy-gateway.yaml"],
  kubernetesIstio: [join(clean, "kubernetes"), "istio.yaml"],
} as const;

/** A host whose configuration says what is given. */
export function siteWith(site: Partial<Site> | undefined): Site {
  return { ...anySite, ...site };
}

export interface Hole {
  readonly rule: string;
  readonly what: string;
  readonly config: keyof typeof configurations;
  /** The file that is edited, when it is not the one that is linted. */
  readonly file?: string;
  readonly edit: readonly [from: string | RegExp, to: string];
  /** What the host's configuration says, but for what every host has. */
  readonly site?: Partial<Site>;
  /** What the line that is reported contains. */
  readonly line: string;
}
