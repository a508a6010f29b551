// Traefik with a plugin in WebAssembly: a small, deterministic stand-in for it. Time passes only when a test says so. An instance
// has one request at a time, until its response is over; who comes meanwhile gets another.
import { readFileSync } from "node:fs";
import { HttpExchange, type HttpRequest } from "./http-exchange.ts";
import { MountedFolder } from "./mounted-folder.ts";
import { PluginInstance } from "./plugin-instance.ts";

export interface PluginSettings {
  /** The module's file. */
  readonly plugin: string;
  readonly configuration: string | object;
  /** Seconds since the epoch; undefined: there is no clock. */
  readonly now: number | undefined;
  readonly folder?: MountedFolder;
}

export class PluginHost {
  readonly module: WebAssembly.Module;
  /** As the plugin gets it: JSON, one character a byte. */
  readonly configuration: string;
  readonly folder: MountedFolder;
  now: number | undefined;
  /** `level: line`, in order. */
  readonly log: string[] = [];
  /** What instances failed with. */
  readonly traps: Error[] = [];
  readonly instances: PluginInstance[] = [];
  readonly #free: PluginInstance[] = [];

  constructor({ plugin, configuration, now, folder = new MountedFolder("/none") }: PluginSettings) {
    this.module = compiled(plugin);
    const text = typeof configuration === "string" ? configuration : JSON.stringify(configuration);
    this.configuration = Buffer.from(text).toString("latin1");
    this.now = now;
    this.folder = folder;
    folder.now = () => this.now;
    this.#free.push(this.#newInstance());
  }

  /** A request and its response. */
  request(request: HttpRequest): HttpExchange {
    const { exchange, finish } = this.open(request);
    finish();
    return exchange;
  }

  /** A request whose response is not over before `finish`. */
  open(request: HttpRequest): { exchange: HttpExchange; finish: () => void } {
    const exchange = new HttpExchange(request);
    const instance = this.#free.pop() ?? this.#newInstance();
    instance.handle(exchange);
    return {
      exchange,
      finish: () => {
        if (exchange.isContinued) instance.finish();
        this.#free.push(instance);
      },
    };
  }

  #newInstance(): PluginInstance {
    const instance = new PluginInstance(this);
    this.instances.push(instance);
    return instance;
  }
}

const modules = new Map<string, WebAssembly.Module>();

/** A module's file, compiled once. */
function compiled(file: string): WebAssembly.Module {
  const known = modules.get(file);
  if (known) return known;
  const module = new WebAssembly.Module(readFileSync(file));
  modules.set(file, module);
  return module;
}
