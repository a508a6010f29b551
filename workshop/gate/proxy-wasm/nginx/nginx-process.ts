// An nginx worker with ngx_wasm_module, as far as a filter of ours meets it: the traps, the crashes and the ways to fail open
// that were seen on the real one. A crash of the worker is a GuestError, which no test expects; a trap is a 500 and a fresh
// instance. Header edits have no effect on what goes upstream, which the server's variables say: see nginx-exchange.ts.
import { readFileSync } from "node:fs";
import { ABI_MARKER, BufferType, logLevels, MapType, Status } from "../abi.ts";
import { Clock } from "../clock.ts";
import { GuestError } from "../guest-error.ts";
import { GuestMemory } from "../guest-memory.ts";
import { Headers } from "../headers.ts";
import { parsePairs, serializePairs } from "../pairs.ts";
import { NginxCall } from "./nginx-call.ts";
import { NginxExchange, type NginxRequest } from "./nginx-exchange.ts";

/** Callbacks that the module looks up and calls without asking whether they are there. */
export const demandedExports = [
  "proxy_on_request_headers",
  "proxy_on_request_body",
  "proxy_on_response_headers",
  "proxy_on_response_body",
  "proxy_on_done",
  "proxy_on_log",
  "proxy_on_delete",
] as const;

/** A trap that the host raises. */
class HostTrap extends Error {}

const trapping = [
  "proxy_close_stream",
  "proxy_done",
  "proxy_get_status",
  "proxy_clear_route_cache",
  "proxy_continue_response",
  "proxy_resolve_shared_queue",
  "proxy_get_shared_data",
  "proxy_set_shared_data",
] as const;

function trap(name: string): never {
  throw new HostTrap(`${name} traps`);
}

type Step = "start" | "configure" | "tick" | "request" | "call response" | "other";

export interface NginxSettings {
  /** The filter's binary, or its path. */
  readonly filter: string | Uint8Array<ArrayBuffer>;
  /** That of the `proxy_wasm` line; several, when there are several lines of the module. */
  readonly configuration: string | object | readonly (string | object)[];
  /** Where the clock stands, milliseconds since 1970. */
  readonly now: number;
}

/** The root context of a `proxy_wasm` line: a checksum of the module's name and its configuration. */
const rootOf = (line: number) => 0x5eed0000 + line;
const ROOT_ID = rootOf(0);
/** The most header lines that a list of all holds. */
const MAX_PAIRS = 100;

export class NginxProcess {
  readonly clock: Clock;
  readonly log: string[] = [];
  readonly traps: Error[] = [];
  /** Calls without an answer, oldest first. */
  calls: NginxCall[] = [];

  private readonly compiled: WebAssembly.Module;
  private readonly configurations: readonly Buffer[];
  /** The contexts of the streams that are open, and the line of each. */
  private readonly contexts = new Map<number, number>();
  /** That of the line that is being configured. */
  private configuration: Buffer = Buffer.alloc(0);
  private guest!: WebAssembly.Exports;
  private memory!: GuestMemory;
  private step: Step = "start";
  private stream: NginxExchange | undefined;
  private answer: { readonly headers: Headers | undefined; readonly body: Buffer } | undefined;
  private tickPeriod = 0;
  private nextTick = Number.POSITIVE_INFINITY;
  private lastCall = -1;

  constructor({ filter, configuration, now }: NginxSettings) {
    this.clock = new Clock(now);
    const configurations: readonly (string | object)[] = Array.isArray(configuration) ? configuration : [configuration];
    this.configurations = configurations.map((one) => Buffer.from(typeof one === "string" ? one : JSON.stringify(one)));
    this.compiled = new WebAssembly.Module(typeof filter === "string" ? new Uint8Array(readFileSync(filter)) : filter);
    const names = WebAssembly.Module.exports(this.compiled).map(({ name }) => name);
    const missing = [ABI_MARKER, ...demandedExports].filter((name) => !names.includes(name));
    if (missing.length > 0) throw new GuestError(`the worker crashes for want of ${missing.join(", ")}`);
    this.load();
  }

  /** A request reaches a location with the gate. */
  request(request: NginxRequest): NginxExchange {
    const exchange = new NginxExchange(request);
    this.run("request", exchange, () => {
      const headers = exchange.clientHeaders.size;
      // Streams of a connection share a context, which is made for the first of them.
      if (!this.contexts.has(exchange.id)) {
        this.contexts.set(exchange.id, rootOf(exchange.line));
        this.call("proxy_on_context_create", exchange.id, rootOf(exchange.line));
      }
      const action = this.call("proxy_on_request_headers", exchange.id, headers, 1);
      exchange.endOfHeaders(action, this.callsOf(exchange).length > 0);
    });
    return exchange;
  }

