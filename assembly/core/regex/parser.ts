// Reads RE2 syntax, as Go's regexp does with its default flags, and has the program built on the way.

import { invalidUtf8At, MAX_RUNE } from "../../encoding/utf8";
import { indexOf } from "../../memory/bytes";
import { Region } from "../../memory/region";
import { Assertion } from "./assertion";
import { classSet, readClass, readLiteral, readPerlClass } from "./class-parser";
import { RegexError, RegexFault } from "./error";
import { parseEscape } from "./escape";
import { errorOfGroupName, withGroupName } from "./group-name";
import {
  addPiece,
  beginPattern,
  closeGroup,
  endAlternative,
  finishPattern,
  openCapture,
  openGroup,
  repeatPiece,
} from "./groups";
import { Op } from "./instruction";
import { readRepetition, Repetition } from "./repetition";
import { highOf, lowOf, RANGE_BYTES, rangesOf } from "./rune-set";
import { fail, failTooLarge, Flag, nextRune, peek, Parsing } from "./parsing";

/** Every code point but the new line. */
const notNewline: usize = memory.data<u32>([0, 9, 11, 0x10ffff]);

/** The repetition at the cursor. */
const repetition: Repetition = changetype<Repetition>(memory.data(offsetof<Repetition>(), 8));

/** Parses a pattern into the program builder; ranges and names go to the region. False when something is wrong: the fault. */
export function parse(parsing: Parsing, fault: RegexFault, region: Region, at: usize, length: i32): bool {
  parsing.fault = fault;
  parsing.start = at;
  parsing.cursor = at;
  parsing.end = at + length;
  parsing.flags = 0;
  parsing.region = region;
  parsing.names = null;
  const invalidAt = invalidUtf8At(at, length);
  if (invalidAt >= 0) return fail(parsing, RegexError.InvalidUtf8, at + invalidAt);
  beginPattern(parsing);
  return parsePieces(parsing) && finishPattern(parsing);
}

function parsePieces(parsing: Parsing): bool {
  /** The position of the repetition, when the last thing parsed was one. */
  let previous: usize = 0;
  while (parsing.cursor < parsing.end) {
    const start = parsing.cursor;
    const repeats = readRepetition(parsing, repetition);
    if (!(repeats ? repeatPiece(parsing, repetition, start, previous) : parsePiece(parsing, load<u8>(start))))
      return false;
    previous = repeats ? start : 0;
  }
  return true;
}

function parsePiece(parsing: Parsing, byte: u8): bool {
  switch (byte) {
    case 0x28: // (
      return parseOpening(parsing);
    case 0x29: // )
      return closeGroup(parsing, parsing.cursor++);
    case 0x7c: // |
      parsing.cursor++;
      return endAlternative(parsing);
    case 0x5b: // [
      return readClass(parsing) && addClass(parsing);
    case 0x5c: // \
      return parseBackslash(parsing);
    case 0x5e: // ^
      return addAssertion(parsing, 1, parsing.flags & Flag.MultiLine ? Assertion.BeginLine : Assertion.BeginText);
    case 0x24: // $
      return addAssertion(parsing, 1, parsing.flags & Flag.MultiLine ? Assertion.EndLine : Assertion.EndText);
    case 0x2e: // .
      parsing.cursor++;
      if (parsing.flags & Flag.DotNewline) return addPiece(parsing, Op.Range, 0, MAX_RUNE);
      return addPiece(parsing, Op.Set, 2, <u32>notNewline);
  }
  return addLiteral(parsing, nextRune(parsing));
}

