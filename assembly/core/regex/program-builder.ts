// Builds a program in the workspace, piece by piece as the parser meets them: Thompson's construction, but for targets
// that are relative, so that a finished piece can be moved and copied as it is.

import { INSTRUCTION_BYTES, instructionAt, Op, storeInstruction } from "./instruction";
import { Parsing } from "./parsing";
import { MAX_INSTRUCTIONS, workspace } from "./workspace";

export const code: usize = workspace;
export const CODE_BYTES: usize = (<usize>MAX_INSTRUCTIONS) << 3;

/** Whether a Split prefers the next instruction or its target. */
const PREFER_NEXT: u32 = 0;
const PREFER_TARGET: u32 = 1;

/** Appends an instruction. False when the program is full. */
export function emit(parsing: Parsing, op: Op, argument: u32, operand: u32): bool {
  if (parsing.programLength == MAX_INSTRUCTIONS) return false;
  storeInstruction(instructionAt(code, parsing.programLength), op, argument, operand);
  parsing.programLength++;
  return true;
}

/**
 * Repeats the piece from `start` to the end: `least` times, up to `most` (-1: without limit). False when the program is
 * full.
 *
 *   x{2,4}  x x split(end) x split(end) x        x{2,}  x (again:) x split(again)
 *   x*      (again:) split(end) x jump(again)    or, where x can be empty, (x+)?: split(end) (again:) x split(again)
 *
 * Only the second way to write x* keeps the order of preference that Perl gives the ways to match nothing; but where x
 * can't be empty only the first has the captures of RE2.
 */
export function repeat(parsing: Parsing, start: i32, least: i32, most: i32, lazy: bool, canBeEmpty: bool): bool {
  const size = parsing.programLength - start;
  if (most == 0 || size == 0) {
    parsing.programLength = start;
    return true;
  }
  const copies = most < 0 ? max(least, 1) : most;
  const total = copies * size + (copies - min(least, copies)) + i32(most < 0);
  if (total > MAX_INSTRUCTIONS - start) return false;
  const end = start + total;
  if (least == 0) moveUp(parsing, start);
  const first = start + i32(least == 0);
  parsing.programLength = start;
  for (let i = 0; i < copies; i++) {
    if (i >= least) emit(parsing, Op.Split, lazy ? PREFER_TARGET : PREFER_NEXT, end - parsing.programLength);
    if (i > 0) memory.copy(instructionAt(code, parsing.programLength), instructionAt(code, first), (<usize>size) << 3);
    parsing.programLength += size;
  }
  if (most >= 0) return true;
  if (least == 0 && !canBeEmpty) return emit(parsing, Op.Jump, 0, start - parsing.programLength);
  return emit(parsing, Op.Split, lazy ? PREFER_NEXT : PREFER_TARGET, -size);
}

/**
 * Makes the piece from `start` to the end the first choice, and what will follow the second. Returns where the Jump
 * lies that then leaves the alternation, or -1 when the program is full; its operand is `jumps`, the place of the one
 * before, until landJumps.
 *
 *   split(b) a jump(end) (b:) b jump(end) (c:) c (end:)
 */
export function beginAlternative(parsing: Parsing, start: i32, jumps: i32): i32 {
  if (parsing.programLength > MAX_INSTRUCTIONS - 2) return -1;
  moveUp(parsing, start);
  const jump = parsing.programLength + 1;
  storeInstruction(instructionAt(code, start), Op.Split, PREFER_NEXT, jump + 1 - start);
  parsing.programLength = jump;
  emit(parsing, Op.Jump, 0, jumps);
  return jump;
}

/** Lets the Jumps of an alternation land at the end of the program. `jumps` is the last of them, or -1. */
export function landJumps(parsing: Parsing, jumps: i32): void {
  while (jumps >= 0) {
    const operand = instructionAt(code, jumps) + 4;
    const previous = load<i32>(operand);
    store<i32>(operand, parsing.programLength - jumps);
    jumps = previous;
  }
}

/** Makes room for one instruction at `start`. The caller has seen that there is some, and counts it. */
function moveUp(parsing: Parsing, start: i32): void {
  const from = instructionAt(code, start);
  memory.copy(from + INSTRUCTION_BYTES, from, (<usize>(parsing.programLength - start)) << 3);
}