  /** Lets time pass: ticks and time-outs happen in order. */
  advance(milliseconds: number): void {
    const end = this.clock.now + milliseconds;
    for (;;) {
      const late = this.calls.reduce<NginxCall | undefined>(
        (first, call) => (first && first.deadline <= call.deadline ? first : call),
        undefined,
      );
      const at = Math.min(this.nextTick, late?.deadline ?? Number.POSITIVE_INFINITY);
      if (at > end) break;
      this.clock.now = Math.max(this.clock.now, at);
      if (late && late.deadline <= this.clock.now) late.fail();
      else this.tick();
    }
    this.clock.now = end;
  }

  tick(): void {
    this.nextTick = this.clock.now + this.tickPeriod;
    this.run("tick", undefined, () => this.call("proxy_on_tick", ROOT_ID));
  }

  /** Delivers an answer; the stream whose last call this was goes on by itself, whatever the filter does. */
  deliver(call: NginxCall, headers: Headers | undefined, body: Buffer, isTold = true): void {
    if (!this.calls.includes(call)) throw new Error("the call has been answered or dropped");
    this.calls = this.calls.filter((other) => other !== call);
    const { stream } = call;
    if (isTold) {
      this.answer = { headers, body };
      this.run("call response", stream, () =>
        this.call("proxy_on_http_call_response", ROOT_ID, call.token, headers?.size ?? 0, body.length, 0),
      );
      this.answer = undefined;
    }
    if (call.body.length > 0) stream?.reuseBuffer();
    if (stream && this.callsOf(stream).length === 0) stream.resume();
  }

  /** The response to a request goes out, and the stream is over. */
  finish(exchange: NginxExchange): void {
    this.run("other", exchange, () => {
      this.call("proxy_on_response_headers", exchange.id, 0, 0);
      this.call("proxy_on_response_body", exchange.id, 0, 1);
    });
    this.abort(exchange);
  }

  /** The client goes away. */
  abort(exchange: NginxExchange): void {
    this.calls = this.calls.filter(({ stream }) => stream !== exchange);
    this.run("other", exchange, () => {
      this.call("proxy_on_done", exchange.id);
      this.call("proxy_on_log", exchange.id);
      this.call("proxy_on_delete", exchange.id);
      this.contexts.delete(exchange.id);
    });
  }

  private callsOf(exchange: NginxExchange): NginxCall[] {
    return this.calls.filter(({ stream }) => stream === exchange);
  }

  private load(): void {
    this.step = "start";
    this.tickPeriod = 0;
    this.nextTick = Number.POSITIVE_INFINITY;
    this.contexts.clear();
    const env = Object.fromEntries(
      Object.entries(this.functions()).map(([name, run]) => [
        name,
        (...args: never[]) => {
          if (this.step === "start") throw new GuestError(`the worker crashes: ${name} called while the module starts`);
          return run(...args) ?? Status.ok;
        },
      ]),
    );
    this.guest = new WebAssembly.Instance(this.compiled, { env }).exports;
    const allocate = this.guest.proxy_on_memory_allocate as (size: number) => number;
    this.memory = new GuestMemory(this.guest.memory as WebAssembly.Memory, (size) => allocate(size));
    this.run("configure", undefined, () => {
      for (const [line, configuration] of this.configurations.entries()) {
        this.configuration = configuration;
        this.call("proxy_on_context_create", rootOf(line), 0);
        this.call("proxy_on_vm_start", rootOf(line), 0);
        if (this.call("proxy_on_configure", rootOf(line), configuration.length) === 0)
          throw new GuestError(
            "nginx is down: the filter refuses its configuration, the worker exits with fatal code 2",
          );
      }
    });
  }

  private call(name: string, ...args: number[]): number | undefined {
    return (this.guest[name] as ((...args: number[]) => number | undefined) | undefined)?.(...args);
  }

  private run(step: Step, stream: NginxExchange | undefined, action: () => void): void {
    this.step = step;
    this.stream = stream;
    try {
      action();
    } catch (error) {
      if (!(error instanceof HostTrap || error instanceof WebAssembly.RuntimeError)) throw error;
      this.traps.push(error);
      // One that traps in the answer to its call goes on like any other.
      if (step === "request") stream?.fail();
      if (step === "configure") throw new GuestError("nginx does not start: the filter traps", { cause: error });
      this.load();
    } finally {
      this.stream = undefined;
      this.step = "other";
    }
  }

  /** The stream that is meant; without one the worker crashes. */
  private current(what: string): NginxExchange {
    if (!this.stream) throw new GuestError(`the worker crashes: ${what} outside of a request (${this.step})`);
    return this.stream;
  }

  private headersOf(type: number): Headers | undefined {
    if (type === MapType.callResponseHeaders) return this.answer?.headers;
    return type === MapType.requestHeaders ? this.current("a header map").clientHeaders : undefined;
  }

