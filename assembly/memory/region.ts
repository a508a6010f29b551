// A region: memory that is handed out in one direction and given back all at once. What a bundle needs lives in one, so
// that replacing the bundle frees the old one whole, and nothing in this project needs a garbage collector.

/** Bytes asked from the heap at a time; a larger request gets a chunk of its own size. */
const CHUNK_BYTES: usize = 16 * 1024;

/**
 *   chunk: ┌──────────────┬───────────────────────────┬────────┐
 *          │ previous: u32│ allocations, 8-byte aligned│ unused │
 *          └──────────────┴───────────────────────────┴────────┘
 */
const CHUNK_HEADER_BYTES: usize = 8;


@unmanaged
export class Region {
  private chunk: usize = 0;
  private cursor: usize = 0;
  private limit: usize = 0;
  /** Bytes taken from the heap so far. */
  bytes: usize = 0;

  /** Returns `size` zeroed bytes, aligned to 8. They live until `free`. */
  allocate(size: usize): usize {
    const aligned = (size + 7) & ~7;
    if (this.cursor + aligned > this.limit) this.grow(aligned);
    const at = this.cursor;
    this.cursor = at + aligned;
    memory.fill(at, 0, aligned);
    return at;
  }

  /** Copies `length` bytes into the region and returns where they are now. */
  copy(at: usize, length: i32): usize {
    const target = this.allocate(length);
    memory.copy(target, at, length);
    return target;
  }

  /** Gives every chunk and the region itself back to the heap. The region must not be used afterwards. */
  free(): void {
    let chunk = this.chunk;
    while (chunk) {
      const previous = load<u32>(chunk);
      heap.free(chunk);
      chunk = previous;
    }
    heap.free(changetype<usize>(this));
  }

  private grow(needed: usize): void {
    const size = max(CHUNK_BYTES, needed + CHUNK_HEADER_BYTES);
    const chunk = heap.alloc(size);
    store<u32>(chunk, <u32>this.chunk);
    this.chunk = chunk;
    this.cursor = chunk + CHUNK_HEADER_BYTES;
    this.limit = chunk + size;
    this.bytes += size;
  }
}

/** A new, empty region. It takes nothing from the heap before the first allocation but its own few words. */
export function createRegion(): Region {
  const at = heap.alloc(offsetof<Region>());
  memory.fill(at, 0, offsetof<Region>());
  return changetype<Region>(at);
}
