// Several proxies before one host, each with what is written for a profile of its own. A host on another machine is another address of this
// one, where what comes by TLS is led on to the host.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { dirname, join } from "node:path";
import { createServer, type Server } from "node:tls";
import { loadConfig } from "../../host/app/config/load.ts";
import { installed } from "../../host/kit/installation.ts";
import { authorityOf, type Gate, ownAddress } from "../../host/proxies/front.ts";
import type { Wishes } from "../../host/proxies/front-of.ts";
import { proxyConfiguration, proxyNamed } from "../../host/proxies/proxies.ts";
import type { TlsFiles } from "../certificates/tls-files.ts";
import { gateConfig } from "../host/program.ts";
import { applicationHosts } from "../host/site.ts";
import { freePort } from "../processes/ports.ts";
import { type Program, startProgram } from "../processes/program.ts";
import { edited } from "./edits.ts";
import type { ProxyKind } from "./proxy-kind.ts";
import { Site, type SiteOptions, started } from "./site.ts";

/** A proxy of several. */
export interface Started {
  readonly port: number;
  readonly folder: string;
  readonly program: Program;
}

export class Fronts extends Site {
  #gate!: Pick<Gate, "rootKeys" | "edgeToken">;
  #count = 0;
  agentPort = 0;

  static start(options: SiteOptions): Promise<Fronts> {
    return started(new Fronts(), async (site) => {
      site.agentPort = await freePort();
      await site.prepare({
        ...options,
        configureHost(config) {
          config.server.spoe_address = `127.0.0.1:${site.agentPort}`;
          options.configureHost?.(config);
        },
      });
      site.startHost();
      await site.hostListens();
      const { root_keys: rootKeys, edge_token: edgeToken } = JSON.parse(await gateConfig(site.hostConfig));
      site.#gate = { rootKeys, edgeToken };
    });
  }

  /** Starts a proxy with what is written for it by these wishes. It listens before this returns, and may not decide yet. */
  async front(kind: ProxyKind, program: string, wishes: Partial<Wishes>): Promise<Started> {
    const folder = join(this.folder, `front-${++this.#count}`);
    mkdirSync(folder);
    const [https, http] = [await freePort(), await freePort()];
    const combined = join(folder, "combined.pem");
    writeFileSync(combined, [this.tls.certificate, this.tls.key].map((file) => readFileSync(file, "utf8")).join(""));
    const { modules = {} } = proxyNamed(kind.writes!);
    const files = proxyConfiguration(kind.writes!, loadConfig(this.hostConfig, process.env).config, {
      ...{ command: `zerohop proxy ${kind.writes}`, folder: proxyFolder(kind, folder), http: String(http) },
      ...{ hosts: [this.hostUrl], apps: [`${applicationHosts.join(",")}=http://127.0.0.1:${this.applicationPort}`] },
      ...{ listen: `127.0.0.1:${https}`, gate: this.#gate },
      ...(kind.writes === "haproxy"
        ? { certificate: combined }
        : { certificate: this.tls.certificate, key: this.tls.key }),
      ...wishes,
    });
    const own = `127.0.0.1:${await freePort()}`;
    const written = files.map(({ path, text }) => {
      const file = join(folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text.replaceAll(authorityOf(ownAddress), own), { mode: 0o600 });
      return file;
    });
    for (const [path, module] of Object.entries(modules)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), readFileSync(installed("build", module)));
    }
    const places = { folder, https, http, tls: this.tls };
    const prepared = await kind.prepare?.({
      ...{ folder, config: this.hostConfig, hostUrl: this.hostUrl, places, applicationPort: this.applicationPort },
    });
    if (prepared?.program) this.stopLater(prepared.program);
    const edits = [...(prepared?.replace ?? []), ...kind.replace(places)];
    for (const file of written) writeFileSync(file, edited(readFileSync(file, "utf8"), edits));
    const log = join(folder, `${kind.name}.log`);
    const running = this.stopLater(startProgram(kind.name, program, kind.args(folder), log, folder));
    return { port: https, folder, program: running };
  }
}

/** Containers have theirs where `replace` finds it. */
function proxyFolder({ writes }: ProxyKind, folder: string): string {
  return proxyNamed(writes!).folder ?? folder;
}

/** A host on another machine: it listens at `address`, by TLS, on the ports that the host has. */
export class OtherMachine {
  readonly address: string;
  readonly #ports: readonly number[];
  #servers: readonly Server[] = [];
  readonly #sockets = new Set<Socket>();
  /** Bytes that came by TLS. */
  received = 0;

  constructor(address: string, ports: readonly number[]) {
    this.address = address;
    this.#ports = ports;
  }

  /** Begins to listen, with a certificate. */
  async start(tls: TlsFiles): Promise<void> {
    this.received = 0;
    this.#servers = await Promise.all(this.#ports.map((port) => this.#listen(port, tls)));
  }

  async #listen(port: number, tls: TlsFiles): Promise<Server> {
    const server = createServer({ cert: readFileSync(tls.certificate), key: readFileSync(tls.key) }, (socket) => {
      const onward = connect(port, "127.0.0.1");
      for (const one of [socket, onward]) {
        this.#sockets.add(one);
        one.on("close", () => this.#sockets.delete(one));
        one.on("error", () => one.destroy());
      }
      socket.on("data", (chunk: Buffer) => {
        this.received += chunk.length;
      });
      socket.pipe(onward).pipe(socket);
      socket.on("close", () => onward.destroy());
      onward.on("close", () => socket.destroy());
    });
    server.on("tlsClientError", () => {});
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, this.address, resolve);
    });
    return server;
  }

  /** Goes away: connections end, and nobody gets another. */
  async stop(): Promise<void> {
    const closed = this.#servers.map((server) => new Promise((resolve) => server.close(resolve)));
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(closed);
    this.#servers = [];
  }
}
