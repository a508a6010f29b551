// Patterns and texts for the regex engine. An input is the pattern, a line feed and the text. The engine's own count of steps
// must stay linear in the text, and its machines must agree.
import { compileAssembly } from "../../../workshop/gate/compile-assembly.ts";
import { BrokenPromise, Bytes, type Target } from "../target.ts";
import { regexWords } from "./samples.ts";

interface RegexExports {
  readonly memory: WebAssembly.Memory;
  createRegion(): number;
  freeRegion(region: number): void;
  allocate(size: number): number;
  compileRegex(region: number, at: number, length: number): number;
  regexError(): number;
  regexSteps(): bigint;
  matches(regex: number, at: number, length: number): number;
  matchesBySimulation(regex: number, at: number, length: number): number;
  capture(regex: number, at: number, length: number, captures: number): number;
}

const ROOM = 64 * 1024;

/** Steps that any pattern may take for its size and the text's, and that building an automaton may take on top. */
const STEPS_PER_INSTRUCTION_AND_BYTE = 8;
const STEPS_TO_BEGIN = 100_000;

export async function regexes(): Promise<Target> {
  const { exports: wasm } = await compileAssembly<RegexExports>("../test/assembly/core/regex/exports.ts");
  const bytes = new Bytes(wasm.memory);
  const place = wasm.allocate(ROOM) >>> 0;
  const captures = wasm.allocate(ROOM * 8) >>> 0;

  function check(regex: number, at: number, length: number): number {
    const programLength = new DataView(wasm.memory.buffer).getInt32(regex + 4, true);
    const groups = new DataView(wasm.memory.buffer).getInt32(regex + 8, true);
    const before = wasm.regexSteps();
    const found = wasm.matches(regex, at, length);
    const captured = wasm.capture(regex, at, length, captures);
    const steps = Number(wasm.regexSteps() - before);
    const most = STEPS_TO_BEGIN + STEPS_PER_INSTRUCTION_AND_BYTE * (programLength + 1) * (length + 1);
    if (steps > most) throw new BrokenPromise(`${steps} steps for ${programLength} instructions and ${length} bytes`);
    if (found !== captured) throw new BrokenPromise(`matches says ${found}, capture ${captured}`);
    if (length < 512 && found !== wasm.matchesBySimulation(regex, at, length))
      throw new BrokenPromise("the simulation differs");
    if (captured) {
      const offsets = new Int32Array(wasm.memory.buffer, captures, 2 * (groups + 1));
      for (let i = 0; i < offsets.length; i += 2) {
        const [start, end] = [offsets[i]!, offsets[i + 1]!];
        if (start < -1 || end < start || end > length) throw new BrokenPromise(`group ${i / 2} at ${start} to ${end}`);
      }
    }
    return found | (Math.min(groups, 7) << 1) | (Math.min(31, 32 - Math.clz32(programLength)) << 4) | (1 << 12);
  }

  return {
    seeds: [
      "^/api/(?P<User>[^/]+)(/|$)\n/api/alice/x",
      "(a+)+$\naaaaaaaaaaaaaaaaaaaaaaaab",
      "(a|aa)*b\naaaaaaaaaaaaaaaaaaaaaaaaaaaa",
      ".*.*.*x\naaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
      "(?i)^(?:admin|r\xc3\xa9sum\xc3\xa9)[[:alnum:]]{2,5}\\b\nR\xc3\x89SUM\xc3\x89abc-",
      "\\.(js|css|png)$\n/static/app.css",
      "(?s)^(.)*?(?P<Group>b{2,3}|[^a-y\\d]+)\\B\n\xffa\nbbz\xf0\x9f\x98\x80",
    ],
    dictionary: [...regexWords, "\n", "aaaaaaaaaaaaaaaa", "\xf0\x9f\x98\x80"],
    pages: () => bytes.pages,
    run(input) {
      bytes.all.set(input, place);
      const line = input.indexOf(10);
      const end = line < 0 ? input.length : line;
      const region = wasm.createRegion();
      const regex = wasm.compileRegex(region, place, end) >>> 0;
      const outcome =
        regex === 0 ? wasm.regexError() << 20 : check(regex, place + end + 1, Math.max(0, input.length - end - 1));
      wasm.freeRegion(region);
      if (regex === 0 && outcome === 0) throw new BrokenPromise("refused without an error");
      return outcome;
    },
  };
}
