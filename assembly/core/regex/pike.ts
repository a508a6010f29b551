// Finds a match and its groups in one pass over the text, whatever its length: Pike's machine. Threads are kept in order
// of preference, each with its own captures; the first to match in the end is the match that Perl would find.

import { decodeRune } from "../../encoding/utf8";
import { assertionsAt } from "./assertion";
import { argumentOf, consumes, instructionAt, Op, opOf, operandOf } from "./instruction";
import { Regex } from "./regex";
import { addSteps } from "./steps";
import { MAX_CAPTURE_CELLS, MAX_INSTRUCTIONS, workspace } from "./workspace";

/** The threads at one place, in order of preference. */
@unmanaged
class ThreadList {
  count: i32;
  /** u16 each: the instruction a thread has reached. */
  instructions: usize;
  /** As many i32 slots per thread as the regex has. */
  captures: usize;
}

/**
 *   workspace: lists | instructions of both | marks | stack | captures of both
 */
const lists: usize = workspace;
const instructions: usize = lists + 64;
const marks: usize = instructions + <usize>MAX_INSTRUCTIONS * 4;
const stack: usize = marks + <usize>MAX_INSTRUCTIONS * 4;
const captureCells: usize = stack + <usize>MAX_INSTRUCTIONS * 8;

/** On the stack, a capture slot to be set back rather than an instruction to be followed. */
const RESTORE: u32 = 1 << 31;

/**
 * Fills `captures` with the start and end of each group, the whole match first. Whether there is a match; if not, what
 * is in `captures` means nothing.
 */
export function runPike(regex: Regex, start: usize, length: i32, captures: usize): bool {
  const program = regex.program;
  const slotBytes = (<usize>regex.groupCount + 1) << 3;
  const end = start + length;
  let here = changetype<ThreadList>(lists);
  let ahead = changetype<ThreadList>(lists + offsetof<ThreadList>());
  here.count = 0;
  here.instructions = instructions;
  here.captures = captureCells;
  ahead.instructions = instructions + <usize>MAX_INSTRUCTIONS * 2;
  ahead.captures = captureCells + <usize>MAX_CAPTURE_CELLS * 4;
  memory.fill(marks, 0, (<usize>regex.programLength) << 2);
  let matched = false;
  let cursor = start;
  let held = assertionsAt(cursor, start, end);
  while (true) {
    const position = <i32>(cursor - start);
    if (!matched && (position == 0 || !regex.anchored)) {
      // The least preferred thread: a match that begins here.
      memory.fill(captures, 0xff, slotBytes);
      store<i32>(captures, position);
      follow(program, here, 0, position, held, captures, slotBytes);
    }
    if (!here.count && (matched || regex.anchored)) return matched;
    const decoded = cursor < end ? decodeRune(cursor, end) : 0;
    const width = decoded >> 24;
    const heldAhead = assertionsAt(cursor + width, start, end);
    ahead.count = 0;
    addSteps(here.count);
    for (let i = 0; i < here.count; i++) {
      const index = <i32>load<u16>(here.instructions + ((<usize>i) << 1));
      const threadCaptures = here.captures + <usize>i * slotBytes;
      const instruction = instructionAt(program, index);
      if (opOf(instruction) == Op.Match) {
        memory.copy(captures, threadCaptures, slotBytes);
        store<i32>(captures, position, 4);
        matched = true;
        // What comes after this thread is less preferred.
        break;
      }
      if (width && consumes(instruction, decoded & 0xffffff)) {
        follow(program, ahead, index + 1, position + <i32>width, heldAhead, threadCaptures, slotBytes);
      }
    }
    if (!width) return matched;
    cursor += width;
    held = heldAhead;
    const swapped = here;
    here = ahead;
    ahead = swapped;
  }
}

/** Adds the threads that begin at an instruction, the most preferred first. `captures` is as before when it returns. */
function follow(
  program: usize,
  list: ThreadList,
  start: i32,
  position: i32,
  held: u32,
  captures: usize,
  slotBytes: usize,
): void {
  const mark = <u32>position + 1;
  let steps = 0;
  let top = stack;
  let index = start;
  while (true) {
    while (true) {
      const markAt = marks + ((<usize>index) << 2);
      if (load<u32>(markAt) == mark) break;
      store<u32>(markAt, mark);
      steps++;
      const instruction = instructionAt(program, index);
      const operand = operandOf(instruction);
      const op = opOf(instruction);
      if (op == Op.Split) {
        const target = index + <i32>operand;
        const next = index + 1;
        const targetFirst = argumentOf(instruction);
        store<u32>(top, targetFirst ? next : target);
        top += 8;
        index = targetFirst ? target : next;
      } else if (op == Op.Jump) {
        index += <i32>operand;
      } else if (op == Op.Save) {
        const slot = captures + ((<usize>operand) << 2);
        store<u32>(top, operand | RESTORE);
        store<i32>(top, load<i32>(slot), 4);
        top += 8;
        store<i32>(slot, position);
        index++;
      } else if (op == Op.Assert) {
        if (!(operand & held)) break;
        index++;
      } else {
        const count = list.count++;
        store<u16>(list.instructions + ((<usize>count) << 1), <u16>index);
        memory.copy(list.captures + <usize>count * slotBytes, captures, slotBytes);
        break;
      }
    }
    // Back to the last choice, with the captures as they were there.
    while (true) {
      if (top == stack) {
        addSteps(steps);
        return;
      }
      top -= 8;
      const saved = load<u32>(top);
      if (!(saved & RESTORE)) {
        index = <i32>saved;
        break;
      }
      store<i32>(captures + ((<usize>(saved & ~RESTORE)) << 2), load<i32>(top, 4));
    }
  }
}
