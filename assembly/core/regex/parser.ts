// Reads RE2 syntax, as Go's regexp does with its default flags, and has the program built on the way.

import { invalidUtf8At, MAX_RUNE } from "../../encoding/utf8";
import { indexOf } from "../../memory/bytes";
import { Region } from "../../memory/region";
import { Assertion } from "./assertion";
import { classSet, readClass, readLiteral, readPerlClass } from "./class-parser";
import { RegexError } from "./error";
import { parseEscape } from "./escape";
import { addGroupName, clearGroupNames } from "./group-name";
import {
  addPiece,
  beginPattern,
  closeGroup,
  endAlternative,
  finishPattern,
  groupCount,
  openCapture,
  openGroup,
  repeatPiece,
} from "./groups";
import { Op } from "./instruction";
import { readRepetition } from "./repetition";
import { highOf, lowOf, RANGE_BYTES, rangesOf } from "./rune-set";
import { fail, failTooLarge, Flag, nextRune, peek, source } from "./source";

/** Every code point but the new line. */
const notNewline: usize = memory.data<u32>([0, 9, 11, 0x10ffff]);

/** Parses a pattern into the program builder; ranges and names go to the region. */
export function parse(region: Region, at: usize, length: i32): bool {
  source.start = at;
  source.cursor = at;
  source.end = at + length;
  source.flags = 0;
  source.region = region;
  clearGroupNames();
  const invalidAt = invalidUtf8At(at, length);
  if (invalidAt >= 0) return fail(RegexError.InvalidUtf8, at + invalidAt);
  beginPattern();
  return parsePieces() && finishPattern();
}

function parsePieces(): bool {
  /** Where a repetition starts that was the last thing read. */
  let repetition: usize = 0;
  while (source.cursor < source.end) {
    const start = source.cursor;
    const repeats = readRepetition();
    if (!(repeats ? repeatPiece(start, repetition) : parsePiece(load<u8>(start)))) return false;
    repetition = repeats ? start : 0;
  }
  return true;
}

function parsePiece(byte: u8): bool {
  switch (byte) {
    case 0x28: // (
      return parseOpening();
    case 0x29: // )
      return closeGroup(source.cursor++);
    case 0x7c: // |
      source.cursor++;
      return endAlternative();
    case 0x5b: // [
      return readClass() && addClass();
    case 0x5c: // \
      return parseBackslash();
    case 0x5e: // ^
      return addAssertion(1, source.flags & Flag.MultiLine ? Assertion.BeginLine : Assertion.BeginText);
    case 0x24: // $
      return addAssertion(1, source.flags & Flag.MultiLine ? Assertion.EndLine : Assertion.EndText);
    case 0x2e: // .
      source.cursor++;
      if (source.flags & Flag.DotNewline) return addPiece(Op.Range, 0, MAX_RUNE);
      return addPiece(Op.Set, 2, <u32>notNewline);
  }
  return addLiteral(nextRune());
}

function parseBackslash(): bool {
  switch (peek(1)) {
    case 0x41: // A
      return addAssertion(2, Assertion.BeginText);
    case 0x62: // b
      return addAssertion(2, Assertion.WordBoundary);
    case 0x42: // B
      return addAssertion(2, Assertion.NoWordBoundary);
    case 0x7a: // z
      return addAssertion(2, Assertion.EndText);
    case 0x51: // Q
      return parseQuoted();
    case 0x70: // p
    case 0x50: // P
      return fail(RegexError.UnsupportedUnicodeClass, source.cursor);
  }
  if (readPerlClass()) return addClass();
  const rune = parseEscape();
  return rune >= 0 && addLiteral(rune);
}

/** \Q...\E: all between is literal. Without its \E it reaches to the end. */
function parseQuoted(): bool {
  source.cursor += 2;
  while (source.cursor < source.end) {
    if (peek(0) == 0x5c && peek(1) == 0x45) {
      source.cursor += 2;
      return true;
    }
    if (!addLiteral(nextRune())) return false;
  }
  return true;
}

function addAssertion(width: i32, assertion: Assertion): bool {
  source.cursor += width;
  return addPiece(Op.Assert, 0, assertion);
}

function addLiteral(rune: u32): bool {
  if (!(source.flags & Flag.FoldCase)) return addPiece(Op.Range, rune, rune);
  readLiteral(rune);
  return addClass();
}

/** Adds classSet. */
function addClass(): bool {
  if (classSet.overflowed) return failTooLarge();
  const count = classSet.count;
  const ranges = rangesOf(classSet);
  if (count == 1) return addPiece(Op.Range, lowOf(ranges, 0), highOf(ranges, 0));
  return addPiece(Op.Set, count, <u32>source.region.copy(ranges, count * <i32>RANGE_BYTES));
}

function parseOpening(): bool {
  if (peek(1) != 0x3f) return openCapture(source.cursor++);
  // As in Go: at least one byte must follow `(?P<` or `(?<`, or it is not even the start of a name.
  if (peek(2) == 0x3c && peek(3) >= 0) return parseNamedGroup(3);
  if (peek(2) == 0x50 && peek(3) == 0x3c && peek(4) >= 0) return parseNamedGroup(4);
  return parseFlags();
}

/** A group whose name begins `width` bytes on. */
function parseNamedGroup(width: i32): bool {
  const name = source.cursor + width;
  const length = indexOf(name, <i32>(source.end - name), 0x3e);
  if (length < 0) return fail(RegexError.InvalidGroupName, source.cursor);
  const error = addGroupName(source.region, name, length, groupCount + 1);
  if (error) return fail(error, name);
  const start = source.cursor;
  source.cursor = name + length + 1;
  return openCapture(start);
}

/** `(?flags)`, which hold to the end of the group, or `(?flags:`, which opens one. */
function parseFlags(): bool {
  const start = source.cursor;
  let flags = source.flags;
  let negative = false;
  let sawFlag = false;
  source.cursor += 2;
  while (true) {
    const rune = nextRune();
    const flag = flagOf(rune);
    if (flag) {
      flags = negative ? flags & ~flag : flags | flag;
      sawFlag = true;
    } else if (rune == 0x2d && !negative) {
      negative = true;
      sawFlag = false;
    } else if ((rune == 0x3a || rune == 0x29) && (sawFlag || !negative)) {
      if (rune == 0x3a && !openGroup(start)) return false;
      source.flags = flags;
      return true;
    } else {
      return fail(RegexError.InvalidGroup, start);
    }
  }
}

function flagOf(rune: i32): u32 {
  switch (rune) {
    case 0x69: // i
      return Flag.FoldCase;
    case 0x6d: // m
      return Flag.MultiLine;
    case 0x73: // s
      return Flag.DotNewline;
    case 0x55: // U
      return Flag.Ungreedy;
  }
  return 0;
}