function parseBackslash(parsing: Parsing): bool {
  switch (peek(parsing, 1)) {
    case 0x41: // A
      return addAssertion(parsing, 2, Assertion.BeginText);
    case 0x62: // b
      return addAssertion(parsing, 2, Assertion.WordBoundary);
    case 0x42: // B
      return addAssertion(parsing, 2, Assertion.NoWordBoundary);
    case 0x7a: // z
      return addAssertion(parsing, 2, Assertion.EndText);
    case 0x51: // Q
      return parseQuoted(parsing);
    case 0x70: // p
    case 0x50: // P
      return fail(parsing, RegexError.UnsupportedUnicodeClass, parsing.cursor);
  }
  if (readPerlClass(parsing)) return addClass(parsing);
  const rune = parseEscape(parsing);
  return rune >= 0 && addLiteral(parsing, rune);
}

/** \Q...\E: all between is literal. Without its \E it reaches to the end. */
function parseQuoted(parsing: Parsing): bool {
  parsing.cursor += 2;
  while (parsing.cursor < parsing.end) {
    if (peek(parsing, 0) == 0x5c && peek(parsing, 1) == 0x45) {
      parsing.cursor += 2;
      return true;
    }
    if (!addLiteral(parsing, nextRune(parsing))) return false;
  }
  return true;
}

function addAssertion(parsing: Parsing, width: i32, assertion: Assertion): bool {
  parsing.cursor += width;
  return addPiece(parsing, Op.Assert, 0, assertion);
}

function addLiteral(parsing: Parsing, rune: u32): bool {
  if (!(parsing.flags & Flag.FoldCase)) return addPiece(parsing, Op.Range, rune, rune);
  readLiteral(parsing, rune);
  return addClass(parsing);
}

/** Adds classSet. */
function addClass(parsing: Parsing): bool {
  if (classSet.overflowed) return failTooLarge(parsing);
  const count = classSet.count;
  const ranges = rangesOf(classSet);
  if (count == 1) return addPiece(parsing, Op.Range, lowOf(ranges, 0), highOf(ranges, 0));
  return addPiece(parsing, Op.Set, count, <u32>parsing.region.copy(ranges, count * <i32>RANGE_BYTES));
}

function parseOpening(parsing: Parsing): bool {
  if (peek(parsing, 1) != 0x3f) return openCapture(parsing, parsing.cursor++);
  // As in Go: at least one byte must follow `(?P<` or `(?<`, or it is not even the start of a name.
  if (peek(parsing, 2) == 0x3c && peek(parsing, 3) >= 0) return parseNamedGroup(parsing, 3);
  if (peek(parsing, 2) == 0x50 && peek(parsing, 3) == 0x3c && peek(parsing, 4) >= 0) return parseNamedGroup(parsing, 4);
  return parseFlags(parsing);
}

/** A group whose name begins `width` bytes on. */
function parseNamedGroup(parsing: Parsing, width: i32): bool {
  const name = parsing.cursor + width;
  const length = indexOf(name, <i32>(parsing.end - name), 0x3e);
  if (length < 0) return fail(parsing, RegexError.InvalidGroupName, parsing.cursor);
  const error = errorOfGroupName(parsing.names, name, length);
  if (error) return fail(parsing, error, name);
  parsing.names = withGroupName(parsing.names, parsing.region, name, length, parsing.groupCount + 1);
  const start = parsing.cursor;
  parsing.cursor = name + length + 1;
  return openCapture(parsing, start);
}

/** `(?flags)`, which hold to the end of the group, or `(?flags:`, which opens one. */
function parseFlags(parsing: Parsing): bool {
  const start = parsing.cursor;
  let flags = parsing.flags;
  let negative = false;
  let sawFlag = false;
  parsing.cursor += 2;
  while (true) {
    const rune = nextRune(parsing);
    const flag = flagOf(rune);
    if (flag) {
      flags = negative ? flags & ~flag : flags | flag;
      sawFlag = true;
    } else if (rune == 0x2d && !negative) {
      negative = true;
      sawFlag = false;
    } else if ((rune == 0x3a || rune == 0x29) && (sawFlag || !negative)) {
      if (rune == 0x3a && !openGroup(parsing, start)) return false;
      parsing.flags = flags;
      return true;
    } else {
      return fail(parsing, RegexError.InvalidGroup, start);
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
