// A whole site for a benchmark: a host in a process of its own, and real Envoys in front of it with the shipped
// configuration, on free ports and in a folder that goes with it.
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { parse, stringify } from "yaml";
import { hashArgon2 } from "../../host/identity/passwords/argon2.ts";
import { tlsFiles } from "../../workshop/certificates/tls-files.ts";
import { gateConfig, hostListens, startHost } from "../../workshop/host/program.ts";
import { freePort } from "../../workshop/processes/ports.ts";
import type { Program } from "../../workshop/processes/program.ts";
import { locateEnvoy } from "../../workshop/programs/envoy.ts";
import { startEnvoy } from "../../workshop/proxies/envoy.ts";
import { renderEnvoyConfig } from "../../workshop/proxies/envoy-config.ts";
import { Connection, type Endpoint, requestText } from "./connection.ts";
import { adaptEnvoyConfig, userHeader } from "./envoy-config.ts";
import { type HostCall, readHostCalls } from "./host-calls.ts";

export const domain = "zerohop.localhost";
export const cookieName = "zerohop_session";
export const password = "demo";

/** Everybody's groups, by name. */
export const users = { alice: ["admins", "dev"], bob: ["dev"] } as const;
export type UserName = keyof typeof users;

export interface SiteOptions {
  /** How many Envoys; 1 unless told. */
  readonly proxies?: number;
  /** Worker threads of each. */
  readonly workers: number;
  /** TLS as shipped; otherwise plain HTTP that the gate sees as https, where the generator's own CPU time matters. */
  readonly tls?: boolean;
  /** session.inactivity, seconds: a lease is a fifth of it. The host's default unless told. */
  readonly inactivity?: number;
  /** After one that lets everybody see public. */
  readonly rules: readonly object[];
}

export interface Proxy {
  readonly pid: number;
  readonly endpoint: Endpoint;
  /** How it ended, once it has (Program.ended). */
  readonly ended: Promise<string>;
  /** The text of an admin page, such as `/stats`. */
  admin(path: string): Promise<string>;
}

const cli = join(import.meta.dirname, "..", "..", "host", "cli", "main.ts");
const gate = join(import.meta.dirname, "..", "..", "build", "gate.wasm");
/** Logins are no part of what is measured. */
const cheapHash = { memory: 64, passes: 1, parallelism: 1, tagLength: 32, saltLength: 16 };
const slowestStart = 30_000;

export class Site implements AsyncDisposable {
  readonly proxies: Proxy[] = [];
  readonly #folder = mkdtempSync(join(tmpdir(), "zerohop-bench-"));
  readonly #config = join(this.#folder, "zerohop.yml");
  readonly #programs: Program[] = [];
  readonly #hostLogs: string[] = [];
  #host!: Program;
  #hostPort = 0;
  /** The port in the portal's URL. */
  #port = 0;

