// What the fuzzing thread tells, and the memory it shares with the one that watches it.
import { MAX_INPUT } from "./mutator.ts";

export interface TargetReport {
  readonly name: string;
  readonly inputs: number;
  readonly seconds: number;
  readonly finds: number;
  /** Pages of 64 KiB after the first hundredth of a second or so, and at the end. */
  readonly pagesAtStart: number;
  readonly pages: number;
  readonly corpus: number;
  /** The most nanoseconds that a byte of any input took, confirmed by repetition, and that input. */
  readonly slowest: { readonly nanosecondsPerByte: number; readonly length: number };
}

export interface Find {
  readonly target: string;
  readonly input: Uint8Array;
  readonly error: string;
}

export type Message = { kind: "find"; find: Find } | { kind: "report"; reports: TargetReport[] };

/** Three words (inputs so far, target, length) and the input being run: what is left to see of a thread that hangs. */
export class Progress {
  readonly shared: SharedArrayBuffer;
  private readonly words: Int32Array;
  private readonly bytes: Uint8Array;

  constructor(shared = new SharedArrayBuffer(12 + 2 * MAX_INPUT)) {
    this.shared = shared;
    this.words = new Int32Array(shared, 0, 3);
    this.bytes = new Uint8Array(shared, 12);
  }

  begin(target: number, input: Uint8Array): void {
    this.bytes.set(input);
    this.words[1] = target;
    this.words[2] = input.length;
    this.words[0]! += 1;
  }

  get count(): number {
    return Atomics.load(this.words, 0);
  }

  get target(): number {
    return this.words[1]!;
  }

  get input(): Uint8Array {
    return this.bytes.slice(0, this.words[2]!);
  }
}
