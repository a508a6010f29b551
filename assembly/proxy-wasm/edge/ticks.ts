// Time as this worker counts it: in ticks. Exact enough for pauses and time limits, and free, where a look at the clock is a
// call to the proxy.

/** The period of a gate that has a host. */
export const TICK_MILLISECONDS: u32 = 50;

/** Ticks since the start: this worker's time, which `countTick` alone moves on. */
export let ticks: u32 = 0;

export function countTick(): void {
  ticks++;
}

/** How many ticks a time takes. */
// @ts-ignore: decorator
@inline
export function inTicks(milliseconds: u32): u32 {
  return milliseconds / TICK_MILLISECONDS;
}
