// One thread of the proxy with its instance of the filter, replaced after a trap as `failure_policy: FAIL_RELOAD` says.
import { type Exchange, failedExchange, type Request } from "./exchange.ts";
import { Instance } from "./instance.ts";
import type { FilterModule } from "./module.ts";
import type { Surroundings } from "./surroundings.ts";

/** Envoy reloads no more often than this, in milliseconds. The first load counts too. */
const RELOAD_INTERVAL = 1000;

export class Worker {
  readonly name: string;
  instance: Instance;

  private readonly module: FilterModule;
  private readonly surroundings: Surroundings;
  /** Whether the guest accepted its configuration. */
  private accepted: boolean;
  private loadedAt: number;

  constructor(module: FilterModule, surroundings: Surroundings, name: string) {
    this.name = name;
    this.module = module;
    this.surroundings = surroundings;
    this.instance = new Instance(module, surroundings, name);
    this.accepted = this.instance.start();
    this.loadedAt = surroundings.clock.now;
  }

  /** Whether a request would be shown to the guest: it accepted its configuration and has not trapped since. */
  get running(): boolean {
    return this.accepted && !this.instance.trap;
  }

  /** A request reaches this thread. Whatever the guest does, the exchange comes back with an outcome. */
  request(request: Request): Exchange {
    if (this.accepted && this.instance.trap) this.reload();
    return this.running ? this.instance.openExchange(request) : failedExchange(this.instance, request);
  }

  private reload(): void {
    const { now } = this.surroundings.clock;
    if (now - this.loadedAt < RELOAD_INTERVAL) return;
    this.loadedAt = now;
    this.instance = new Instance(this.module, this.surroundings, this.name);
    this.accepted = this.instance.start();
  }
}
