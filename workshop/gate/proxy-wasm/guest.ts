// An instance of the filter as its streams and the functions that it imports know it (instance.ts).
import type { Context } from "./context.ts";
import type { GuestMemory } from "./guest-memory.ts";
import type { Headers } from "./headers.ts";
import type { CallTaker } from "./outbound-calls.ts";
import type { Surroundings } from "./surroundings.ts";

export interface Guest extends CallTaker {
  readonly surroundings: Surroundings;
  /** The name of the thread that it runs in. */
  readonly thread: string;
  readonly memory: GuestMemory;
  readonly root: Context;
  /** The answer that is being delivered; it has no headers when the call failed. */
  readonly callAnswer: { readonly headers: Headers | undefined; readonly body: Buffer } | undefined;
  /** Reachable while `proxy_on_configure` runs. */
  readonly pluginConfiguration: Buffer | undefined;
  /** Calls an export with the context's id first. Undefined when the guest does not export it, has trapped, or traps now. */
  call(name: string, context: Context, ...args: number[]): number | undefined;
  closeContext(context: Context): void;
  /** Puts off what must not happen before the guest has returned. */
  defer(action: () => void): void;
  /** Notes a host call and returns the context that it is for. */
  enter(name: string): Context;
  /** False when there is no such context. */
  setEffectiveContext(id: number): boolean;
  setTickPeriod(period: number): void;
}
