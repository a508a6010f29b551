// One instance of the plugin: the module, and the functions that Traefik offers it.

import { GuestBytes } from "./guest-bytes.ts";
import type { HttpExchange } from "./http-exchange.ts";
import { canonical, HttpHeaders } from "./http-headers.ts";
import type { MountedFolder } from "./mounted-folder.ts";

interface Exports {
  readonly memory: WebAssembly.Memory;
  _initialize?(): void;
  handle_request(): bigint;
  handle_response(requestContext: number, isError: number): void;
}

const REQUEST = 0;
const LEVELS = ["info", "warn", "error", "none"];

/** What all instances of a plugin share. */
export interface PluginSurroundings {
  readonly module: WebAssembly.Module;
  /** As the plugin gets it: JSON, one character a byte. */
  readonly configuration: string;
  readonly folder: MountedFolder;
  /** Seconds since the epoch; undefined: there is no clock. */
  readonly now: number | undefined;
  readonly log: string[];
  readonly traps: Error[];
}

export class PluginInstance {
  readonly bytes: GuestBytes;
  readonly #surroundings: PluginSurroundings;
  readonly #exports: Exports;
  #current: HttpExchange | undefined;

  constructor(surroundings: PluginSurroundings) {
    this.#surroundings = surroundings;
    this.bytes = new GuestBytes(() => this.#exports.memory);
    const functions = { http_handler: this.#handlerFunctions(), wasi_snapshot_preview1: this.#systemFunctions() };
    this.#exports = new WebAssembly.Instance(surroundings.module, functions).exports as unknown as Exports;
    this.#exports._initialize?.();
  }

  /** Shows the plugin a request. A plugin that fails, or misuses one of those functions, is answered for with 500. */
  handle(exchange: HttpExchange): void {
    this.#current = exchange;
    try {
      exchange.isContinued = (this.#exports.handle_request() & 0xffffffffn) !== 0n;
    } catch (error) {
      this.#surroundings.traps.push(error as Error);
      exchange.answered ??= { status: 500, headers: exchange.answerHeaders, body: "" };
    }
    this.#current = undefined;
  }

  /** The response is over. */
  finish(): void {
    this.#exports.handle_response(0, 0);
  }

  /** Notes a call, and returns the request that it is for. */
  #enter(name: string): HttpExchange {
    if (!this.#current) throw new WebAssembly.RuntimeError(`${name} called without a request`);
    this.#current.hostCalls.push(name);
    return this.#current;
  }

  #give(text: string, buffer: number, size: number): number {
    const bytes = Buffer.from(text, "latin1");
    if (bytes.length <= size >>> 0) this.bytes.write(buffer, bytes);
    return bytes.length;
  }

  #giveList(entries: readonly string[], buffer: number, size: number): bigint {
    const length = this.#give(entries.map((entry) => `${entry}\0`).join(""), buffer, size);
    return (BigInt(entries.length) << 32n) | BigInt(length);
  }

  #name(at: number, length: number): string {
    if (length === 0) throw new WebAssembly.RuntimeError("HTTP header name cannot be empty");
    return this.bytes.text(at, length);
  }

  #headers(exchange: HttpExchange, side: number): HttpHeaders {
    return side === REQUEST ? exchange.headers : exchange.answerHeaders;
  }

  #handlerFunctions(): Record<string, unknown> {
    const change =
      (call: string, edit: (headers: HttpHeaders, name: string, value: string) => void) =>
      (side: number, nameAt: number, nameLength: number, valueAt = 0, valueLength = 0) => {
        const headers = this.#headers(this.#enter(call), side);
        edit(headers, this.#name(nameAt, nameLength), this.bytes.text(valueAt, valueLength));
      };
    return {
      get_config: (buffer: number, size: number) => this.#give(this.#surroundings.configuration, buffer, size),
      log: (level: number, at: number, length: number) => {
        this.#surroundings.log.push(
          `${LEVELS[level]}: ${Buffer.from(this.bytes.text(at, length), "latin1").toString()}`,
        );
      },
      get_method: (buffer: number, size: number) => this.#give(this.#enter("get_method").method, buffer, size),
      get_uri: (buffer: number, size: number) => this.#give(this.#enter("get_uri").uri, buffer, size),
      get_source_addr: (buffer: number, size: number) =>
        this.#give(this.#enter("get_source_addr").source, buffer, size),
      get_header_names: (side: number, buffer: number, size: number) => {
        const exchange = this.#enter("get_header_names");
        const { names } = this.#headers(exchange, side);
        if (side === REQUEST && exchange.host) names.push("Host");
        return this.#giveList(
          names.sort().map((name) => name.toLowerCase()),
          buffer,
          size,
        );
      },
      get_header_values: (side: number, nameAt: number, nameLength: number, buffer: number, size: number) => {
        const exchange = this.#enter("get_header_values");
        const name = this.#name(nameAt, nameLength);
        const isHost = side === REQUEST && canonical(name) === "Host";
        const values = isHost ? [exchange.host] : this.#headers(exchange, side).all(name);
        return this.#giveList(values, buffer, size);
      },
      set_header_value: change("set_header_value", (headers, name, value) => headers.set(name, value)),
      add_header_value: change("add_header_value", (headers, name, value) => headers.add(name, value)),
      remove_header: change("remove_header", (headers, name) => headers.remove(name)),
      set_status_code: (status: number) => {
        const exchange = this.#enter("set_status_code");
        // The head is sent here: what is set later does not reach anybody.
        exchange.answered ??= { status, headers: new HttpHeaders(exchange.answerHeaders), body: "" };
      },
      write_body: (side: number, at: number, length: number) => {
        const exchange = this.#enter("write_body");
        if (side === REQUEST) throw new WebAssembly.RuntimeError("the plugin writes the request's body");
        exchange.answered ??= { status: 200, headers: new HttpHeaders(exchange.answerHeaders), body: "" };
        exchange.answered.body += Buffer.from(this.bytes.text(at, length), "latin1").toString();
      },
    };
  }

  #systemFunctions(): Record<string, unknown> {
    return {
      clock_time_get: (_clock: number, _precision: bigint, at: number) => {
        const { now } = this.#surroundings;
        if (now === undefined) return 28;
        this.bytes.view.setBigUint64(at, BigInt(Math.round(now * 1000)) * 1_000_000n, true);
        return 0;
      },
      random_get: (at: number, length: number) => {
        // Always the same bytes, so that a test's plugin does the same each time.
        this.bytes.write(at, Buffer.alloc(length, 0x5a));
        return 0;
      },
      ...this.#surroundings.folder.functions(this.bytes),
    };
  }
}
