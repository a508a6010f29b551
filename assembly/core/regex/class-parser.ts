// Reads what stands for a set of code points: `[...]`, \d and its kind, and a letter that is to match in either case.

import { RegexError } from "./error";
import { parseEscape } from "./escape";
import { closeUnderFolding } from "./folding";
import { addPerlSet, addPosixSet } from "./named-set";
import { addRange, addSet, clearSet, negate, RUNE_SET_BYTES, RuneSet } from "./rune-set";
import { fail, Flag, nextRune, peek, Parsing } from "./parsing";
import { workspace } from "./workspace";

/** These lie at the end of what compiling uses of the workspace. */
const SETS: usize = workspace + 256 * 1024;
/** The set read last. */
export const classSet: RuneSet = changetype<RuneSet>(SETS);
/** A named class inside it, which is folded and negated by itself. */
const namedSet: RuneSet = changetype<RuneSet>(SETS + RUNE_SET_BYTES);

/** A single code point into classSet, with its other cases where case does not count. */
export function readLiteral(parsing: Parsing, rune: u32): void {
  clearSet(classSet);
  addRange(classSet, rune, rune);
  if (parsing.flags & Flag.FoldCase) closeUnderFolding(classSet);
}

/** The class whose `[` is at the cursor, into classSet. False after an error. */
export function readClass(parsing: Parsing): bool {
  const start = parsing.cursor++;
  clearSet(classSet);
  const negated = peek(parsing, 0) == 0x5e;
  if (negated) parsing.cursor++;
  // A ] in the first place is an ordinary member.
  for (let first = true; first || peek(parsing, 0) != 0x5d; first = false) {
    if (peek(parsing, 0) < 0) return fail(parsing, RegexError.MissingBracket, start);
    if (!readMember(parsing)) return false;
  }
  parsing.cursor++;
  if (parsing.flags & Flag.FoldCase) closeUnderFolding(classSet);
  if (negated) negate(classSet);
  return true;
}

/** Whether a \d, \s, \w or one of their negations is at the cursor; if so it is the whole of classSet. */
export function readPerlClass(parsing: Parsing): bool {
  clearSet(classSet);
  return readPerlSet(parsing);
}

/** One member of a class: a named set, a code point or a range. */
function readMember(parsing: Parsing): bool {
  const start = parsing.cursor;
  if (peek(parsing, 0) == 0x5b && peek(parsing, 1) == 0x3a) {
    for (let close = start + 2; close + 1 < parsing.end; close++) {
      if (load<u16>(close) == 0x5d3a) return readPosixSet(parsing, start + 2, close); // :]
    }
  }
  if (peek(parsing, 0) == 0x5c) {
    if ((peek(parsing, 1) | 32) == 0x70) return fail(parsing, RegexError.UnsupportedUnicodeClass, start);
    if (readPerlSet(parsing)) return true;
  }
  const low = readRune(parsing);
  if (low < 0) return false;
  let high = low;
  if (peek(parsing, 0) == 0x2d && peek(parsing, 1) >= 0 && peek(parsing, 1) != 0x5d) {
    parsing.cursor++;
    high = readRune(parsing);
    if (high < 0) return false;
    if (high < low) return fail(parsing, RegexError.InvalidRange, start);
  }
  addRange(classSet, low, high);
  return true;
}

function readRune(parsing: Parsing): i32 {
  return peek(parsing, 0) == 0x5c ? parseEscape(parsing) : nextRune(parsing);
}

function readPosixSet(parsing: Parsing, name: usize, close: usize): bool {
  const negated = name < close && load<u8>(name) == 0x5e;
  if (negated) name++;
  clearSet(namedSet);
  if (!addPosixSet(namedSet, name, <i32>(close - name))) return fail(parsing, RegexError.InvalidRange, parsing.cursor);
  addNamedSet(parsing, negated);
  parsing.cursor = close + 2;
  return true;
}

function readPerlSet(parsing: Parsing): bool {
  if (peek(parsing, 0) != 0x5c) return false;
  const letter = peek(parsing, 1);
  clearSet(namedSet);
  if (!addPerlSet(namedSet, letter | 32)) return false;
  addNamedSet(parsing, !(letter & 32));
  parsing.cursor += 2;
  return true;
}

/** Adds namedSet or its complement. Folding comes first: `(?i)\W` has no long s, for that folds to a letter. */
function addNamedSet(parsing: Parsing, negated: bool): void {
  if (parsing.flags & Flag.FoldCase) closeUnderFolding(namedSet);
  if (negated) negate(namedSet);
  addSet(classSet, namedSet);
}
