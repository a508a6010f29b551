// The canonical path as the tests in TypeScript drive it.
import { Path, readPath } from "../../../../assembly/core/url/path";

export { allocateInArena as allocate, resetArena } from "../../../../assembly/memory/arena";

const path: Path = changetype<Path>(memory.data(offsetof<Path>(), 8));

/** Reads a target; returns a Refusal, 0 for none. */
export function read(at: usize, length: i32, reading: i32): i32 {
  return readPath(at, length, reading, path);
}

export function departuresOfPath(): i32 {
  return path.departures;
}

export function resourceAddress(): usize {
  return path.resourceAt;
}

export function resourceSize(): i32 {
  return path.resourceLength;
}

export function pathSize(): i32 {
  return path.pathLength;
}

export function queryAddress(): usize {
  return path.queryAt;
}

export function querySize(): i32 {
  return path.queryLength;
}
