// Reads the operators that repeat: * + ? {n} {n,} {n,m}, each with a `?` behind it or not.

import { peek, source } from "./source";

/** No count in a pattern is taken for more than this; it is far above what is allowed. */
const COUNT_CAP: i32 = 1_000_000;

/** What readRepetition read: the least and the greatest count (-1: no limit), */
export let least: i32 = 0;
export let most: i32 = 0;
/** whether they were in braces, and whether a `?` follows. */
export let counted: bool = false;
export let lazy: bool = false;

/** Reads a repetition at the cursor. False when there is none: a brace that holds no count is an ordinary character. */
export function readRepetition(): bool {
  counted = false;
  switch (peek(0)) {
    case 0x2a: // *
      setCounts(0, -1);
      break;
    case 0x2b: // +
      setCounts(1, -1);
      break;
    case 0x3f: // ?
      setCounts(0, 1);
      break;
    case 0x7b: // {
      if (!readBraces()) return false;
      counted = true;
      break;
    default:
      return false;
  }
  source.cursor++;
  lazy = peek(0) == 0x3f;
  source.cursor += usize(lazy);
  return true;
}

function setCounts(from: i32, to: i32): void {
  least = from;
  most = to;
}

/** Reads up to the closing brace. The cursor stays where it was when this is no count. */
function readBraces(): bool {
  const start = source.cursor++;
  least = readNumber();
  most = least;
  if (least >= 0 && peek(0) == 0x2c) {
    source.cursor++;
    most = peek(0) == 0x7d ? -1 : readNumber();
    if (most < 0 && peek(0) != 0x7d) least = -1;
  }
  if (least >= 0 && peek(0) == 0x7d) return true;
  source.cursor = start;
  return false;
}

/** A decimal number without leading zeros, or -1. */
function readNumber(): i32 {
  const first = peek(0);
  if (!isDigit(first) || (first == 0x30 && isDigit(peek(1)))) return -1;
  let value = 0;
  while (isDigit(peek(0))) {
    value = min(value * 10 + peek(0) - 0x30, COUNT_CAP);
    source.cursor++;
  }
  return value;
}

function isDigit(byte: i32): bool {
  return <u32>byte - 0x30 < 10;
}
