// The proxies that `zerohop proxy` writes configurations for, but for Envoy with the gate (stack.ts).
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { standInForModule } from "./nginx-wasm.ts";
import type { ProxyKind } from "./proxy-kind.ts";
import { watchBundle } from "./traefik-plugin.ts";

/** Where nginx keeps what is too long for its memory, which is the system's elsewhere. */
export const temporaryPaths = (folder: string) =>
  ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((of) => `${of}_temp_path ${join(folder, of)};`).join(" ");

export const nginx: ProxyKind = {
  name: "nginx",
  writes: "nginx",
  // What is the system's elsewhere.
  replace: ({ folder }) => [
    ["events {", `pid ${join(folder, "pid")}; events {`],
    ["/var/log/nginx/", `${folder}/`],
    ["  server_tokens off;", temporaryPaths(folder)],
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
  writes: "nginx-wasm",
  prepare: standInForModule,
};

export const haproxy: ProxyKind = {
  name: "haproxy",
  ...{ writes: "haproxy", replace: () => [] },
  args: (folder) => ["-db", "-f", join(folder, "haproxy.cfg")],
  // The tests' HAProxy is older than 3.2.
  passesTrailers: true,
};

/** Debian's, with the modules of its apache2-bin. */
export const apache: ProxyKind = {
  name: "apache",
  program: "apache2",
  ...{ writes: "apache", replace: () => [] },
  async prepare({ folder }) {
    const modules = "mpm_event authz_core remoteip lua ssl socache_shmcb headers alias rewrite proxy proxy_http".split(
      " ",
    );
    const lines = modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`);
    const own = [
      `ServerRoot ${folder}`,
      `PidFile ${folder}/apache.pid`,
      `ErrorLog ${folder}/error.log`,
      "ServerName localhost",
    ];
    writeFileSync(join(folder, "httpd.conf"), [...lines, ...own, `Include ${folder}/zerohop.conf`, ""].join("\n"));
    return { replace: [] };
  },
  args: (folder) => ["-X", "-f", join(folder, "httpd.conf")],
};

export const caddy: ProxyKind = {
  name: "caddy",
  ...{ writes: "caddy", replace: () => [] },
  args: (folder) => ["run", "--config", join(folder, "Caddyfile"), "--adapter", "caddyfile"],
  dropsRenewal: true,
};

/** The gate inside Caddy. */
export const caddyModule: ProxyKind = {
  name: "caddy module",
  program: "caddy",
  writes: "caddy-module",
  replace: caddy.replace,
  args: caddy.args,
};

export const traefik: ProxyKind = {
  name: "traefik",
  ...{ writes: "traefik", replace: () => [] },
  args: (folder) => [`--configfile=${join(folder, "traefik.yml")}`],
  passesSession: true,
};

const envoyArgs = (file: string) => (folder: string) => [
  ...["--config-path", join(folder, file), "--disable-hot-restart"],
  ...["--concurrency", "2", "--log-level", "warning"],
];

/** As it is written, where stack.ts has more to change about it. */
export const envoyGate: ProxyKind = {
  name: "envoy",
  ...{ writes: "envoy", replace: () => [] },
  args: envoyArgs("envoy.yaml"),
  appendsForwardedFor: true,
};

export const envoyExtAuthz: ProxyKind = {
  name: "envoy ext_authz",
  program: "envoy",
  ...{ writes: "envoy-ext-authz", replace: () => [] },
  args: envoyArgs("ext-authz.yaml"),
  appendsForwardedFor: true,
};

const { replace, args } = traefik;

/** The gate inside Traefik, with its bundle in a file. */
export const traefikPlugin: ProxyKind = {
  ...{ name: "traefik plugin", program: "traefik", replace, args },
  writes: "traefik-plugin",
  prepare: watchBundle,
  renewsAtPortal: true,
};
