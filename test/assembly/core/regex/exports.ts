// The regex engine as the tests in TypeScript drive it. Addresses are numbers there.

import { automatonPool } from "../../../../assembly/core/regex/automaton-pool";
import { backtrack, canBacktrack } from "../../../../assembly/core/regex/backtrack";
import { runPike } from "../../../../assembly/core/regex/pike";
import { compileRegex as compile, Regex, RegexError, RegexFault } from "../../../../assembly/core/regex";
import { begin, Advance, room, simulate } from "../../../../assembly/core/regex/threads";
import { Region } from "../../../../assembly/memory/region";

export { capture, groupIndex, matches, regexSteps, resetRegexCaches } from "../../../../assembly/core/regex";
export { createRegion } from "../../../../assembly/memory/region";

const fault: RegexFault = changetype<RegexFault>(memory.data(offsetof<RegexFault>(), 8));

/** Null when the pattern is refused; then regexError and regexErrorOffset tell why. */
export function compileRegex(region: Region, pattern: usize, length: i32): Regex | null {
  return compile(fault, region, pattern, length);
}

export function regexError(): RegexError {
  return fault.code;
}

export function regexErrorOffset(): i32 {
  return fault.offset;
}

export function freeRegion(region: Region): void {
  region.free();
}

export function regionBytes(region: Region): usize {
  return region.bytes;
}

/** capture, but with Pike's machine only. */
export function captureByPike(regex: Regex, at: usize, length: i32, captures: usize): bool {
  return runPike(regex, at, length, captures);
}

/** capture, but with the backtracker only, where the text is small enough for it. */
export function captureByBacktracking(regex: Regex, at: usize, length: i32, captures: usize): bool {
  return canBacktrack(regex, length) ? backtrack(regex, at, length, captures) : runPike(regex, at, length, captures);
}

/** Room for patterns, texts and captures. */
export function allocate(size: usize): usize {
  return heap.alloc(size);
}

/** matches, but without an automaton. */
export function matchesBySimulation(regex: Regex, at: usize, length: i32): bool {
  const started = begin(regex, room(0));
  return started == Advance.Alive ? simulate(regex, room(0), at, at + length) : started == Advance.Matched;
}

export function groupCount(regex: Regex): i32 {
  return regex.groupCount;
}

export function instructionCount(regex: Regex): i32 {
  return regex.programLength;
}

/** How often the automata of all regexes were given up, plus one. */
export function automataGeneration(): u32 {
  return automatonPool.generation;
}

/** Whether the regex has an automaton now. */
export function hasAutomaton(regex: Regex): bool {
  return regex.generation == automatonPool.generation;
}
