// A whole site for a benchmark: a host in a process of its own, and real Envoys in front of it with the shipped configuration.
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gateConfig } from "../../workshop/host/program.ts";
import { domain } from "../../workshop/host/site.ts";
import { freePort } from "../../workshop/processes/ports.ts";
import { locateEnvoy } from "../../workshop/programs/envoy.ts";
import { startEnvoy } from "../../workshop/proxies/envoy.ts";
import { renderEnvoyConfig } from "../../workshop/proxies/envoy-config.ts";
import { started, Site as WorkshopSite } from "../../workshop/proxies/site.ts";
import { shippedGate } from "../../workshop/proxies/stack.ts";
import { Connection, type Endpoint, requestText } from "./connection.ts";
import { adaptEnvoyConfig, userHeader } from "./envoy-config.ts";
import { type HostCall, readHostCalls } from "./host-calls.ts";

export const cookieName = "zerohop_session";
export const userNames = ["alice", "bob"] as const;
export type UserName = (typeof userNames)[number];

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

const slowestStart = 30_000;

export class Site extends WorkshopSite {
  readonly proxies: Proxy[] = [];
  readonly #hostLogs: string[] = [];

  /** Everything started, and every worker of every Envoy deciding. */
  static start(options: SiteOptions): Promise<Site> {
    return started(new Site(), (site) => site.#start(options));
  }

  async #start({ proxies = 1, workers, tls = false, inactivity, rules }: SiteOptions): Promise<void> {
    const binary = await locateEnvoy((line) => console.error(line));
    await this.prepare({
      // Envoy answers for the applications.
      application: 9,
      configureHost(config) {
        // Each request is a line then, which is how calls of the host are counted.
        config.log = { level: "debug" };
        // Two people have all sessions.
        config.session.max_per_user = 10_000;
        if (inactivity !== undefined) config.session.inactivity = inactivity;
        config.access_control.rules = [{ domain: `public.${domain}`, policy: "bypass" }, ...rules];
      },
    });
    const others = await Promise.all(Array.from({ length: proxies - 1 }, freePort));
    const ports = [this.httpsPort, ...others];
    // Before the host, which would not have to see a new edge token then.
    const configs = await Promise.all(ports.map(() => gateConfig(this.hostConfig)));
    await this.restartHost();
    for (const [i, port] of ports.entries()) await this.#startProxy({ binary, port, workers, tls, gate: configs[i]! });
  }

  async #startProxy(settings: {
    readonly binary: string;
    readonly port: number;
    readonly workers: number;
    readonly tls: boolean;
    readonly gate: string;
  }): Promise<void> {
    const { binary, port, workers, tls } = settings;
    const folder = join(this.folder, `envoy-${port}`);
    mkdirSync(folder);
    const rendered = renderEnvoyConfig({
      ...{ hostConfig: this.hostConfig, httpsPort: port, httpPort: await freePort(), tls: this.tls },
      applicationPort: this.applicationPort,
      ...{ gate: shippedGate, gateConfig: settings.gate },
    });
    const adminFile = join(folder, "admin");
    const options = ["--concurrency", String(workers), "--admin-address-path", adminFile];
    const envoy = this.stopLater(startEnvoy(binary, adaptEnvoyConfig(rendered, { tls }), folder, options));

    const admin = async (path: string) =>
      (await fetch(`http://${readFileSync(adminFile, "utf8").trim()}${path}`)).text();
    const endpoint = tls ? { port, tls: { ca: this.ca, servername: `app.${domain}` } } : { port };
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
    return readFileSync(join(this.folder, `envoy-${endpoint.port}`, "envoy.log"), "utf8").slice(-4096);
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
    return `${name}.${domain}:${this.httpsPort}`;
  }

  /** Starts the host, also again after its end, and waits until it listens. */
  async restartHost(): Promise<void> {
    this.startHost();
    this.#hostLogs.push(this.hostLog);
    await this.hostListens();
  }

  /** What the host was asked so far. */
  hostCalls(): HostCall[] {
    return readHostCalls(this.#hostLogs);
  }

  /** Logs in at the host, past the proxies, and returns the session's token. */
  async logIn(username: UserName): Promise<string> {
    return (await this.loginAtHost(username)).slice(`${cookieName}=`.length);
  }

  /** Logs out at the host, past the proxies. */
  logOut(token: string): Promise<void> {
    return this.logoutAtHost(`${cookieName}=${token}`);
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
