// The gate's regex engine as these tests drive it: patterns and texts are bytes, given as strings of one character a byte.
import { compileAssembly } from "../../../workshop/gate/compile-assembly.ts";

interface RegexExports {
  readonly memory: WebAssembly.Memory;
  allocate(size: number): number;
  createRegion(): number;
  freeRegion(region: number): void;
  regionBytes(region: number): number;
  compileRegex(region: number, pattern: number, length: number): number;
  regexError(): number;
  regexErrorOffset(): number;
  groupCount(regex: number): number;
  instructionCount(regex: number): number;
  groupIndex(regex: number, name: number, length: number): number;
  matches(regex: number, at: number, length: number): number;
  matchesBySimulation(regex: number, at: number, length: number): number;
  capture(regex: number, at: number, length: number, captures: number): number;
  captureByBacktracking(regex: number, at: number, length: number, captures: number): number;
  captureByPike(regex: number, at: number, length: number, captures: number): number;
  regexSteps(): bigint;
  automataGeneration(): number;
  hasAutomaton(regex: number): number;
  resetRegexCaches(): void;
}

/** As `RegexError` in assembly/core/regex/error.ts. */
export const RegexError = {
  InvalidUtf8: 1,
  MissingBracket: 2,
  MissingParen: 3,
  UnexpectedParen: 4,
  TrailingBackslash: 5,
  InvalidEscape: 6,
  InvalidRange: 7,
  InvalidGroupName: 8,
  DuplicateGroupName: 9,
  InvalidGroup: 10,
  MissingRepeatArgument: 11,
  NestedRepeat: 12,
  InvalidRepeatCount: 13,
  NestingTooDeep: 14,
  TooLarge: 15,
  UnsupportedUnicodeClass: 16,
} as const;

/** Ways to answer whether a regex matches, and ways to find its groups; all of a kind must agree. */
export const matchers = ["matches", "matchesBySimulation"] as const;
export const capturers = ["capture", "captureByBacktracking", "captureByPike"] as const;

const { exports } = await compileAssembly<RegexExports>("../test/assembly/core/regex/exports.ts");

/** Longest pattern and text, and most captures. */
const bufferBytes = 1 << 20;
const patternAt = exports.allocate(bufferBytes);
const textAt = exports.allocate(bufferBytes);
const capturesAt = exports.allocate(bufferBytes);

/** The UTF-8 of a text, one character a byte. */
export function utf8(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

/** Takes back the memory that patterns were compiled into, once `use` is done, and returns what that returned. */
export function withRegion<T>(use: (region: Region) => T): T {
  const region = new Region();
  try {
    return use(region);
  } finally {
    exports.freeRegion(region.at);
  }
}

export class Region {
  readonly at = exports.createRegion();

  /** Bytes taken from the heap. */
  get bytes(): number {
    return exports.regionBytes(this.at);
  }

  /** A regex, or why the pattern is refused. */
  compile(pattern: string): Regex | PatternError {
    const regex = exports.compileRegex(this.at, patternAt, put(pattern, patternAt));
    return regex ? new Regex(regex) : { code: exports.regexError(), offset: exports.regexErrorOffset() };
  }

  /** A regex. Throws when the pattern is refused. */
  regex(pattern: string): Regex {
    const regex = this.compile(pattern);
    if (regex instanceof Regex) return regex;
    throw new Error(`${JSON.stringify(pattern)} is refused with ${regex.code} at ${regex.offset}`);
  }
}

export interface PatternError {
  readonly code: number;
  readonly offset: number;
}

export class Regex {
  readonly at: number;
  readonly groupCount: number;
  readonly instructionCount: number;

  constructor(at: number) {
    this.at = at;
    this.groupCount = exports.groupCount(at);
    this.instructionCount = exports.instructionCount(at);
  }

  matches(text: string, how: (typeof matchers)[number] = "matches"): boolean {
    return exports[how](this.at, textAt, put(text, textAt)) !== 0;
  }

  /** Start and end of each group, the whole match first, -1 for a group that took no part; null without a match. */
  capture(text: string, how: (typeof capturers)[number] = "capture"): number[] | null {
    if (!exports[how](this.at, textAt, put(text, textAt), capturesAt)) return null;
    return [...new Int32Array(exports.memory.buffer, capturesAt, 2 * this.groupCount + 2)];
  }

  /** Whether what matching it so far has built is still there. */
  get hasAutomaton(): boolean {
    return exports.hasAutomaton(this.at) !== 0;
  }

  groupIndex(name: string): number {
    return exports.groupIndex(this.at, patternAt, put(name, patternAt));
  }
}

/** The work done by a function, in the engine's steps. */
export function stepsOf(work: () => void): number {
  const before = exports.regexSteps();
  work();
  return Number(exports.regexSteps() - before);
}

/** Counts how often all automata were given up. */
export function automataGeneration(): number {
  return exports.automataGeneration();
}

export function resetRegexCaches(): void {
  exports.resetRegexCaches();
}

/** Bytes of memory that the engine has taken. */
export function memoryBytes(): number {
  return exports.memory.buffer.byteLength;
}

function put(text: string, at: number): number {
  if (text.length > bufferBytes) throw new RangeError("too long for the test's buffer");
  Buffer.from(exports.memory.buffer).write(text, at, "latin1");
  return text.length;
}
