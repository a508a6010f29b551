// Escapes of a single code point: \n, \x41, \x{1F600}, \101, \. and their kind.

import { MAX_RUNE } from "../../encoding/utf8";
import { RegexError } from "./error";
import { fail, nextRune, peek, Parsing } from "./parsing";

/** Reads an escape, its `\` at the cursor. Returns the code point, or -1 after an error. */
export function parseEscape(parsing: Parsing): i32 {
  const start = parsing.cursor++;
  if (parsing.cursor == parsing.end) {
    fail(parsing, RegexError.TrailingBackslash, start);
    return -1;
  }
  const rune = readEscape(parsing, nextRune(parsing));
  if (rune < 0) fail(parsing, RegexError.InvalidEscape, start);
  return rune;
}

function readEscape(parsing: Parsing, rune: i32): i32 {
  switch (rune) {
    case 0x30: // 0
      return readOctal(parsing, 0);
    case 0x78: // x
      return readHex(parsing);
    case 0x61: // a
      return 7;
    case 0x66: // f
      return 12;
    case 0x6e: // n
      return 10;
    case 0x72: // r
      return 13;
    case 0x74: // t
      return 9;
    case 0x76: // v
      return 11;
  }
  // A single digit would be a backreference, which no linear-time engine has.
  if (<u32>rune - 0x31 < 7 && isOctalDigit(peek(parsing, 0))) return readOctal(parsing, rune - 0x30);
  return rune < 128 && !isAlphanumeric(rune) ? rune : -1;
}

/** Up to two more octal digits. */
function readOctal(parsing: Parsing, value: i32): i32 {
  for (let i = 0; i < 2 && isOctalDigit(peek(parsing, 0)); i++) {
    value = value * 8 + peek(parsing, 0) - 0x30;
    parsing.cursor++;
  }
  return value;
}

/** Two hexadecimal digits, or any number of them in braces. */
function readHex(parsing: Parsing): i32 {
  const first = nextRune(parsing);
  if (first != 0x7b) {
    const high = hexValue(first);
    const low = hexValue(nextRune(parsing));
    return high < 0 || low < 0 ? -1 : high * 16 + low;
  }
  let value: i32 = -1;
  while (true) {
    const rune = nextRune(parsing);
    if (rune == 0x7d) return value;
    const digit = hexValue(rune);
    if (digit < 0) return -1;
    value = max(value, 0) * 16 + digit;
    if (value > <i32>MAX_RUNE) return -1;
  }
}

function isOctalDigit(byte: i32): bool {
  return <u32>byte - 0x30 < 8;
}

function isAlphanumeric(byte: i32): bool {
  return <u32>byte - 0x30 < 10 || <u32>(byte | 32) - 0x61 < 26;
}

function hexValue(rune: i32): i32 {
  if (<u32>rune - 0x30 < 10) return rune - 0x30;
  const letter = rune | 32;
  return <u32>letter - 0x61 < 6 ? letter - 0x61 + 10 : -1;
}
