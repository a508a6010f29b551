// A site of its own for a test or a benchmark: a host in a process, the demo's application or another, certificates, and free ports, in a
// folder that goes with it. What runs in front of them is up to who extends it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { type Backend, startBackend } from "../backends/application.ts";
import { type TlsFiles, tlsFiles } from "../certificates/tls-files.ts";
import { HttpsClient } from "../clients/https-client.ts";
import { logIn } from "../clients/portal-login.ts";
import { hostListens, startHost, type Zerohop, zerohop } from "../host/program.ts";
import { domain, writeSite } from "../host/site.ts";
import { demoPeople, password, usersFile } from "../host/users.ts";
import { freePort } from "../processes/ports.ts";
import type { Program } from "../processes/program.ts";
import { until } from "../waiting.ts";

/** Parsed JSON or YAML whose shape the test knows. */
// biome-ignore lint/suspicious/noExplicitAny: a config file, to be changed anywhere
export type Tree = any;

export interface SiteOptions {
  /** The port of an application of the test's own, in place of the demo's. */
  readonly application?: number | undefined;
  /** The text of the users file; the demo's two people unless told. */
  readonly users?: string | undefined;
  /** Changes the host's config file in place. */
  readonly configureHost?: ((config: Tree) => void) | undefined;
  /** Another `zerohop` than the checkout's. */
  readonly zerohop?: Zerohop | undefined;
}

export class Site implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), "zerohop-"));
  readonly #programs: Program[] = [];
  #backend: Backend | undefined;
  #hostLogs = 0;
  protected zerohop: Zerohop | undefined;
  tls!: TlsFiles;
  /** PEM of the authority that signed the site's certificate. */
  ca!: string;
  client!: HttpsClient;
  httpsPort = 0;
  httpPort = 0;
  /** Where the host listens, or would. */
  hostPort = 0;
  applicationPort = 0;
  /** The host's config file. */
  hostConfig = "";
  /** The host that was started last. */
  host!: Program;

  /** Lays out the files and starts the application. The host is not started yet. */
  async prepare({ application, users, configureHost, zerohop }: SiteOptions): Promise<void> {
    this.zerohop = zerohop;
    this.tls = await tlsFiles(join(this.folder, "tls"), domain);
    this.ca = readFileSync(this.tls.authority, "utf8");
    this.client = new HttpsClient(this.ca);
    [this.httpsPort, this.httpPort, this.hostPort] = [await freePort(), await freePort(), await freePort()];
    if (application === undefined) this.#backend = await startBackend(0);
    this.applicationPort = application ?? this.#backend!.port;
    writeFileSync(join(this.folder, "users.yml"), users ?? (await usersFile(demoPeople)), { mode: 0o600 });
    this.hostConfig = await writeSite(this.folder, { https: this.httpsPort, host: this.hostPort });
    if (configureHost) this.editConfig(configureHost);
  }

  /** Changes the host's config file in place, by one write. */
  editConfig(change: (config: Tree) => void): void {
    const config: Tree = parse(readFileSync(this.hostConfig, "utf8"));
    change(config);
    writeFileSync(this.hostConfig, stringify(config));
  }

  /** Starts the host, also again after its end. */
  startHost(): Program {
    this.#hostLogs++;
    this.host = this.stopLater(startHost(this.hostConfig, this.hostLog, this.zerohop));
    return this.host;
  }

  /** Waits until the host listens. */
  async hostListens(): Promise<void> {
    await hostListens(this.host, this.hostPort);
  }

  /** Runs a command of the CLI, such as `["key", "rotate"]`, on the host's config, and returns what it prints. */
  async command(args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await zerohop([...args, "--config", this.hostConfig], { zerohop: this.zerohop });
    if (code !== 0) throw new Error(`zerohop ${args.join(" ")} failed: ${stderr.trim()}`);
    return stdout;
  }

  /** Where the host that was started last logs: each to a file of its own. */
  get hostLog(): string {
    return join(this.folder, this.#hostLogs < 2 ? "host.log" : `host-${this.#hostLogs}.log`);
  }

  get hostUrl(): string {
    return `http://127.0.0.1:${this.hostPort}`;
  }

  /** Stops a program with the site. */
  stopLater(program: Program): Program {
    this.#programs.push(program);
    return program;
  }

  /** The URL of a path, as it is written, at a host of the demo: app, admin, public or auth. */
  url(name: string, path = "/", port = this.httpsPort): string {
    return `https://${name}.${domain}:${port}${path}`;
  }

  /** Logs in at the portal, through the proxy, and returns the session cookie as `name=value`. */
  login(username: string): Promise<string> {
    return logIn(this, username);
  }

  /** Logs in at the host, past the proxy, and returns the session cookie as `name=value`. */
  async loginAtHost(username: string, keepMeLoggedIn = false): Promise<string> {
    const answer = await this.#post("/api/firstfactor", { username, password, keepMeLoggedIn });
    const cookie = answer.headers.getSetCookie()[0]?.split(";")[0];
    if (!answer.ok || !cookie) throw new Error(`the login answered ${answer.status}: ${await answer.text()}`);
    return cookie;
  }

  /** Logs out at the host, past the proxy. */
  async logoutAtHost(cookie: string): Promise<void> {
    const answer = await this.#post("/api/logout", {}, { cookie });
    if (!answer.ok) throw new Error(`the logout answered ${answer.status}: ${await answer.text()}`);
  }

  #post(path: string, body: object, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    const { host } = new URL(this.url("auth"));
    const asProxy = { "x-forwarded-for": "127.0.0.1", "x-forwarded-proto": "https", "x-forwarded-host": host };
    return fetch(this.hostUrl + path, {
      method: "POST",
      headers: { ...asProxy, "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  }

  /** Waits until a proxy lets everybody in where everybody may come in, whatever the application says to them. */
  async isOpen(proxy: Program, port = this.httpsPort): Promise<void> {
    const decision = async () => {
      const answer = await this.client.get(this.url("public", "/", port));
      const location = answer.header("location") ?? "";
      // Traefik has what labels say a moment after the rest, and answers so meanwhile.
      const isUnknown = answer.status === 404 && answer.body === "404 page not found\n";
      if (answer.status >= 500 || isUnknown || location.startsWith(`https://auth.${domain}`))
        throw new Error(`public. answers ${answer.status} ${location}`);
      return true;
    };
    // On connections enough that each worker has one: a worker takes over what another fetched at its own next tick.
    await until(() => Promise.all(Array.from({ length: 10 }, decision)), { running: [proxy] });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#programs.map((program) => program.stop()));
    await this.#backend?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Runs `start`, and takes down what there is of a site when that fails. */
export async function started<S extends Site>(site: S, start: (site: S) => Promise<void>): Promise<S> {
  try {
    await start(site);
    return site;
  } catch (error) {
    await site[Symbol.asyncDispose]();
    throw error;
  }
}
