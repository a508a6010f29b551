// The host and the demo's backend behind a real proxy that asks the host: the configuration is the one in deploy/, with the
// places that it marks CHANGE, and its ports, put right for the machine.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { vi } from "vitest";
import { type Backend, startBackend } from "../backends/application.ts";
import { type TlsFiles, tlsFiles } from "../certificates/tls-files.ts";
import { HttpsClient } from "../clients/https-client.ts";
import { hostListens, startHost } from "../host/program.ts";
import { domain, writeSite } from "../host/site.ts";
import { freePort } from "../processes/ports.ts";
import { type Program, startProgram } from "../processes/program.ts";
import { standInForModule } from "./nginx-wasm.ts";
import { installPlugin } from "./traefik-plugin.ts";

const deploy = join(import.meta.dirname, "..", "..", "deploy");
const slowestStart = 20_000;

/** Seconds. A lease is one then: whoever waits for two has one that has run out. A session that is not remembered ends 4 s later. */
export const inactivity = 5;

/** What of a shipped configuration differs from machine to machine. */
interface Places {
  readonly folder: string;
  readonly https: number;
  readonly http: number;
  readonly tls: TlsFiles;
}

/** What it cannot do, as docs/forward-auth.md and its configuration say. */
export interface Limits {
  readonly passesSession?: boolean;
  readonly dropsRenewal?: boolean;
  /** Gives no new lease: browsers get theirs at the portal. */
  readonly renewsAtPortal?: boolean;
  /** Passes on what comes behind a body in chunks. */
  readonly passesTrailers?: boolean;
  /** Adds the client to the X-Forwarded-For it came with, of which only the last entry is to be believed then. */
  readonly appendsForwardedFor?: boolean;
}

/** A proxy: its files in deploy/, what else has to be replaced in them, and how it is started. */
export interface ProxyKind extends Limits {
  readonly name: string;
  /** False: it is not waited for that it lets anybody in. */
  readonly opens?: boolean;
  /** Seconds, when it is not `inactivity`. */
  readonly inactivity?: number;
  /** What it runs in, when its name is another. */
  readonly program?: string;
  readonly files: readonly string[];
  readonly replace: (places: Places) => readonly (readonly [from: string, to: string])[];
  readonly args: (folder: string) => readonly string[];
  /** Sets up what it needs besides, and returns what else is to be replaced, and what runs beside it. */
  readonly prepare?: (site: PreparedSite) => Promise<Preparation>;
}

export interface PreparedSite {
  readonly folder: string;
  /** The host's config file, and where it listens. */
  readonly config: string;
  readonly hostUrl: string;
}

