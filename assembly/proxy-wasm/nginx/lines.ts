// The `proxy_wasm` lines that name this module. One gate serves them all in a worker, and has the configuration of the one that
// nginx starts first. A line with another, or with one that can't be used, is refused by itself: after a failed on_configure the
// worker would exit and not come back, and all of nginx would be down, which `nginx -t` does not foresee.

const MAX_REFUSED: i32 = 64;
/** The root contexts of lines that are refused; beyond that many, all are. */
const refused: usize = memory.data(MAX_REFUSED * <i32>sizeof<i32>(), 4);
let refusedCount: i32 = 0;

const CONTEXTS: i32 = 1024;
/** By its number, a context that was made for a line in force and has had no request yet: the number and 1. */
// @ts-ignore: decorator
@lazy
const admitted: usize = memory.data(CONTEXTS * <i32>sizeof<u64>(), 8);

/** Refuses what comes to the line of this root context from now on. */
export function refuseLine(root: i32): void {
  if (refusedCount < MAX_REFUSED) store<i32>(refused + ((<usize>refusedCount) << 2), root);
  refusedCount++;
}

/** A context is made, for a request to the line of `root`. */
export function beginContext(context: i32, root: i32): void {
  if (refusedCount == 0) return;
  store<u64>(placeOf(context), isRefused(root) ? 0 : <u64>(<u32>context) + 1);
}

/**
 * Whether the request of this context came to a line in force. Where lines are refused, only the first request of a context can
 * have: of another with the same number, as streams of a connection have, nobody says which line it came to.
 */
export function isAdmitted(context: i32): bool {
  if (refusedCount == 0) return true;
  const place = placeOf(context);
  const is = load<u64>(place) == <u64>(<u32>context) + 1;
  store<u64>(place, 0);
  return is;
}

function placeOf(context: i32): usize {
  return admitted + ((<usize>(<u32>context % <u32>CONTEXTS)) << 3);
}

function isRefused(root: i32): bool {
  if (refusedCount > MAX_REFUSED) return true;
  for (let i = 0; i < refusedCount; i++) {
    if (load<i32>(refused + ((<usize>i) << 2)) == root) return true;
  }
  return false;
}
