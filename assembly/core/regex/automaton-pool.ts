// The memory that the automata of all regexes are built in. It is bounded, handed out in one direction, and taken back
// all at once: when it is full and has paid for itself, or when resetRegexCaches says so. An automaton is then built anew
// where it is needed; whether one is still there is told by its generation.

import { regexSteps } from "./steps";

/** A build of which there is an instance for each request under way says so with a global constant, and gets a smaller pool. */
// @ts-ignore: a global of that build's entry, and of no other
const POOL_BYTES: i32 = isDefined(MANY_INSTANCES) ? 192 * 1024 : 1024 * 1024;
// @ts-ignore: decorator
@lazy
const pool: usize = memory.data(POOL_BYTES, 16);

/** States by the hash of their threads. */
const BUCKETS: i32 = 4096;
// @ts-ignore: decorator
@lazy
const buckets: usize = memory.data(4096 * 4, 4);

/** How many steps a state must have saved, on average, before it may be thrown away to be built again. */
const STEPS_PER_STATE: u64 = 256;


@unmanaged
class AutomatonPool {
  used: usize;
  states: u64;
  stepsAtReset: u64;
  /** Counts how often the pool was emptied. Never 0, which is the generation of a regex without an automaton. */
  generation: u32;
}

export const automatonPool: AutomatonPool = changetype<AutomatonPool>(memory.data(offsetof<AutomatonPool>(), 8));
automatonPool.generation = 1;

/** Bytes that live as long as this generation, not zeroed; 0 when there is no room. */
export function allocateInPool(size: usize): usize {
  const aligned = (size + 7) & ~7;
  if (aligned > <usize>POOL_BYTES - automatonPool.used) return 0;
  const at = pool + automatonPool.used;
  automatonPool.used += aligned;
  return at;
}

/** Where the chain of states with this hash begins. */
export function bucketOf(hash: u32): usize {
  return buckets + ((<usize>hash % BUCKETS) << 2);
}

export function countState(): void {
  automatonPool.states++;
}

/** Whether so much work was done since that `builtStates` may be thrown away: rebuilding then costs a bounded share. */
export function hasPaid(builtStates: u64, stepsAtBirth: u64): bool {
  return regexSteps() - stepsAtBirth >= builtStates * STEPS_PER_STATE;
}

/** Empties a full pool, unless it has just been filled. */
export function recyclePool(): void {
  if (hasPaid(automatonPool.states, automatonPool.stepsAtReset)) resetRegexCaches();
}

/**
 * Forgets all automata. A regex works as before, its automaton is built again as texts come. To be called when a bundle
 * was replaced, for the automata of the old one's regexes are of no more use; nothing breaks if it is not.
 */
export function resetRegexCaches(): void {
  automatonPool.used = 0;
  automatonPool.states = 0;
  automatonPool.stepsAtReset = regexSteps();
  automatonPool.generation++;
  memory.fill(buckets, 0, (<usize>BUCKETS) << 2);
}