export interface Preparation {
  readonly replace: readonly (readonly [from: string, to: string])[];
  readonly program: Program;
}

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
  files: ["haproxy/haproxy.cfg", "haproxy/zerohop.lua"],
  replace: ({ folder, https, http }) => [
    ["bind :80", `bind 127.0.0.1:${http}`],
    ["bind :443", `bind 127.0.0.1:${https}`],
    ["/etc/haproxy/zerohop.lua", join(folder, "zerohop.lua")],
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

export interface SiteOptions {
  readonly configure?: (config: string) => string;
  readonly users?: string;
  /** The port of an application of the test's own, in place of the demo's. */
  readonly application?: number | undefined;
}

export class ForwardAuthStack implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), "zerohop-"));
  readonly #tls = tlsFiles(join(this.folder, "tls"), domain);
  readonly ca = readFileSync(this.#tls.authority, "utf8");
  readonly client = new HttpsClient(this.ca);
  readonly #programs: Program[] = [];
  #backend: Backend | undefined;
  host!: Program;
  /** What runs beside the proxy, if anything does. */
  beside: Program | undefined;
  proxy!: Program;
  httpsPort = 0;
  httpPort = 0;

  static async start(proxy: ProxyKind, program: string, options: SiteOptions = {}): Promise<ForwardAuthStack> {
    const stack = new ForwardAuthStack();
    try {
      await stack.#start(proxy, program, options);
    } catch (error) {
      await stack[Symbol.asyncDispose]();
      throw error;
    }
    return stack;
  }

  async #start(proxy: ProxyKind, program: string, { configure, users, application }: SiteOptions): Promise<void> {
    this.httpsPort = await freePort();
    this.httpPort = await freePort();
    const hostPort = await freePort();
    if (application === undefined) this.#backend = await startBackend(0);
    if (users !== undefined) writeFileSync(join(this.folder, "users.yml"), users);
    const config = await writeSite(this.folder, { https: this.httpsPort, host: hostPort });
    const text = readFileSync(config, "utf8")
      .replace("session:\n", `session:\n  inactivity: ${proxy.inactivity ?? inactivity}s\n`)
      // What the host takes from the proxies that ask it, whatever is configured.
      .replace("    - domain:", "    - basic: { headers: [authorization, proxy_authorization] }\n      domain:");
    writeFileSync(config, configure?.(text) ?? text);
    const host = startHost(config, join(this.folder, "host.log"));
    this.#programs.push(host);
    this.host = host;
    await hostListens(host, hostPort);
    const site = { folder: this.folder, config, hostUrl: `http://127.0.0.1:${hostPort}` };
    const prepared = await proxy.prepare?.(site);
    this.beside = prepared?.program;
    if (prepared) this.#programs.push(prepared.program);

    const combined = join(this.folder, "combined.pem");
    writeFileSync(combined, readFileSync(this.#tls.certificate, "utf8") + readFileSync(this.#tls.key, "utf8"), {
      mode: 0o600,
    });
    const places = { folder: this.folder, https: this.httpsPort, http: this.httpPort, tls: this.#tls };
    const applicationPort = application ?? this.#backend!.port;
    const common = [
      ["example.com", domain],
      ["127.0.0.1:9091", `127.0.0.1:${hostPort}`],
      ["127.0.0.1:8000", `127.0.0.1:${applicationPort}`],
      // As Envoy has them.
      ["port_value: 9091", `port_value: ${hostPort}`],
      ["port_value: 8000", `port_value: ${applicationPort}`],
      [`/etc/${proxy.program ?? proxy.name}/tls/fullchain.pem`, this.#tls.certificate],
      [`/etc/${proxy.program ?? proxy.name}/tls/privkey.pem`, this.#tls.key],
      [`/etc/${proxy.program ?? proxy.name}/tls/combined.pem`, combined],
    ] as const;
    for (const file of proxy.files) {
      let rendered = readFileSync(join(deploy, file), "utf8");
      for (const [from, to] of [...common, ...(prepared?.replace ?? []), ...proxy.replace(places)])
        rendered = rendered.replaceAll(from, to);
      writeFileSync(join(this.folder, file.split("/").at(-1)!), rendered);
    }
    const log = join(this.folder, `${proxy.name}.log`);
    const running = startProgram(proxy.name, program, proxy.args(this.folder), log, this.folder);
    this.#programs.push(running);
    this.proxy = running;
    if (proxy.opens === false) return;
    const end = await Promise.race([this.#answers(), running.ended]);
    if (end) throw new Error(end);
  }

  /** The URL of a path, as it is written, at a host of the demo. */
  url(name: string, path = "/"): string {
    return `https://${name}.${domain}:${this.httpsPort}${path}`;
  }

  /** Stops a program with the others. */
  alsoStop(program: Program): void {
    this.#programs.push(program);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#programs.map((program) => program.stop()));
    await this.#backend?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #answers(): Promise<undefined> {
    const passes = async () => {
      const { status } = await this.client.get(this.url("public"));
      if (status !== 200) throw new Error(`public. answers ${status}`);
    };
    await vi.waitFor(passes, { timeout: slowestStart, interval: 100 });
    return undefined;
  }
}
