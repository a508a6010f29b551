// The fuzzing thread: goes round the targets, a slice of time each, until the time is up.
import { parentPort, workerData } from "node:worker_threads";
import { Mutator } from "./mutator.ts";
import { type Message, Progress, type TargetReport } from "./report.ts";
import { BrokenPromise, type Target } from "./target.ts";
import { type TargetEntry, targets } from "./targets/index.ts";

export interface Assignment {
  readonly shared: SharedArrayBuffer;
  readonly milliseconds: number;
  readonly seed: number;
  /** Names of targets; empty for all. */
  readonly only: readonly string[];
}

const SLICE_MILLISECONDS = 50;
const MAX_CORPUS = 2000;
/** A find of each kind is enough. */
const MAX_FINDS = 10;
/** Inputs shorter than this are not held against their length: what every call costs would hide the rest. */
const SHORTEST_TIMED = 64;

const encode = (text: string) => new Uint8Array(Buffer.from(text, "latin1"));
const tell = (message: Message) => parentPort!.postMessage(message);

class Session {
  inputs = 0;
  milliseconds = 0;
  finds = 0;
  slowest = { nanosecondsPerByte: 0, length: 0 };
  private pagesAtStart = 0;
  private target!: Target;
  private corpus: Uint8Array[] = [];
  private dictionary: Uint8Array[] = [];
  private readonly seen = new Set<number>();

  readonly entry: TargetEntry;
  readonly index: number;

  constructor(entry: TargetEntry, index: number) {
    this.entry = entry;
    this.index = index;
  }

  async start(): Promise<this> {
    this.target = await this.entry.create();
    this.corpus = this.target.seeds.map((seed) => new Uint8Array(Buffer.from(seed)));
    this.dictionary = this.target.dictionary.map(encode);
    return this;
  }

  async slice(mutator: Mutator, progress: Progress): Promise<void> {
    const begin = performance.now();
    const end = begin + SLICE_MILLISECONDS * this.entry.share;
    let now = begin;
    while (now < end && this.finds < MAX_FINDS) {
      const input = mutator.next(this.corpus, this.dictionary);
      progress.begin(this.index, input);
      let outcome = 0;
      try {
        outcome = this.target.run(input);
      } catch (error) {
        await this.report(progress.input, error);
      }
      const after = performance.now();
      this.inputs++;
      if (!this.seen.has(outcome) && this.corpus.length < MAX_CORPUS) {
        this.seen.add(outcome);
        this.corpus.push(progress.input);
      }
      if ((after - now) * 1e6 > this.slowest.nanosecondsPerByte * Math.max(input.length, SHORTEST_TIMED))
        this.time(progress.input);
      now = performance.now();
    }
    this.milliseconds += performance.now() - begin;
    if (this.pagesAtStart === 0) this.pagesAtStart = this.target.pages();
  }

  get summary(): TargetReport {
    const { inputs, finds, slowest, pagesAtStart } = this;
    const pages = this.target.pages();
    return {
      name: this.entry.name,
      inputs,
      seconds: this.milliseconds / 1000,
      finds,
      slowest,
      pagesAtStart,
      pages,
      corpus: this.corpus.length,
    };
  }

  /** Runs an input that was slow again, for most such are only unlucky: the best of a few runs counts. */
  private time(input: Uint8Array): void {
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 4; i++) {
      const copy = input.slice();
      const begin = performance.now();
      try {
        this.target.run(copy);
      } catch {
        return;
      }
      best = Math.min(best, performance.now() - begin);
    }
    const nanosecondsPerByte = (best * 1e6) / Math.max(input.length, SHORTEST_TIMED);
    if (nanosecondsPerByte > this.slowest.nanosecondsPerByte)
      this.slowest = { nanosecondsPerByte, length: input.length };
  }

  private async report(input: Uint8Array, error: unknown): Promise<void> {
    this.finds++;
    const known =
      error instanceof BrokenPromise || error instanceof WebAssembly.RuntimeError || error instanceof RangeError;
    if (!known) throw error;
    tell({ kind: "find", find: { target: this.entry.name, input, error: String(error) } });
    // After a trap the instance may be in any state.
    this.target = await this.entry.create();
  }
}

const { shared, milliseconds, seed, only } = workerData as Assignment;
const progress = new Progress(shared);
const mutator = new Mutator(seed);
const chosen = targets
  .map((entry, index) => new Session(entry, index))
  .filter(({ entry }) => only.length === 0 || only.includes(entry.name));
const sessions = await Promise.all(chosen.map((session) => session.start()));
const end = performance.now() + milliseconds;
while (performance.now() < end) {
  for (const session of sessions) await session.slice(mutator, progress);
  tell({ kind: "report", reports: sessions.map(({ summary }) => summary) });
}
parentPort!.close();
