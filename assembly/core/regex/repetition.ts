// Reads the operators that repeat: * + ? {n} {n,} {n,m}, each with a `?` behind it or not.

import { peek, Parsing } from "./parsing";

/** No count in a pattern is taken for more than this; it is far above what is allowed. */
const COUNT_CAP: i32 = 1_000_000;


@unmanaged
export class Repetition {
  /** The least and the greatest count (-1: no limit). */
  least: i32;
  most: i32;
  /** Whether they were in braces. */
  counted: bool;
  /** Whether a `?` follows. */
  lazy: bool;
}

/** Reads a repetition at the cursor. False when there is none: a brace that holds no count is an ordinary character. */
export function readRepetition(parsing: Parsing, repetition: Repetition): bool {
  repetition.counted = false;
  switch (peek(parsing, 0)) {
    case 0x2a: // *
      setCounts(repetition, 0, -1);
      break;
    case 0x2b: // +
      setCounts(repetition, 1, -1);
      break;
    case 0x3f: // ?
      setCounts(repetition, 0, 1);
      break;
    case 0x7b: // {
      if (!readBraces(parsing, repetition)) return false;
      repetition.counted = true;
      break;
    default:
      return false;
  }
  parsing.cursor++;
  repetition.lazy = peek(parsing, 0) == 0x3f;
  parsing.cursor += usize(repetition.lazy);
  return true;
}

function setCounts(repetition: Repetition, from: i32, to: i32): void {
  repetition.least = from;
  repetition.most = to;
}

/** Reads up to the closing brace. The cursor stays where it was when this is no count. */
function readBraces(parsing: Parsing, repetition: Repetition): bool {
  const start = parsing.cursor++;
  repetition.least = readNumber(parsing);
  repetition.most = repetition.least;
  if (repetition.least >= 0 && peek(parsing, 0) == 0x2c) {
    parsing.cursor++;
    repetition.most = peek(parsing, 0) == 0x7d ? -1 : readNumber(parsing);
    if (repetition.most < 0 && peek(parsing, 0) != 0x7d) repetition.least = -1;
  }
  if (repetition.least >= 0 && peek(parsing, 0) == 0x7d) return true;
  parsing.cursor = start;
  return false;
}

/** A decimal number without leading zeros, or -1. */
function readNumber(parsing: Parsing): i32 {
  const first = peek(parsing, 0);
  if (!isDigit(first) || (first == 0x30 && isDigit(peek(parsing, 1)))) return -1;
  let value = 0;
  while (isDigit(peek(parsing, 0))) {
    value = min(value * 10 + peek(parsing, 0) - 0x30, COUNT_CAP);
    parsing.cursor++;
  }
  return value;
}

function isDigit(byte: i32): bool {
  return <u32>byte - 0x30 < 10;
}
