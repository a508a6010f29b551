// One instance of the filter in one thread: calls into the guest, and what its calls back refer to.
import type { Context } from "./context.ts";
import { Exchange, type Request } from "./exchange.ts";
import type { Guest } from "./guest.ts";
import { GuestError } from "./guest-error.ts";
import { GuestMemory } from "./guest-memory.ts";
import type { Headers } from "./headers.ts";
import { importsFor } from "./host-functions.ts";
import type { FilterModule } from "./module.ts";
import { RootContext } from "./root-context.ts";
import type { Surroundings } from "./surroundings.ts";

type GuestFunction = (...args: number[]) => number | undefined;

const ROOT_ID = 1;

export class Instance implements Guest {
  readonly surroundings: Surroundings;
  /** The name of the thread that it runs in. */
  readonly thread: string;
  readonly memory: GuestMemory;
  readonly root = new RootContext(ROOT_ID);
  /** What the guest died of. From then on nothing in it is called. */
  trap: Error | undefined;
  /** Milliseconds between two ticks; 0 is none. */
  tickPeriod = 0;
  nextTick = Number.POSITIVE_INFINITY;
  /** The answer that is being delivered; it has no headers when the call failed. */
  callAnswer: { readonly headers: Headers | undefined; readonly body: Buffer } | undefined;
  /** Reachable while `proxy_on_configure` runs. */
  pluginConfiguration: Buffer | undefined;

  private readonly guest: WebAssembly.Exports;
  private readonly contexts = new Map<number, Context>([[ROOT_ID, this.root]]);
  private readonly afterCall: (() => void)[] = [];
  private current: Context | undefined;
  private effective: Context | undefined;
  private allocating = false;
  /** The number of the youngest stream. Envoy counts on to 2^32 and then begins anew; a test can take it there. */
  lastId = ROOT_ID;

  constructor(module: FilterModule, surroundings: Surroundings, thread: string) {
    this.surroundings = surroundings;
    this.thread = thread;
    this.guest = new WebAssembly.Instance(module.compiled, importsFor(this)).exports;
    const allocator = this.guest[module.allocator!] as (size: number) => number;
    this.memory = new GuestMemory(this.guest.memory as WebAssembly.Memory, (size) => {
      this.allocating = true;
      const address = allocator(size);
      this.allocating = false;
      return address;
    });
  }

  /** Runs the guest's start-up. False when the guest refuses, or traps. */
  start(): boolean {
    const { vmConfiguration, configuration } = this.surroundings;
    this.call("proxy_on_context_create", this.root, 0);
    if (this.call("proxy_on_vm_start", this.root, vmConfiguration.length) === 0) return false;
    return this.configure(configuration);
  }

  /** Shows the guest a plugin configuration, at start-up or in the middle of its life. False when it refuses, or traps. */
  configure(configuration: Buffer): boolean {
    this.pluginConfiguration = configuration;
    const configured = this.call("proxy_on_configure", this.root, configuration.length) !== 0;
    this.pluginConfiguration = undefined;
    return configured && !this.trap;
  }

  /** A new stream: its context is created, then the guest sees the request headers. */
  openExchange(request: Request): Exchange {
    this.lastId += 1;
    const exchange = new Exchange(this, this.lastId, request);
    this.contexts.set(exchange.id, exchange);
    this.call("proxy_on_context_create", exchange, ROOT_ID);
    exchange.start();
    return exchange;
  }

  closeContext(context: Context): void {
    this.call("proxy_on_done", context);
    this.call("proxy_on_log", context);
    this.call("proxy_on_delete", context);
    this.contexts.delete(context.id);
  }

  /**
   * Calls an export with the context's id first. Undefined when the guest does not export it, has trapped, or traps now.
   * What the guest asked for that ends or resumes streams is done after it returned, as in Envoy.
   */
  call(name: string, context: Context, ...args: number[]): number | undefined {
    const run = this.guest[name] as GuestFunction | undefined;
    if (!run || this.trap) return undefined;
    const outer = [this.current, this.effective] as const;
    [this.current, this.effective] = [context, undefined];
    try {
      return run(context.id, ...args);
    } catch (error) {
      this.fail(error);
      return undefined;
    } finally {
      [this.current, this.effective] = outer;
      if (!this.current) for (const action of this.afterCall.splice(0)) action();
    }
  }

  /** Puts off what must not happen before the guest has returned. */
  defer(action: () => void): void {
    this.afterCall.push(action);
  }

  /** Notes a host call and returns the context that it is for. */
  enter(name: string): Context {
    const context = this.effective ?? this.current;
    if (!context) throw new GuestError(`${name} called while the module starts`);
    if (this.allocating && name !== "proxy_log") throw new GuestError(`${name} called while allocating`);
    context.noteHostCall(name);
    return context;
  }

  /** False when there is no such context. */
  setEffectiveContext(id: number): boolean {
    const context = this.contexts.get(id);
    if (context) this.effective = context;
    return context !== undefined;
  }

  setTickPeriod(period: number): void {
    this.tickPeriod = period;
    this.nextTick = period === 0 ? Number.POSITIVE_INFINITY : this.surroundings.clock.now + period;
  }

  tick(): void {
    this.nextTick = Math.max(this.nextTick, this.surroundings.clock.now) + this.tickPeriod;
    this.call("proxy_on_tick", this.root);
  }

  deliver(token: number, headers: Headers | undefined, body: Buffer): void {
    this.callAnswer = { headers, body };
    this.call("proxy_on_http_call_response", this.root, token, headers?.size ?? 0, body.length, 0);
    this.callAnswer = undefined;
  }

  private fail(error: unknown): void {
    if (!isTrap(error)) throw error;
    this.trap = error;
    this.surroundings.traps.push(error);
    this.nextTick = Number.POSITIVE_INFINITY;
    this.afterCall.length = 0;
    this.surroundings.calls.drop(this);
  }
}

function isTrap(error: unknown): error is Error {
  if (error instanceof WebAssembly.RuntimeError) return true;
  return error instanceof RangeError && error.message.startsWith("Maximum call stack");
}