  private functions(): Record<string, (...args: never[]) => Status | undefined> {
    const text = (at: number, length: number) => this.memory.readText(at, length);
    return {
      proxy_log: (level: number, at: number, length: number) => {
        this.log.push(`${logLevels[level]}: ${this.memory.read(at, length).toString("utf8")}`);
        return Status.ok;
      },
      proxy_get_current_time_nanoseconds: (at: number) => {
        // Its clock knows milliseconds.
        this.memory.write64(at, BigInt(Math.floor(this.clock.now)) * 1_000_000n);
        return Status.ok;
      },
      proxy_set_tick_period_milliseconds: (period: number) => {
        if (this.tickPeriod !== 0) throw new HostTrap("tick_period already set");
        this.tickPeriod = period;
        this.nextTick = this.clock.now + period;
        return Status.ok;
      },
      // Knows no contexts: what is called is about the stream that is being served.
      proxy_set_effective_context: () => Status.ok,
      proxy_get_buffer_bytes: (type: number, start: number, length: number, at: number, lengthAt: number) => {
        const buffer =
          type === BufferType.pluginConfiguration && this.step === "configure"
            ? this.configuration
            : type === BufferType.callResponseBody
              ? this.answer?.body
              : undefined;
        if (!buffer) return Status.notFound;
        this.memory.hand(buffer.subarray(start >>> 0, (start >>> 0) + (length >>> 0)), at, lengthAt);
        return Status.ok;
      },
      proxy_get_property: (pathAt: number, pathLength: number, at: number, lengthAt: number) => {
        const value = this.stream?.property(text(pathAt, pathLength));
        if (value === undefined) return Status.notFound;
        this.memory.hand(Buffer.from(value, "latin1"), at, lengthAt);
        return Status.ok;
      },
      proxy_set_property: (pathAt: number, pathLength: number, at: number, length: number) => {
        const path = text(pathAt, pathLength);
        if (!this.current("set_property").setProperty(path, text(at, length)))
          throw new HostTrap(`could not set property ${path.replaceAll("\0", ".")}`);
        return Status.ok;
      },
      proxy_get_header_map_value: (type: number, nameAt: number, nameLength: number, at: number, lengthAt: number) => {
        const value = this.headersOf(type)?.get(text(nameAt, nameLength));
        if (value === undefined) return Status.notFound;
        this.memory.hand(Buffer.from(value, "latin1"), at, lengthAt);
        return Status.ok;
      },
      proxy_get_header_map_pairs: (type: number, at: number, lengthAt: number) => {
        const pairs = [...(this.headersOf(type) ?? [])];
        if (pairs.length > MAX_PAIRS)
          throw new GuestError("the host writes past the block of a header map: more than 100 lines");
        this.memory.hand(serializePairs(pairs), at, lengthAt);
        return Status.ok;
      },
      // Say OK, and upstream goes what the client sent.
      proxy_add_header_map_value: () => Status.ok,
      proxy_replace_header_map_value: () => Status.ok,
      proxy_remove_header_map_value: () => Status.ok,
      proxy_send_local_response: (
        status: number,
        _detailsAt: number,
        detailsLength: number,
        bodyAt: number,
        bodyLength: number,
        headersAt: number,
        headersLength: number,
      ) => {
        const stream = this.current("a local response");
        if (stream.isAnswered) throw new HostTrap("local response already stashed");
        if (detailsLength > 0) throw new GuestError("the status line ends in the byte behind the details");
        const headers = new Headers();
        for (const [name, value] of parsePairs(this.memory.read(headersAt, headersLength)))
          headers.replace(name, value);
        this.calls = this.calls.filter((call) => call.stream !== stream);
        stream.answerWith(status, headers, this.memory.readText(bodyAt, bodyLength));
        return Status.ok;
      },
      proxy_continue_stream: () => {
        const stream = this.current("continue");
        if (this.callsOf(stream).length > 0) throw new GuestError("the worker crashes: continue with a call in flight");
        return Status.ok;
      },
      proxy_http_call: (
        clusterAt: number,
        clusterLength: number,
        headersAt: number,
        headersLength: number,
        bodyAt: number,
        bodyLength: number,
        _trailersAt: number,
        _trailersLength: number,
        timeout: number,
        tokenAt: number,
      ) => {
        if (!["request", "tick", "call response"].includes(this.step))
          throw new HostTrap(`can only send HTTP dispatch during requests, ticks and answers, not in ${this.step}`);
        const address = text(clusterAt, clusterLength);
        const headers = new Headers(parsePairs(this.memory.read(headersAt, headersLength)));
        const complete = [":method", ":path", ":authority"].every((name) => headers.get(name));
        if (!complete || !/^[\d.]+:\d+$/.test(address)) throw new HostTrap("dispatch failed");
        this.lastCall += 1;
        const deadline = this.clock.now + timeout;
        const body = this.memory.read(bodyAt, bodyLength);
        this.calls.push(new NginxCall(this, this.stream, this.lastCall, { address, headers, body, deadline }));
        this.memory.write32(tokenAt, this.lastCall);
        return Status.ok;
      },
      // What can be linked and not be called: stubs, and what needs a zone that the configuration may lack.
      ...Object.fromEntries(trapping.map((name) => [name, () => trap(name)])),
    };
  }
}
