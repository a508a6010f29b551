// The host and the demo's application behind a real proxy, whose configuration `zerohop proxy` writes.
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { zerohop } from "../host/program.ts";
import { applicationHosts, domain } from "../host/site.ts";
import { freePort } from "../processes/ports.ts";
import { type Program, startProgram } from "../processes/program.ts";
import { SetupError } from "../setup-error.ts";
import { edited } from "./edits.ts";
import type { Edit, ProxyKind } from "./proxy-kind.ts";
import { Site, type SiteOptions, started, type Tree } from "./site.ts";

const root = join(import.meta.dirname, "..", "..");

/** Seconds. A lease is one then: whoever waits for two has one that has run out. A session that is not remembered ends 4 s later. */
export const inactivity = 5;

/** The same for all that the table compares: leases of a fifth of `seconds`, and credentials from either header. */
export function takeShortLeases(config: Tree, seconds: number): void {
  config.session.inactivity = `${seconds}s`;
  // What the host takes from the proxies that ask it, whatever is configured.
  for (const cookie of config.session.cookies) cookie.basic = { headers: ["authorization", "proxy_authorization"] };
}

export class ForwardAuthStack extends Site {
  /** What runs beside the proxy, if anything does. */
  beside: Program | undefined;
  proxy!: Program;
  /** Where HAProxy asks. */
  #agentPort = 0;

  static start(proxy: ProxyKind, program: string, options: SiteOptions = {}): Promise<ForwardAuthStack> {
    return started(new ForwardAuthStack(), (stack) => stack.#start(proxy, program, options));
  }

  async #start(proxy: ProxyKind, program: string, options: SiteOptions): Promise<void> {
    this.#agentPort = await freePort();
    await this.prepare({
      ...options,
      configureHost: (config) => {
        takeShortLeases(config, proxy.inactivity ?? inactivity);
        config.server.spoe_address = `127.0.0.1:${this.#agentPort}`;
        options.configureHost?.(config);
      },
    });
    this.startHost();
    await this.hostListens();
    const written = proxy.writes ? await this.#write(proxy) : this.#copy(proxy);
    const prepared = await proxy.prepare?.({
      ...{ folder: this.folder, config: this.hostConfig, hostUrl: this.hostUrl },
      ...{ places: this.#places, applicationPort: this.applicationPort },
    });
    if (prepared?.program) this.beside = this.stopLater(prepared.program);
    const edits = [...(prepared?.replace ?? []), ...proxy.replace(this.#places)];
    for (const file of written) writeFileSync(file, edited(readFileSync(file, "utf8"), edits));
    const log = join(this.folder, `${proxy.name}.log`);
    this.proxy = this.stopLater(startProgram(proxy.name, program, proxy.args(this.folder), log, this.folder));
    if (proxy.opens !== false) await this.isOpen(this.proxy);
  }

  /** Has the command line write the configuration into the site's folder. Returns the files that are text. */
  async #write({ writes, options = [] }: ProxyKind): Promise<readonly string[]> {
    const { code, stderr } = await zerohop([
      ...["proxy", writes!, "--config", this.hostConfig, "--output", this.folder],
      ...["--host", this.hostUrl],
      ...["--app", `${applicationHosts.join(",")}=http://127.0.0.1:${this.applicationPort}`],
      ...options,
      ...["--listen", `127.0.0.1:${this.httpsPort}`, "--http", String(this.httpPort)],
      ...(writes === "haproxy"
        ? ["--certificate", this.#combinedCertificate()]
        : ["--certificate", this.tls.certificate, "--key", this.tls.key]),
    ]);
    if (code !== 0) throw new SetupError(`zerohop proxy failed: ${stderr.trim()}`);
    const files = stderr
      .trim()
      .split("\n")
      .map((line) => resolve(line.replace(/^wrote /, "")));
    return files.filter((file) => !/\.wasm$|\.traefik\.yml$/.test(file));
  }

  #combinedCertificate(): string {
    const combined = join(this.folder, "combined.pem");
    const both = [this.tls.certificate, this.tls.key].map((file) => readFileSync(file, "utf8"));
    writeFileSync(combined, both.join(""), { mode: 0o600 });
    return combined;
  }

  /** Files of a test's own, with the example's places put right. */
  #copy({ files = [], name, program }: ProxyKind): readonly string[] {
    const etc = `/etc/${program ?? name}/tls`;
    const places: readonly Edit[] = [
      ["example.com", domain],
      ["127.0.0.1:9091", `127.0.0.1:${this.hostPort}`],
      ["127.0.0.1:9092", `127.0.0.1:${this.#agentPort}`],
      ["127.0.0.1:8000", `127.0.0.1:${this.applicationPort}`],
      // As Envoy has them.
      ["port_value: 9091", `port_value: ${this.hostPort}`],
      ["port_value: 8000", `port_value: ${this.applicationPort}`],
      [`${etc}/fullchain.pem`, this.tls.certificate],
      [`${etc}/privkey.pem`, this.tls.key],
    ];
    return files.map((file) => {
      const copy = join(this.folder, basename(file));
      writeFileSync(copy, edited(readFileSync(join(root, file), "utf8"), places));
      return copy;
    });
  }

  get #places() {
    return { folder: this.folder, https: this.httpsPort, http: this.httpPort, tls: this.tls };
  }
}
