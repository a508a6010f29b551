// The instructions of a compiled regex. A program is an array of them; what follows an instruction is the next one,
// unless it says otherwise. Targets are relative, so that a piece of program works wherever it is copied.
//
//           bits 0-7   bits 8-31                    bits 32-63
//   Range   op         lowest code point            highest code point
//   Set     op         number of ranges             address of the ranges, sorted pairs of u32
//   Split   op         1: the target comes first    distance to the target; the other way is the next instruction
//   Jump    op                                      distance to the target
//   Save    op                                      capture slot that takes the position
//   Assert  op                                      Assertion
//   Match   op

import { hasRune } from "./rune-set";

export const enum Op {
  Range = 0,
  Set = 1,
  Match = 2,
  // From here on: followed without consuming anything.
  Split = 3,
  Jump = 4,
  Save = 5,
  Assert = 6,
}

export const INSTRUCTION_BYTES: usize = 8;

// @ts-ignore: decorator
@inline
export function instructionAt(program: usize, index: i32): usize {
  return program + ((<usize>index) << 3);
}

// @ts-ignore: decorator
@inline
export function opOf(instruction: usize): Op {
  return <Op>load<u8>(instruction);
}

/** Bits 8 to 31. */
// @ts-ignore: decorator
@inline
export function argumentOf(instruction: usize): u32 {
  return load<u32>(instruction) >> 8;
}

/** Bits 32 to 63. */
// @ts-ignore: decorator
@inline
export function operandOf(instruction: usize): u32 {
  return load<u32>(instruction, 4);
}

export function storeInstruction(at: usize, op: Op, argument: u32, operand: u32): void {
  store<u32>(at, (<u32>op) | (argument << 8));
  store<u32>(at, operand, 4);
}

/** Whether a Range or Set takes this code point. */
// @ts-ignore: decorator
@inline
export function consumes(instruction: usize, rune: u32): bool {
  const argument = argumentOf(instruction);
  const operand = operandOf(instruction);
  if (opOf(instruction) == Op.Range) return rune - argument <= operand - argument;
  return hasRune(operand, <i32>argument, rune);
}
