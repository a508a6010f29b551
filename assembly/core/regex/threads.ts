// Simulates a program without captures: the set of instructions that some path through the program has reached, moved
// on code point by code point (Thompson 1968). Sets are bits: bit i stands for instruction i.

import { decodeRune } from "../../encoding/utf8";
import { ALL_ASSERTIONS, Assertion, assertionsBetween, BEHIND, isWord, NEWLINE, TEXT_EDGE } from "./assertion";
import { consumes, instructionAt, Op, opOf, operandOf } from "./instruction";
import { Regex } from "./regex";
import { addSteps } from "./steps";
import { MAX_INSTRUCTIONS, workspace } from "./workspace";

/** Where all paths through a program are, at one place of the text. The set follows, threadsBytes with it. */
@unmanaged
export class Threads {
  /** 1 if some of them wait at an assertion that only the next code point decides, otherwise 0; */
  waiting: i32;
  /** in the first case, what came before: a new line, a word character or another, or the text's edge. */
  before: i32;
}

export const enum Advance {
  /** No path is left, and none can begin later: there is no match. */
  Dead = 1,
  Matched = 2,
  Alive = 3,
}

const SET_BYTES: usize = (<usize>MAX_INSTRUCTIONS) >> 3;
/** Instructions still to be followed. Each Split is followed once, so there are never more than instructions. */
const stack: usize = workspace;
const visited: usize = stack + ((<usize>MAX_INSTRUCTIONS) << 1);
const decided: usize = visited + SET_BYTES;
/** Room for the largest Threads, twice. */
const roomA: usize = decided + SET_BYTES;
const roomB: usize = roomA + offsetof<Threads>() + SET_BYTES;

/** What only the code point after a place decides. */
const UNDECIDED: u32 = ALL_ASSERTIONS & ~BEHIND;
/** Any word character, and any character that is neither that nor a new line. */
const WORD: i32 = 0x61;
const OTHER: i32 = 0x20;

/** What `follow` comes to, as bits: whether a path reaches Match, and whether one met an assertion that it could not decide. */
const MATCHED: u32 = 1;
const UNDECIDED_MET: u32 = 2;

/** Bytes of the set of a regex: whole words. */
export function setBytes(regex: Regex): usize {
  return ((<usize>regex.programLength + 31) >> 5) << 2;
}

// @ts-ignore: decorator
@inline
export function setOf(threads: Threads): usize {
  return changetype<usize>(threads) + offsetof<Threads>();
}

/** One of two places for Threads, for advance to go back and forth between. */
export function room(index: i32): Threads {
  return changetype<Threads>(index ? roomB : roomA);
}

/** The threads at the beginning of the text. */
export function begin(regex: Regex, to: Threads): Advance {
  prepare(regex, to);
  const reached = follow(regex.program, 0, setOf(to), behind(TEXT_EDGE), UNDECIDED);
  return reached & MATCHED ? Advance.Matched : settle(regex, to, TEXT_EDGE, reached);
}

/** Moves threads over a code point, or over the end of the text (TEXT_EDGE). */
export function advance(regex: Regex, from: Threads, rune: i32, to: Threads): Advance {
  const program = regex.program;
  let source = setOf(from);
  if (from.waiting) {
    if (decide(regex, source, assertionsBetween(from.before, rune))) return Advance.Matched;
    source = decided;
  }
  if (rune == TEXT_EDGE) return Advance.Dead;
  prepare(regex, to);
  const set = setOf(to);
  const held = behind(rune);
  let reached: u32 = 0;
  const end = source + setBytes(regex);
  for (let at = source; at < end; at += 4) {
    let bits = load<u32>(at);
    addSteps(1 + popcnt<u32>(bits));
    for (; bits; bits &= bits - 1) {
      const index = <i32>((at - source) << 3) + ctz<u32>(bits);
      if (!consumes(instructionAt(program, index), rune)) continue;
      reached |= follow(program, index + 1, set, held, UNDECIDED);
      if (reached & MATCHED) return Advance.Matched;
    }
  }
  if (!regex.anchored) reached |= follow(program, 0, set, held, UNDECIDED);
  return reached & MATCHED ? Advance.Matched : settle(regex, to, rune, reached);
}

