// The host, a real Envoy with the gate, and the demo's backend, on free ports and in a folder of their own: the demo's site
// with what a test changes about it.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { vi } from "vitest";
import { parse, stringify } from "yaml";
import { type Backend, type SeenRequest, startBackend } from "../backends/application.ts";
import { tlsFiles } from "../certificates/tls-files.ts";
import { type Answer, HttpsClient } from "../clients/https-client.ts";
import { logIn } from "../clients/portal-login.ts";
import { gateConfig, hostListens, startHost } from "../host/program.ts";
import { domain, writeSite } from "../host/site.ts";
import { freePort } from "../processes/ports.ts";
import type { Program } from "../processes/program.ts";
import { startEnvoy } from "./envoy.ts";
import { renderEnvoyConfig } from "./envoy-config.ts";

/** Parsed JSON or YAML whose shape the test knows. */
// biome-ignore lint/suspicious/noExplicitAny: a config file, to be changed anywhere
type Tree = any;

export interface StackOptions {
  /** Path of the Envoy to run. */
  readonly envoy: string;
  /** False leaves the host to be started later, with startHost. */
  readonly withHost?: boolean;
  /** The port of an application of the test's own, in place of the demo's. */
  readonly application?: number | undefined;
  /** Changes the host's config file in place. */
  readonly configureHost?: (config: Tree) => void;
  /** The text of the users file. */
  readonly users?: string;
  /** Another build of the gate than the shipped one. */
  readonly gate?: string;
  /** Changes the gate's configuration, or replaces it with a text. */
  readonly configureGate?: (config: Tree) => Tree | string;
  /** Changes Envoy's configuration, YAML text. */
  readonly configureEnvoy?: (config: string) => string;
}

const shippedGate = join(import.meta.dirname, "..", "..", "build", "gate.wasm");
const slowestStart = 20_000;

export class Stack implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), "zerohop-"));
  readonly tls = tlsFiles(join(this.folder, "tls"), domain);
  readonly client = new HttpsClient(readFileSync(this.tls.authority, "utf8"));
  readonly #programs: Program[] = [];
  #backend: Backend | undefined;
  #hostConfig = "";
  #hostPort = 0;
  #binary = "";
  #envoyConfig = "";
  /** The Envoy that `url` leads to. */
  proxy!: Program;
  httpsPort = 0;
  httpPort = 0;

  /** Everything started, and Envoy answering; with a host, also the gate deciding. */
  static async start(options: StackOptions): Promise<Stack> {
    const stack = new Stack();
    try {
      await stack.#start(options);
    } catch (error) {
      await stack[Symbol.asyncDispose]();
      throw error;
    }
    return stack;
  }

  async #start({
    envoy,
    withHost = true,
    gate = shippedGate,
    application,
    configureHost,
    users,
    configureGate,
    configureEnvoy,
  }: StackOptions): Promise<void> {
    this.httpsPort = await freePort();
    this.httpPort = await freePort();
    this.#hostPort = await freePort();
    this.#binary = envoy;
    if (application === undefined) this.#backend = await startBackend(0);
    if (users !== undefined) writeFileSync(join(this.folder, "users.yml"), users);
    this.#hostConfig = await writeSite(this.folder, { https: this.httpsPort, host: this.#hostPort });
    if (configureHost) editYaml(this.#hostConfig, configureHost);

    const printed = await gateConfig(this.#hostConfig);
    const changed = configureGate ? configureGate(JSON.parse(printed)) : printed;
    const rendered = renderEnvoyConfig({
      domain,
      address: "127.0.0.1",
      httpsPort: this.httpsPort,
      httpPort: this.httpPort,
      tls: this.tls,
      hostPort: this.#hostPort,
      applicationPort: application ?? this.#backend!.port,
      gate,
      gateConfig: typeof changed === "string" ? changed : JSON.stringify(changed),
    });
    if (withHost) await hostListens(this.startHost(), this.#hostPort);
    this.#envoyConfig = configureEnvoy ? configureEnvoy(rendered) : rendered;
    this.startProxy();
    const settled = withHost ? this.#decides() : this.#answers();
    const end = await Promise.race([settled, this.proxy.ended]);
    if (end) throw new Error(end);
  }

  /** Starts the host, also again after its end. */
  startHost(): Program {
    const host = startHost(this.#hostConfig, join(this.folder, "host.log"));
    this.#programs.push(host);
    return host;
  }

  /** Starts Envoy, also again after its end. */
  startProxy(): void {
    this.proxy = this.#startEnvoy(this.#envoyConfig, this.folder);
  }

  /** Starts a second Envoy with the same gate, and returns its port for HTTPS once it decides. */
  async startSecondProxy(): Promise<number> {
    const [httpsPort, httpPort] = [await freePort(), await freePort()];
    const config = this.#envoyConfig
      .replaceAll(`port_value: ${this.httpsPort}\n`, `port_value: ${httpsPort}\n`)
      .replaceAll(`port_value: ${this.httpPort}\n`, `port_value: ${httpPort}\n`);
    const folder = join(this.folder, "second-envoy");
    mkdirSync(folder);
    this.#startEnvoy(config, folder);
    await this.#decides(httpsPort);
    return httpsPort;
  }

  #startEnvoy(config: string, folder: string): Program {
    // Two workers, since what one of them learns the other must learn too.
    const proxy = startEnvoy(this.#binary, config, folder, ["--concurrency", "2"]);
    this.#programs.push(proxy);
    return proxy;
  }

  /** Where the host listens, or would. */
  get hostPort(): number {
    return this.#hostPort;
  }

  /** The host's config file. */
  get hostConfig(): string {
    return this.#hostConfig;
  }

  /** The URL of a path, as it is written, at a host of the demo: app, admin, public or auth. */
  url(name: string, path = "/", port = this.httpsPort): string {
    return `https://${name}.${domain}:${port}${path}`;
  }

  /** Logs in at the portal and returns the session cookie as `name=value`. */
  login(username: string): Promise<string> {
    return logIn(this, username);
  }

  /** What Envoy and the gate wrote, without the access log. */
  envoyLog(): readonly string[] {
    const lines = readFileSync(join(this.folder, "envoy.log"), "utf8").split("\n");
    return lines.filter((line) => line !== "" && !line.startsWith("{"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#programs.map((program) => program.stop()));
    await this.#backend?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #answers(): Promise<undefined> {
    await vi.waitFor(() => this.client.get(this.url("public")), { timeout: slowestStart, interval: 50 });
    return undefined;
  }

  async #decides(port = this.httpsPort): Promise<undefined> {
    const decision = async () => {
      const { status } = await this.client.get(this.url("public", "/", port));
      if (status !== 200) throw new Error(`public. answers ${status}`);
    };
    await vi.waitFor(decision, { timeout: slowestStart, interval: 50 });
    return undefined;
  }
}

/** What the backend got. Throws when the answer is not the backend's. */
export function seenBy({ status, body }: Answer): SeenRequest {
  if (status !== 200) throw new Error(`the backend was not reached: ${status} ${body}`);
  return JSON.parse(body) as SeenRequest;
}

function editYaml(file: string, change: (config: Tree) => void): void {
  const config: Tree = parse(readFileSync(file, "utf8"));
  change(config);
  writeFileSync(file, stringify(config));
}
