// Finds a match and its groups by trying the ways in order of preference, as Perl would, but remembering each pair of
// instruction and position that was tried, so that the work stays within their product. For small texts: it is several
// times faster than Pike's machine there.

import { decodeRune } from "../../encoding/utf8";
import { assertionsAt } from "./assertion";
import { argumentOf, consumes, instructionAt, Op, opOf, operandOf } from "./instruction";
import { Regex } from "./regex";
import { addSteps } from "./steps";
import { workspace } from "./workspace";

/** Pairs of instruction and position that can be remembered. */
const MAX_PAIRS: i32 = 65536;

const visited: usize = workspace;
/** What to do when a way fails; at most one entry for each pair. */
const stack: usize = workspace + MAX_PAIRS / 8;
/** On the stack, a capture slot to be set back rather than an instruction to be tried. */
const RESTORE: u32 = 1 << 31;

/** Whether a text of this length is small enough for this regex. */
export function canBacktrack(regex: Regex, length: i32): bool {
  return length < MAX_PAIRS / regex.programLength;
}

/**
 * Fills `captures` with the start and end of each group, the whole match first. Whether there is a match; if not, what
 * is in `captures` means nothing.
 */
export function backtrack(regex: Regex, start: usize, length: i32, captures: usize): bool {
  const end = start + length;
  memory.fill(visited, 0, ((<usize>(regex.programLength * (length + 1)) + 63) >> 6) << 3);
  memory.fill(captures, 0xff, (<usize>regex.groupCount + 1) << 3);
  let cursor = start;
  // What was tried from an earlier start without success need not be tried again, so nothing is cleared.
  while (!tryFrom(regex.program, cursor, start, end, captures)) {
    if (cursor == end || regex.anchored) return false;
    cursor += decodeRune(cursor, end) >> 24;
  }
  store<i32>(captures, <i32>(cursor - start));
  return true;
}

/** Tries all ways that begin at `from`. The captures are as before when it fails. */
function tryFrom(program: usize, from: usize, start: usize, end: usize, captures: usize): bool {
  const positions = <i32>(end - start) + 1;
  let steps = 0;
  let top = stack;
  let index = 0;
  let cursor = from;
  while (true) {
    while (true) {
      const pair = index * positions + <i32>(cursor - start);
      const at = visited + (((<usize>pair) >> 5) << 2);
      const bits = load<u32>(at);
      const bit: u32 = 1 << (pair & 31);
      if (bits & bit) break;
      store<u32>(at, bits | bit);
      steps++;
      const instruction = instructionAt(program, index);
      const operand = operandOf(instruction);
      const op = opOf(instruction);
      if (op <= Op.Set) {
        if (cursor == end) break;
        const byte = <u32>load<u8>(cursor);
        const decoded = byte < 0x80 ? byte | (1 << 24) : decodeRune(cursor, end);
        if (!consumes(instruction, decoded & 0xffffff)) break;
        cursor += decoded >> 24;
        index++;
      } else if (op == Op.Split) {
        const target = index + <i32>operand;
        const next = index + 1;
        const targetFirst = argumentOf(instruction);
        store<u32>(top, targetFirst ? next : target);
        store<u32>(top, <u32>cursor, 4);
        top += 8;
        index = targetFirst ? target : next;
      } else if (op == Op.Jump) {
        index += <i32>operand;
      } else if (op == Op.Save) {
        const slot = captures + ((<usize>operand) << 2);
        store<u32>(top, operand | RESTORE);
        store<i32>(top, load<i32>(slot), 4);
        top += 8;
        store<i32>(slot, <i32>(cursor - start));
        index++;
      } else if (op == Op.Assert) {
        if (!(operand & assertionsAt(cursor, start, end))) break;
        index++;
      } else {
        store<i32>(captures, <i32>(cursor - start), 4);
        addSteps(steps);
        return true;
      }
    }
    // Back to the last choice, with the captures as they were there.
    while (true) {
      if (top == stack) {
        addSteps(steps);
        return false;
      }
      top -= 8;
      const saved = load<u32>(top);
      if (!(saved & RESTORE)) {
        index = <i32>saved;
        cursor = <usize>load<u32>(top, 4);
        break;
      }
      store<i32>(captures + ((<usize>(saved & ~RESTORE)) << 2), load<i32>(top, 4));
    }
  }
}