  /** Everything started, and every worker of every Envoy deciding. */
  static async start(options: SiteOptions): Promise<Site> {
    const site = new Site();
    try {
      await site.#start(options);
      return site;
    } catch (error) {
      await site[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #start({ proxies = 1, workers, tls = false, inactivity, rules }: SiteOptions): Promise<void> {
    const binary = await locateEnvoy((line) => console.error(line));
    const ports = await Promise.all(Array.from({ length: proxies }, freePort));
    this.#port = ports[0]!;
    this.#hostPort = await freePort();
    await this.#writeConfig(inactivity, rules);
    // Before the host, which would not have to see a new edge token then.
    const configs = await Promise.all(ports.map(() => gateConfig(this.#config)));
    await this.startHost();
    for (const [i, port] of ports.entries()) await this.#startProxy({ binary, port, workers, tls, gate: configs[i]! });
  }

  async #writeConfig(inactivity: number | undefined, rules: readonly object[]): Promise<void> {
    const accounts = Object.entries(users).map(async ([name, groups]) => {
      return [name, { email: `${name}@example.com`, password: await hashArgon2(password, cheapHash), groups }] as const;
    });
    const accountsByName = Object.fromEntries(await Promise.all(accounts));
    writeFileSync(join(this.#folder, "users.yml"), stringify({ users: accountsByName }), { mode: 0o600 });
    const config = {
      server: { address: `tcp://127.0.0.1:${this.#hostPort}`, trusted_proxies: ["127.0.0.1"] },
      // Each request is a line then, which is how calls of the host are counted.
      log: { level: "debug" },
      storage: { encryption_key: randomBytes(32).toString("base64url"), local: { path: "zerohop.sqlite" } },
      session: {
        // Two people have all sessions.
        max_per_user: 10_000,
        ...(inactivity === undefined ? {} : { inactivity }),
        cookies: [{ domain, portal_url: `https://${this.authority("auth")}` }],
      },
      authentication_backend: { file: { path: "users.yml" } },
      access_control: { default_policy: "deny", rules: [{ domain: `public.${domain}`, policy: "bypass" }, ...rules] },
    };
    writeFileSync(this.#config, stringify(config), { mode: 0o600 });
  }

  async #startProxy(settings: {
    readonly binary: string;
    readonly port: number;
    readonly workers: number;
    readonly tls: boolean;
    readonly gate: string;
  }): Promise<void> {
    const { binary, port, workers, tls } = settings;
    const folder = join(this.#folder, `envoy-${port}`);
    mkdirSync(folder);
    const certificates = tlsFiles(join(this.#folder, "tls"), domain);
    const rendered = renderEnvoyConfig({
      ...{ domain, address: "127.0.0.1", httpsPort: port, httpPort: await freePort(), tls: certificates },
      // Nothing listens there: Envoy answers for the applications.
      ...{ hostPort: this.#hostPort, applicationPort: 9, gate, gateConfig: settings.gate },
    });
    const adminFile = join(folder, "admin");
    const options = ["--concurrency", String(workers), "--admin-address-path", adminFile];
    const envoy = startEnvoy(binary, adaptEnvoyConfig(rendered, { tls }), folder, options);
    this.#programs.push(envoy);

    const admin = async (path: string) =>
      (await fetch(`http://${readFileSync(adminFile, "utf8").trim()}${path}`)).text();
    const ca = readFileSync(certificates.authority, "utf8");
    const endpoint = tls ? { port, tls: { ca, servername: `app.${domain}` } } : { port };
    const proxy = { pid: envoy.pid, endpoint, ended: envoy.ended, admin };
    const end = await Promise.race([this.#decides(proxy, workers), envoy.ended]);
    if (end) throw new Error(end);
    this.proxies.push(proxy);
  }

  /** Waits until a connection to each worker is let through where everybody is. */
  async #decides(proxy: Proxy, workers: number): Promise<undefined> {
    const question = requestText({ host: this.authority("public"), path: "/" });
    const deadline = Date.now() + slowestStart;
    while (Date.now() < deadline) {
      const connections = await this.connectToEveryWorker(proxy, workers).catch(() => undefined);
      if (!connections) {
        await sleep(100);
        continue;
      }
      const statuses = await Promise.all(connections.map(async (one) => (await one.ask(question)).status));
      for (const connection of connections) connection.close();
      if (statuses.every((status) => status === 200)) return undefined;
      await sleep(50);
    }
    throw new Error(`no decision within ${slowestStart} ms; the end of envoy.log:\n${this.#envoyLog(proxy)}`);
  }

  #envoyLog({ endpoint }: Proxy): string {
    return readFileSync(join(this.#folder, `envoy-${endpoint.port}`, "envoy.log"), "utf8").slice(-4096);
  }

  /** Opens connections, at least four a worker, until Envoy's own counters say that each worker has one. */
  async connectToEveryWorker({ endpoint, admin }: Proxy, workers: number): Promise<Connection[]> {
    const connections: Connection[] = [];
    while (connections.length < 64 * workers) {
      for (let i = 0; i < 4 * workers; i++) connections.push(await Connection.open(endpoint));
      const stats = await admin(`/stats?filter=${endpoint.port}.worker_.*downstream_cx_active`);
      const busy = stats.split("\n").filter((line) => Number(line.split(": ")[1]) > 0);
      if (busy.length === workers) return connections;
    }
    throw new Error(`${connections.length} connections did not reach all of Envoy's ${workers} workers`);
  }

  /** The Host of one of the site's hosts: auth, app, admin, public. */
  authority(name: string): string {
    return `${name}.${domain}:${this.#port}`;
  }

  /** Starts the host, also again after its end, and waits until it listens. */
  async startHost(): Promise<void> {
    const log = join(this.#folder, `host-${this.#hostLogs.length}.log`);
    this.#hostLogs.push(log);
    this.#host = startHost(this.#config, log);
    this.#programs.push(this.#host);
    await hostListens(this.#host, this.#hostPort);
  }

  /** As a crash would: SIGKILL. */
  async killHost(): Promise<void> {
    await this.#host.stop("SIGKILL");
  }

  get hostPid(): number {
    return this.#host.pid;
  }

  /** What the host was asked so far. */
  hostCalls(): HostCall[] {
    return readHostCalls(this.#hostLogs);
  }

  /** Changes the host's config file in place, by one write. */
  // biome-ignore lint/suspicious/noExplicitAny: a config file, to be changed anywhere
  editConfig(change: (config: any) => void): void {
    const config = parse(readFileSync(this.#config, "utf8"));
    change(config);
    writeFileSync(this.#config, stringify(config));
  }

  /** Runs a command of the CLI, such as `["key", "rotate"]`, on the site's config. */
  async cli(args: readonly string[]): Promise<void> {
    const options = ["--disable-warning=ExperimentalWarning", cli, ...args, "--config", this.#config];
    await promisify(execFile)(process.execPath, options);
  }

  /** Logs in at the host, past the proxies, and returns the session's token. */
  async logIn(username: UserName): Promise<string> {
    const answer = await this.#post("/api/firstfactor", { username, password, keepMeLoggedIn: false });
    const token = new RegExp(`^${cookieName}=([^;]+)`).exec(answer.headers.getSetCookie()[0] ?? "")?.[1];
    if (!token) throw new Error(`the login answered ${answer.status}: ${await answer.text()}`);
    return token;
  }

  /** Logs out at the host, past the proxies. */
  async logOut(token: string): Promise<void> {
    const answer = await this.#post("/api/logout", {}, { cookie: `${cookieName}=${token}` });
    if (!answer.ok) throw new Error(`the logout answered ${answer.status}: ${await answer.text()}`);
  }

  #post(path: string, body: object, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.#hostPort}${path}`, {
      method: "POST",
      headers: { ...this.#asProxy(), "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  }

  #asProxy(): Record<string, string> {
    const host = this.authority("auth");
    return { "x-forwarded-for": "127.0.0.1", "x-forwarded-proto": "https", "x-forwarded-host": host };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#programs.map((program) => program.stop()));
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** The session id in a token. */
export function sessionId(token: string): string {
  return JSON.parse(Buffer.from(token.split(".")[1]!, "base64url").toString()).sid;
}

/** What an answer says about the decision; `user` is who the backend would have been told it is. */
export interface Decision {
  readonly outcome: "allow" | "login" | "deny" | "error" | "other";
  readonly user: string | undefined;
}

export function decisionOf({ status, header }: { status: number; header(name: string): string | undefined }): Decision {
  const user = header(userHeader);
  if (status === 200) return { outcome: "allow", user };
  if (status === 302 && header("location")?.startsWith(`https://auth.${domain}:`)) return { outcome: "login", user };
  if (status === 403) return { outcome: "deny", user };
  return { outcome: status >= 500 ? "error" : "other", user };
}
