// The host and the demo's application behind a real proxy: the configuration is the one in deploy/, with the places that it marks
// CHANGE, and its ports, put right for the machine.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { domain } from "../host/site.ts";
import { freePort } from "../processes/ports.ts";
import { type Program, startProgram } from "../processes/program.ts";
import type { ProxyKind } from "./proxy-kind.ts";
import { Site, type SiteOptions, started, type Tree } from "./site.ts";

const deploy = join(import.meta.dirname, "..", "..", "deploy");

/** Seconds. A lease is one then: whoever waits for two has one that has run out. A session that is not remembered ends 4 s later. */
export const inactivity = 5;

/** The same for all that the table compares: leases of a fifth of `seconds`, and credentials from either header. */
export function takeShortLeases(config: Tree, seconds: number): void {
  config.session.inactivity = `${seconds}s`;
  // What the host takes from the proxies that ask it, whatever is configured.
  for (const cookie of config.session.cookies) cookie.basic = { headers: ["authorization", "proxy_authorization"] };
}

/** Puts the places of a shipped file right. One that ends in a port is not the beginning of a longer one, which may have been put there before. */
function replacePlaces(text: string, replacements: readonly (readonly [from: string, to: string])[]): string {
  return replacements.reduce(
    (replaced, [from, to]) =>
      replaced.replaceAll(from, (match, start: number) =>
        /^\d\d/.test(replaced.slice(start + from.length - 1)) ? match : to,
      ),
    text,
  );
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
    const prepared = await proxy.prepare?.({ folder: this.folder, config: this.hostConfig, hostUrl: this.hostUrl });
    if (prepared?.program) this.beside = this.stopLater(prepared.program);
    for (const file of proxy.files) {
      let text = readFileSync(join(deploy, file), "utf8");
      text = replacePlaces(text, [...this.#replacements(proxy), ...(prepared?.replace ?? [])]);
      text = replacePlaces(text, proxy.replace(this.#places));
      writeFileSync(join(this.folder, file.split("/").at(-1)!), text);
    }
    const log = join(this.folder, `${proxy.name}.log`);
    this.proxy = this.stopLater(startProgram(proxy.name, program, proxy.args(this.folder), log, this.folder));
    if (proxy.opens !== false) await this.isOpen(this.proxy);
  }

  get #places() {
    return { folder: this.folder, https: this.httpsPort, http: this.httpPort, tls: this.tls };
  }

  /** What every shipped configuration has to have replaced. */
  #replacements(proxy: ProxyKind): readonly (readonly [from: string, to: string])[] {
    const combined = join(this.folder, "combined.pem");
    const both = [this.tls.certificate, this.tls.key].map((file) => readFileSync(file, "utf8"));
    writeFileSync(combined, both.join(""), { mode: 0o600 });
    const etc = `/etc/${proxy.program ?? proxy.name}/tls`;
    return [
      ["example.com", domain],
      ["127.0.0.1:9091", `127.0.0.1:${this.hostPort}`],
      ["127.0.0.1:9092", `127.0.0.1:${this.#agentPort}`],
      ["127.0.0.1:8000", `127.0.0.1:${this.applicationPort}`],
      // As Envoy has them.
      ["port_value: 9091", `port_value: ${this.hostPort}`],
      ["port_value: 8000", `port_value: ${this.applicationPort}`],
      [`${etc}/fullchain.pem`, this.tls.certificate],
      [`${etc}/privkey.pem`, this.tls.key],
      [`${etc}/combined.pem`, combined],
    ];
  }
}
