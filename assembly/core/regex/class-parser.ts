// Reads what stands for a set of code points: `[...]`, \d and its kind, and a letter that is to match in either case.

import { RegexError } from "./error";
import { parseEscape } from "./escape";
import { closeUnderFolding } from "./folding";
import { addPerlSet, addPosixSet } from "./named-set";
import { addRange, addSet, clearSet, negate, RUNE_SET_BYTES, RuneSet } from "./rune-set";
import { fail, Flag, nextRune, peek, source } from "./source";
import { workspace } from "./workspace";

/** These lie at the end of what compiling uses of the workspace. */
const SETS: usize = workspace + 256 * 1024;
/** The set read last. */
export const classSet: RuneSet = changetype<RuneSet>(SETS);
/** A named class inside it, which is folded and negated by itself. */
const namedSet: RuneSet = changetype<RuneSet>(SETS + RUNE_SET_BYTES);

/** A single code point into classSet, with its other cases where case does not count. */
export function readLiteral(rune: u32): void {
  clearSet(classSet);
  addRange(classSet, rune, rune);
  if (source.flags & Flag.FoldCase) closeUnderFolding(classSet);
}

/** The class whose `[` is at the cursor, into classSet. False after an error. */
export function readClass(): bool {
  const start = source.cursor++;
  clearSet(classSet);
  const negated = peek(0) == 0x5e;
  if (negated) source.cursor++;
  // A ] in the first place is an ordinary member.
  for (let first = true; first || peek(0) != 0x5d; first = false) {
    if (peek(0) < 0) return fail(RegexError.MissingBracket, start);
    if (!readMember()) return false;
  }
  source.cursor++;
  if (source.flags & Flag.FoldCase) closeUnderFolding(classSet);
  if (negated) negate(classSet);
  return true;
}

/** Whether a \d, \s, \w or one of their negations is at the cursor; if so it is the whole of classSet. */
export function readPerlClass(): bool {
  clearSet(classSet);
  return readPerlSet();
}

/** One member of a class: a named set, a code point or a range. */
function readMember(): bool {
  const start = source.cursor;
  if (peek(0) == 0x5b && peek(1) == 0x3a) {
    for (let close = start + 2; close + 1 < source.end; close++) {
      if (load<u16>(close) == 0x5d3a) return readPosixSet(start + 2, close); // :]
    }
  }
  if (peek(0) == 0x5c) {
    if ((peek(1) | 32) == 0x70) return fail(RegexError.UnsupportedUnicodeClass, start);
    if (readPerlSet()) return true;
  }
  const low = readRune();
  if (low < 0) return false;
  let high = low;
  if (peek(0) == 0x2d && peek(1) >= 0 && peek(1) != 0x5d) {
    source.cursor++;
    high = readRune();
    if (high < 0) return false;
    if (high < low) return fail(RegexError.InvalidRange, start);
  }
  addRange(classSet, low, high);
  return true;
}

function readRune(): i32 {
  return peek(0) == 0x5c ? parseEscape() : nextRune();
}

function readPosixSet(name: usize, close: usize): bool {
  const negated = name < close && load<u8>(name) == 0x5e;
  if (negated) name++;
  clearSet(namedSet);
  if (!addPosixSet(namedSet, name, <i32>(close - name))) return fail(RegexError.InvalidRange, source.cursor);
  addNamedSet(negated);
  source.cursor = close + 2;
  return true;
}

function readPerlSet(): bool {
  if (peek(0) != 0x5c) return false;
  const letter = peek(1);
  clearSet(namedSet);
  if (!addPerlSet(namedSet, letter | 32)) return false;
  addNamedSet(!(letter & 32));
  source.cursor += 2;
  return true;
}

/** Adds namedSet or its complement. Folding comes first: `(?i)\W` has no long s, for that folds to a letter. */
function addNamedSet(negated: bool): void {
  if (source.flags & Flag.FoldCase) closeUnderFolding(namedSet);
  if (negated) negate(namedSet);
  addSet(classSet, namedSet);
}
