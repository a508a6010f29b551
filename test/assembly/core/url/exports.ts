// The canonical path as the tests in TypeScript drive it.
import {
  departures,
  pathLength,
  queryAt,
  queryLength,
  readPath,
  resourceAt,
  resourceLength,
} from "../../../../assembly/core/url/path";

export { allocateInArena as allocate, resetArena } from "../../../../assembly/memory/arena";

/** Reads a target; returns a Refusal, 0 for none. */
export function read(at: usize, length: i32, reading: i32): i32 {
  return readPath(at, length, reading);
}

export function departuresOfPath(): i32 {
  return departures;
}

export function resourceAddress(): usize {
  return resourceAt;
}

export function resourceSize(): i32 {
  return resourceLength;
}

export function pathSize(): i32 {
  return pathLength;
}

export function queryAddress(): usize {
  return queryAt;
}

export function querySize(): i32 {
  return queryLength;
}
