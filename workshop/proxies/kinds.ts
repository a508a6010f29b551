// The proxies that Zerohop has a configuration for in deploy/, but for Envoy with the gate (stack.ts).
import { join } from "node:path";
import { configureGate } from "./caddy-module.ts";
import { standInForModule } from "./nginx-wasm.ts";
import type { ProxyKind } from "./proxy-kind.ts";
import { installPlugin } from "./traefik-plugin.ts";

export const nginx: ProxyKind = {
  name: "nginx",
  files: ["nginx/nginx.conf"],
  replace: ({ folder, https, http }) => [
    ["listen 80", `listen 127.0.0.1:${http}`],
    ["listen 443", `listen 127.0.0.1:${https}`],
    ["https://$host$request_uri", `https://$host:${https}$request_uri`],
    ["/run/nginx.pid", join(folder, "pid")],
    ["/var/log/nginx/", `${folder}/`],
    [
      "  server_tokens off;",
      ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map((of) => `${of}_temp_path ${join(folder, of)};`)
        .join(" "),
    ],
  ],
  args: (folder) => [
    ...["-p", folder, "-e", join(folder, "error.log")],
    // As root its workers would be nobody, and could not keep a long body in the test's folder.
    ...["-c", join(folder, "nginx.conf"), "-g", `daemon off;${process.getuid?.() === 0 ? " user root;" : ""}`],
  ],
};

/** The gate inside nginx, as far as it can be had without the module that runs it there. */
export const nginxWasm: ProxyKind = {
  ...{ name: "nginx-wasm", program: "nginx", replace: nginx.replace, args: nginx.args },
  files: ["nginx-wasm/nginx.conf"],
  prepare: standInForModule,
};

export const haproxy: ProxyKind = {
  name: "haproxy",
  files: ["haproxy/haproxy.cfg", "haproxy/zerohop.spoe.cfg"],
  replace: ({ folder, https, http }) => [
    ["bind :80", `bind 127.0.0.1:${http}`],
    ["bind :443", `bind 127.0.0.1:${https}`],
    ["/etc/haproxy/zerohop.spoe.cfg", join(folder, "zerohop.spoe.cfg")],
  ],
  args: (folder) => ["-db", "-f", join(folder, "haproxy.cfg")],
  // The tests' HAProxy is older than 3.2.
  passesTrailers: true,
};

export const caddy: ProxyKind = {
  name: "caddy",
  files: ["caddy/Caddyfile"],
  replace: ({ https, http }) => [
    ["http_port 80", `http_port ${http}`],
    ["https_port 443", `https_port ${https}\n\tdefault_bind 127.0.0.1`],
  ],
  args: (folder) => ["run", "--config", join(folder, "Caddyfile"), "--adapter", "caddyfile"],
  dropsRenewal: true,
};

/** The gate inside Caddy. */
export const caddyModule: ProxyKind = {
  name: "caddy module",
  program: "caddy",
  files: ["caddy-module/Caddyfile"],
  replace: caddy.replace,
  args: caddy.args,
  prepare: configureGate,
};

export const traefik: ProxyKind = {
  name: "traefik",
  files: ["traefik/traefik.yml", "traefik/dynamic.yml"],
  replace: ({ folder, https, http }) => [
    ['":80"', `"127.0.0.1:${http}"`],
    ['":443"', `"127.0.0.1:${https}"`],
    ["/etc/traefik/dynamic.yml", join(folder, "dynamic.yml")],
  ],
  args: (folder) => [`--configfile=${join(folder, "traefik.yml")}`],
  passesSession: true,
};

export const envoyExtAuthz: ProxyKind = {
  name: "envoy ext_authz",
  program: "envoy",
  files: ["envoy/ext-authz.yaml"],
  replace: ({ https, http }) => [
    ['address: "::", port_value: 443', `address: "127.0.0.1", port_value: ${https}`],
    ['address: "::", port_value: 80', `address: "127.0.0.1", port_value: ${http}`],
    [", ipv4_compat: true", ""],
  ],
  args: (folder) => [
    ...["--config-path", join(folder, "ext-authz.yaml"), "--disable-hot-restart"],
    ...["--concurrency", "2", "--log-level", "warning"],
  ],
  appendsForwardedFor: true,
};

const { replace, args } = traefik;

/** The gate inside Traefik, with its bundle in a file. */
export const traefikPlugin: ProxyKind = {
  ...{ name: "traefik plugin", program: "traefik", replace, args },
  files: ["traefik-plugin/traefik.yml", "traefik-plugin/dynamic.yml"],
  prepare: installPlugin,
  renewsAtPortal: true,
};
