// What is fuzzed: a part of the WebAssembly that takes bytes from outside.

export interface Target {
  /** What the inputs start from, one byte a character. */
  readonly seeds: readonly string[];
  /** Words of the input's language. */
  readonly dictionary: readonly string[];
  /** Pages of 64 KiB that the WebAssembly under test takes now. */
  pages(): number;
  /**
   * Runs one input, which may be changed by it. Returns a number that tells apart what came of it, so that inputs with a new
   * outcome can be kept. Throws where the code under test traps or breaks a promise.
   */
  run(input: Uint8Array): number;
}

/** Thrown where the code under test answers, but not as it should. */
export class BrokenPromise extends Error {}

/** Memory of an instance, seen as bytes: the view is renewed when the memory has grown. */
export class Bytes {
  private readonly memory: WebAssembly.Memory;
  private view: Uint8Array;

  constructor(memory: WebAssembly.Memory) {
    this.memory = memory;
    this.view = new Uint8Array(memory.buffer);
  }

  get all(): Uint8Array {
    if (this.view.byteLength === 0) this.view = new Uint8Array(this.memory.buffer);
    return this.view;
  }

  get pages(): number {
    return this.memory.buffer.byteLength / 65536;
  }
}

/** Offsets of each line's first byte, and one past the end of the last: line i ends one byte before line i + 1. */
export function linesOf(input: Uint8Array, most: number): number[] {
  const starts = [0];
  for (let at = input.indexOf(10); at >= 0 && starts.length < most; at = input.indexOf(10, at + 1)) starts.push(at + 1);
  while (starts.length <= most) starts.push(input.length + 1);
  return starts;
}
