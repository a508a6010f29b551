// Waiting for what is to come: asked again and again, with patience for a machine that is busy with other things.
import { setTimeout as sleep } from "node:timers/promises";
import type { Program } from "./processes/program.ts";
import { SetupError } from "./setup-error.ts";

export interface Waiting {
  /** Milliseconds. */
  readonly patience?: number;
  /** Milliseconds between one try and the next. */
  readonly interval?: number;
  /** Programs without which nothing will come: the end of one ends the waiting. */
  readonly running?: readonly Program[];
}

/**
 * Calls `attempt` until it returns something other than undefined or false, which is what comes of it. Throws what the last attempt threw
 * once `patience` is over, and a SetupError that tells how a program ended when one of `running` does.
 */
export async function until<T>(
  attempt: () => T | Promise<T>,
  { patience = 30_000, interval = 50, running = [] }: Waiting = {},
): Promise<Exclude<T, undefined | false>> {
  const deadline = performance.now() + patience;
  for (;;) {
    let failure: unknown;
    try {
      const result = await attempt();
      if (result !== undefined && result !== false) return result as Exclude<T, undefined | false>;
      failure = new Error(`nothing came of it within ${patience} ms`);
    } catch (error) {
      failure = error;
    }
    const end = await Promise.race([sleep(interval), ...running.map(({ ended }) => ended)]);
    if (end !== undefined) throw new SetupError(end, { cause: failure });
    if (performance.now() > deadline) throw failure;
  }
}
