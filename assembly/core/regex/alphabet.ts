// The alphabet of an automaton: code points that no instruction of a program tells apart share a column of the
// automaton's table. Columns are numbered as their code points are ordered.

import { MAX_RUNE } from "../../encoding/utf8";
import { Assertion, isWord, NEWLINE } from "./assertion";
import { argumentOf, instructionAt, Op, opOf, operandOf } from "./instruction";
import { Regex } from "./regex";
import { highOf, lowOf } from "./rune-set";
import { workspace } from "./workspace";

/** The column of bytes from 128 up. No state is ever entered there: they have to be decoded first. */
export const UNDECODED: i32 = 0;
/** The column of the end of the text. */
export const END: i32 = 1;
const FIRST_COLUMN: i32 = 2;

/** A regex with more of them from 128 up has no automaton: its table would not fit the memory set aside. */
const MAX_BOUNDARIES: i32 = 256;

/** Where the columns of a regex begin. In the workspace. */
@unmanaged
class Alphabet {
  /** How many code points from 128 up begin a column. */
  boundaryCount: i32;
}

export const alphabet: Alphabet = changetype<Alphabet>(workspace);
/** For each code point below 128, whether a column begins there. */
const begins: usize = workspace + offsetof<Alphabet>();
/** The code points from 128 up where a column begins, sorted. */
export const boundaries: usize = begins + 128;

/** Finds the columns of a regex, for writeColumns and `boundaries`. False when there are too many. */
export function findColumns(regex: Regex): bool {
  memory.fill(begins, 0, 128);
  alphabet.boundaryCount = 0;
  let assertions: u32 = 0;
  for (let i = 0; i < regex.programLength; i++) {
    const instruction = instructionAt(regex.program, i);
    const op = opOf(instruction);
    const argument = argumentOf(instruction);
    const operand = operandOf(instruction);
    if (op == Op.Range) {
      addColumn(argument, operand);
    } else if (op == Op.Set) {
      for (let j = 0; j < <i32>argument; j++) addColumn(lowOf(operand, j), highOf(operand, j));
    } else if (op == Op.Assert) {
      assertions |= operand;
    }
    if (alphabet.boundaryCount > MAX_BOUNDARIES) return false;
  }
  if (assertions & (Assertion.BeginLine | Assertion.EndLine)) addColumn(NEWLINE, NEWLINE);
  if (assertions & (Assertion.WordBoundary | Assertion.NoWordBoundary)) {
    for (let i = 1; i < 128; i++) {
      if (isWord(i) != isWord(i - 1)) addBoundary(i);
    }
  }
  return true;
}

/** Writes the column of each byte to 256 bytes at `to`. Returns how many columns there are. */
export function writeColumns(to: usize): i32 {
  let column = FIRST_COLUMN;
  for (let byte = 0; byte < 128; byte++) {
    if (byte) column += load<u8>(begins + byte);
    store<u8>(to + byte, <u8>column);
  }
  memory.fill(to + 128, <u8>UNDECODED, 128);
  return column + 1 + alphabet.boundaryCount;
}

/** How many of the sorted boundaries are not above the code point. */
export function boundariesUpTo(rune: u32, sorted: usize, count: i32): i32 {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (load<u32>(sorted + ((<usize>middle) << 2)) <= rune) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Sets the code points from `low` to `high` apart from those around them. */
function addColumn(low: u32, high: u32): void {
  addBoundary(low);
  addBoundary(high + 1);
}

function addBoundary(rune: u32): void {
  if (rune < 128) {
    store<u8>(begins + rune, 1);
    return;
  }
  const place = boundariesUpTo(rune, boundaries, alphabet.boundaryCount);
  const at = boundaries + ((<usize>place) << 2);
  if (rune > MAX_RUNE || (place && load<u32>(at - 4) == rune)) return;
  memory.copy(at + 4, at, (<usize>(alphabet.boundaryCount - place)) << 2);
  store<u32>(at, rune);
  alphabet.boundaryCount++;
}
