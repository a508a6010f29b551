// The host, a real Envoy with the gate, and the demo's application: the demo's site with what a test changes about it.
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { SeenRequest } from "../backends/application.ts";
import type { Answer } from "../clients/https-client.ts";
import { gateConfig } from "../host/program.ts";
import { freePort } from "../processes/ports.ts";
import type { Program } from "../processes/program.ts";
import { until } from "../waiting.ts";
import { startEnvoy } from "./envoy.ts";
import { renderEnvoyConfig } from "./envoy-config.ts";
import { Site, type SiteOptions, started, type Tree } from "./site.ts";

export interface StackOptions extends SiteOptions {
  /** Path of the Envoy to run. */
  readonly envoy: string;
  /** False leaves the host to be started later, with startHost. */
  readonly withHost?: boolean;
  /** Another build of the gate than the shipped one. */
  readonly gate?: string;
  /** Changes the gate's configuration, or replaces it with a text. */
  readonly configureGate?: (config: Tree) => Tree | string;
  /** Changes Envoy's configuration, YAML text. */
  readonly configureEnvoy?: (config: string) => string;
}

export const shippedGate = join(import.meta.dirname, "..", "..", "build", "gate.wasm");

export class Stack extends Site {
  #binary = "";
  #envoyConfig = "";
  /** The Envoy that `url` leads to. */
  proxy!: Program;

  /** Everything started, and Envoy answering; with a host, also the gate deciding. */
  static start(options: StackOptions): Promise<Stack> {
    return started(new Stack(), (stack) => stack.#start(options));
  }

  async #start(options: StackOptions): Promise<void> {
    const { envoy, withHost = true, gate = shippedGate, configureGate, configureEnvoy } = options;
    await this.prepare(options);
    this.#binary = envoy;
    const printed = await gateConfig(this.hostConfig, [], { zerohop: this.zerohop });
    const changed = configureGate ? configureGate(JSON.parse(printed)) : printed;
    const rendered = renderEnvoyConfig({
      ...{ hostConfig: this.hostConfig, httpsPort: this.httpsPort, httpPort: this.httpPort, tls: this.tls },
      ...{ applicationPort: this.applicationPort, gate },
      gateConfig: typeof changed === "string" ? changed : JSON.stringify(changed),
    });
    if (withHost) {
      this.startHost();
      await this.hostListens();
    }
    this.#envoyConfig = configureEnvoy ? configureEnvoy(rendered) : rendered;
    this.startProxy();
    if (withHost) await this.isOpen(this.proxy);
    else await until(() => this.client.get(this.url("public")), { running: [this.proxy] });
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
    await this.isOpen(this.#startEnvoy(config, folder), httpsPort);
    return httpsPort;
  }

  #startEnvoy(config: string, folder: string): Program {
    // Two workers, since what one of them learns the other must learn too.
    return this.stopLater(startEnvoy(this.#binary, config, folder, ["--concurrency", "2"]));
  }

  /** What Envoy and the gate wrote, without the access log. */
  envoyLog(): readonly string[] {
    const lines = readFileSync(join(this.folder, "envoy.log"), "utf8").split("\n");
    return lines.filter((line) => line !== "" && !line.startsWith("{"));
  }
}

/** What the backend got. Throws when the answer is not the backend's. */
export function seenBy({ status, body }: Answer): SeenRequest {
  if (status !== 200) throw new Error(`the backend was not reached: ${status} ${body}`);
  return JSON.parse(body) as SeenRequest;
}
