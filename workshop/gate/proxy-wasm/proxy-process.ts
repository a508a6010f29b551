// A proxy process that runs a filter in WebAssembly: a small, deterministic stand-in for Envoy. Time passes only when a
// test says so, and calls are answered only by the test.
import { readFileSync } from "node:fs";
import { Clock } from "./clock.ts";
import type { Exchange, Request } from "./exchange.ts";
import { Metrics } from "./metrics.ts";
import { FilterModule } from "./module.ts";
import { OutboundCalls } from "./outbound-calls.ts";
import { SharedData } from "./shared-data.ts";
import type { ForeignFunction, LogLine, Surroundings } from "./surroundings.ts";
import { Worker } from "./worker.ts";

export interface ProxySettings {
  /** The filter: a path, the binary, or what another proxy has compiled. */
  readonly filter: string | Uint8Array<ArrayBuffer> | FilterModule;
  /** The plugin configuration; an object is sent as JSON. */
  readonly configuration?: string | object;
  readonly vmConfiguration?: string;
  /** The environment variables that the module may see. */
  readonly environment?: Readonly<Record<string, string>>;
  /** How many threads serve requests. */
  readonly workers?: number;
  /** The clusters that exist. */
  readonly clusters?: readonly string[];
  /** Where the clock stands, milliseconds since 1970. */
  readonly now?: number;
  readonly foreignFunctions?: Readonly<Record<string, ForeignFunction>>;
}

export class ProxyProcess {
  readonly module: FilterModule;
  readonly clock: Clock;
  readonly sharedData = new SharedData();
  readonly metrics = new Metrics();
  readonly calls: OutboundCalls;
  readonly log: LogLine[] = [];
  /** What instances died of, oldest first. */
  readonly traps: Error[] = [];
  /** The thread that serves no requests; it ticks like a worker. */
  readonly main: Worker;
  readonly workers: readonly Worker[];

  /**
   * False when the filter refuses its configuration, or traps on it: Envoy rejects its own configuration then. No thread
   * has an instance but the one that tried.
   */
  readonly accepted: boolean;

  /** Throws a GuestError when the filter cannot be linked. */
  constructor(settings: ProxySettings) {
    const { filter, configuration = "", vmConfiguration = "", workers = 1, clusters = [] } = settings;
    this.module = filter instanceof FilterModule ? filter : new FilterModule(bytesOf(filter));
    this.clock = new Clock(settings.now ?? Date.now());
    this.calls = new OutboundCalls(clusters, this.clock);
    const text = typeof configuration === "string" ? configuration : JSON.stringify(configuration);
    const surroundings: Surroundings = {
      clock: this.clock,
      sharedData: this.sharedData,
      metrics: this.metrics,
      calls: this.calls,
      log: this.log,
      traps: this.traps,
      foreignFunctions: settings.foreignFunctions ?? {},
      configuration: Buffer.from(text),
      vmConfiguration: Buffer.from(vmConfiguration),
      environment: settings.environment ?? {},
    };
    const thread = (name: string) => new Worker(this.module, surroundings, name);
    // Envoy tries a configuration on an instance that never serves or ticks before it gives one to each thread.
    const base = thread("base");
    this.accepted = base.running;
    this.main = this.accepted ? thread("main") : base;
    this.workers = this.accepted ? Array.from({ length: workers }, (_, i) => thread(`worker ${i}`)) : [base];
  }

  /** A request reaches the first worker. */
  request(request: Request): Exchange {
    if (!this.accepted) throw new Error("Envoy rejects this configuration, and serves nothing with it");
    return this.workers[0]!.request(request);
  }

  /** Sets the clock, in milliseconds since 1970, while no time passes: what is due in a second is due in a second then. */
  setClock(now: number): void {
    const shift = now - this.clock.now;
    this.clock.now = now;
    for (const { instance } of [this.main, ...this.workers]) instance.nextTick += shift;
    for (const call of this.calls) call.deadline += shift;
  }

  /** Lets time pass: ticks and time-outs happen in order, each at its own time. */
  advance(milliseconds: number): void {
    const end = this.clock.now + milliseconds;
    for (let event = this.nextEvent(); event.at <= end; event = this.nextEvent()) {
      this.clock.now = Math.max(this.clock.now, event.at);
      event.run();
    }
    this.clock.now = end;
  }

  private nextEvent(): { readonly at: number; run(): void } {
    const ticks = [this.main, ...this.workers].map(({ instance }) => ({
      at: instance.nextTick,
      run: () => instance.tick(),
    }));
    const timeOuts = [...this.calls].map((call) => ({ at: call.deadline, run: () => call.timeOut() }));
    return [...ticks, ...timeOuts].reduce((first, event) => (event.at < first.at ? event : first));
  }
}

function bytesOf(filter: string | Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return typeof filter === "string" ? new Uint8Array(readFileSync(filter)) : filter;
}