/** Goes through the rest of the text from these threads. Whether there is a match. */
export function simulate(regex: Regex, from: Threads, cursor: usize, end: usize): bool {
  let threads = from;
  let target = 1;
  while (true) {
    const decoded = cursor < end ? decodeRune(cursor, end) : 0;
    const rune = cursor < end ? <i32>(decoded & 0xffffff) : TEXT_EDGE;
    const advanced = advance(regex, threads, rune, room(target));
    if (advanced != Advance.Alive) return advanced == Advance.Matched;
    threads = room(target);
    target ^= 1;
    cursor += decoded >> 24;
  }
}

/** Whether a match can begin elsewhere than where the text does. */
export function canBeginLater(program: usize): bool {
  memory.fill(visited, 0, SET_BYTES);
  memory.fill(decided, 0, SET_BYTES);
  if (follow(program, 0, decided, ALL_ASSERTIONS & ~Assertion.BeginText, 0)) return true;
  for (let at = decided; at < decided + SET_BYTES; at += 4) {
    if (load<u32>(at)) return true;
  }
  return false;
}

/** Decides the assertions that threads wait at, now that what follows is known, into the set `decided`. */
function decide(regex: Regex, source: usize, held: u32): bool {
  const program = regex.program;
  const bytes = setBytes(regex);
  memory.fill(visited, 0, bytes);
  memory.fill(decided, 0, bytes);
  const end = source + bytes;
  for (let at = source; at < end; at += 4) {
    for (let bits = load<u32>(at); bits; bits &= bits - 1) {
      const index = <i32>((at - source) << 3) + ctz<u32>(bits);
      if (follow(program, index, decided, held, 0)) return true;
    }
  }
  return false;
}

/**
 * Adds to a set the instructions that a path from `start` stops at: those that consume, and assertions that are
 * undecided. Others are passed if they hold. Returns MATCHED as soon as a path reaches Match.
 */
function follow(program: usize, start: i32, set: usize, held: u32, undecided: u32): u32 {
  let steps = 0;
  let met: u32 = 0;
  let top = stack;
  let index = start;
  while (true) {
    // One path as far as it goes; the other ways of its Splits wait on the stack.
    while (insert(visited, index)) {
      steps++;
      const instruction = instructionAt(program, index);
      const op = opOf(instruction);
      if (op == Op.Match) {
        addSteps(steps);
        return MATCHED;
      }
      if (op == Op.Split) {
        store<u16>(top, <u16>(index + <i32>operandOf(instruction)));
        top += 2;
        index++;
      } else if (op == Op.Jump) {
        index += <i32>operandOf(instruction);
      } else if (op == Op.Save || (op == Op.Assert && operandOf(instruction) & held)) {
        index++;
      } else {
        if (op == Op.Assert) {
          if (!(operandOf(instruction) & undecided)) break;
          met = UNDECIDED_MET;
        }
        insert(set, index);
        break;
      }
    }
    if (top == stack) break;
    top -= 2;
    index = <i32>load<u16>(top);
  }
  addSteps(steps);
  return met;
}

/** Puts an instruction into a set. False when it was there. */
function insert(set: usize, index: i32): bool {
  const at = set + (((<usize>index) >> 5) << 2);
  const bits = load<u32>(at);
  const bit: u32 = 1 << (index & 31);
  store<u32>(at, bits | bit);
  return (bits & bit) == 0;
}

/** Empties the set, for threads to be added. */
function prepare(regex: Regex, to: Threads): void {
  const bytes = setBytes(regex);
  memory.fill(setOf(to), 0, bytes);
  memory.fill(visited, 0, bytes);
}

/** Notes what came before, in as few variants as make a difference: equal threads are one state of an automaton. */
function settle(regex: Regex, to: Threads, before: i32, reached: u32): Advance {
  to.waiting = i32((reached & UNDECIDED_MET) != 0);
  if (!to.waiting) to.before = OTHER;
  else if (isWord(before)) to.before = WORD;
  else to.before = before == TEXT_EDGE || before == NEWLINE ? before : OTHER;
  if (!regex.anchored) return Advance.Alive;
  const end = setOf(to) + setBytes(regex);
  for (let at = setOf(to); at < end; at += 4) {
    if (load<u32>(at)) return Advance.Alive;
  }
  return Advance.Dead;
}

/** What holds of a place as far as what comes before it tells. */
function behind(before: i32): u32 {
  return assertionsBetween(before, TEXT_EDGE) & BEHIND;
}
