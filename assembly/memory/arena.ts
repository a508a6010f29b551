// The arena: where the request's bytes live. The proxy asks it for room to write headers to, the core builds paths and
// header values in it, and `reset` takes all of it back at the start of the next callback. What must outlive a callback
// is copied out.

/** Enough for the headers of any usual request. A larger one gets blocks from the heap, given back by `reset`. */
const ARENA_BYTES: usize = 128 * 1024;
/** The largest single block; a request for more gets none. A bundle has to fit. */
export const MAX_BLOCK_BYTES: usize = 64 * 1024 * 1024;

// @ts-ignore: decorator
@lazy
const arena: usize = memory.data(128 * 1024, 16);
const arenaEnd: usize = arena + ARENA_BYTES;

let cursor: usize = arena;
/** Heap blocks of this callback, linked through their first word. */
let overflow: usize = 0;

/** Returns `size` bytes, not zeroed, aligned to 8; they live until `resetArena`. 0 when `size` is out of bounds. */
export function allocateInArena(size: usize): usize {
  if (size > MAX_BLOCK_BYTES) return 0;
  const aligned = (size + 7) & ~7;
  const at = cursor;
  if (aligned > arenaEnd - at) return allocateOverflow(aligned);
  cursor = at + aligned;
  return at;
}

/** How often everything was taken back: what is found at one count is at hand until the next. */
export let callbacks: u32 = 0;

/** Takes everything back. Addresses handed out before are no longer the caller's. */
export function resetArena(): void {
  callbacks++;
  cursor = arena;
  while (overflow) {
    const next = <usize>load<u32>(overflow);
    heap.free(overflow);
    overflow = next;
  }
}

function allocateOverflow(size: usize): usize {
  const block = heap.alloc(size + 8);
  store<u32>(block, <u32>overflow);
  overflow = block;
  return block + 8;
}
