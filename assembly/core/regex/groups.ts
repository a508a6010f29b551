// What is being put together while a pattern is read: the groups that are open, their alternatives, and the piece that a
// repetition would repeat. Groups lie on a stack of their own instead of the caller's, with a limit.

import { RegexError } from "./error";
import { Op } from "./instruction";
import { beginAlternative, CODE_BYTES, emit, landJumps, repeat } from "./program-builder";
import { Repetition } from "./repetition";
import { fail, failTooLarge, Flag, Parsing } from "./parsing";
import { workspace } from "./workspace";

const MAX_REPEAT: i32 = 1000;
const MAX_DEPTH: i32 = 1000;

/** A group that is open, or, at the bottom of the stack, the pattern itself. */
@unmanaged
class Group {
  /** Where its `(` is. */
  at: usize;
  /** The flags outside. */
  outerFlags: u32;
  /** Its number, or 0 when it does not capture. */
  capture: i32;
  /** Where it starts in the program, and where its current alternative does. */
  start: i32;
  alternative: i32;
  /** The last Jump out of an alternative, or -1. */
  jumps: i32;
  /** The greatest product of nested counts in it. */
  repeats: i32;
  /** Whether its current alternative can match nothing so far, and whether an earlier one can. */
  alternativeCanBeEmpty: bool;
  canBeEmpty: bool;
}

/** In the workspace, after the program that is being built. */
const groups: usize = workspace + CODE_BYTES;

function groupOf(parsing: Parsing): Group {
  return changetype<Group>(parsing.group);
}

export function beginPattern(parsing: Parsing): void {
  parsing.depth = 0;
  parsing.groupCount = 0;
  parsing.programLength = 0;
  parsing.group = groups;
  parsing.piece = -1;
  parsing.pieceRepeats = 1;
  parsing.pieceCanBeEmpty = true;
  openGroup(parsing, parsing.start);
}

/** False when a group is still open, or when the program is full. */
export function finishPattern(parsing: Parsing): bool {
  const group = groupOf(parsing);
  if (parsing.depth > 1) return fail(parsing, RegexError.MissingParen, group.at);
  landJumps(parsing, group.jumps);
  return add(parsing, Op.Match, 0, 0);
}

/** Opens a group that does not capture, whose `(` is at this address. */
export function openGroup(parsing: Parsing, at: usize): bool {
  if (parsing.depth > MAX_DEPTH) return fail(parsing, RegexError.NestingTooDeep, at);
  finishPiece(parsing);
  parsing.group = groups + <usize>parsing.depth * offsetof<Group>();
  const group = groupOf(parsing);
  parsing.depth++;
  group.at = at;
  group.outerFlags = parsing.flags;
  group.capture = 0;
  group.start = parsing.programLength;
  group.alternative = parsing.programLength;
  group.jumps = -1;
  group.repeats = 1;
  group.alternativeCanBeEmpty = true;
  group.canBeEmpty = false;
  return true;
}

/** Opens a group that captures. */
export function openCapture(parsing: Parsing, at: usize): bool {
  if (!openGroup(parsing, at)) return false;
  const group = groupOf(parsing);
  parsing.groupCount++;
  group.capture = parsing.groupCount;
  if (!add(parsing, Op.Save, 0, parsing.groupCount * 2)) return false;
  group.alternative = parsing.programLength;
  return true;
}

/** Closes the innermost group, whose `)` is at this address. It is the piece that a repetition would repeat. */
export function closeGroup(parsing: Parsing, at: usize): bool {
  const group = groupOf(parsing);
  if (parsing.depth == 1) return fail(parsing, RegexError.UnexpectedParen, at);
  finishPiece(parsing);
  landJumps(parsing, group.jumps);
  if (group.capture && !add(parsing, Op.Save, 0, group.capture * 2 + 1)) return false;
  parsing.flags = group.outerFlags;
  parsing.piece = group.start;
  parsing.pieceRepeats = group.repeats;
  parsing.pieceCanBeEmpty = group.canBeEmpty || group.alternativeCanBeEmpty;
  parsing.depth--;
  parsing.group -= offsetof<Group>();
  return true;
}

/** Ends an alternative, at a `|`. */
export function endAlternative(parsing: Parsing): bool {
  const group = groupOf(parsing);
  finishPiece(parsing);
  const jump = beginAlternative(parsing, group.alternative, group.jumps);
  if (jump < 0) return failTooLarge(parsing);
  group.jumps = jump;
  group.alternative = parsing.programLength;
  group.canBeEmpty = group.canBeEmpty || group.alternativeCanBeEmpty;
  group.alternativeCanBeEmpty = true;
  return true;
}

/** Adds an instruction that a repetition would repeat. */
export function addPiece(parsing: Parsing, op: Op, argument: u32, operand: u32): bool {
  finishPiece(parsing);
  parsing.piece = parsing.programLength;
  parsing.pieceCanBeEmpty = op == Op.Assert;
  return add(parsing, op, argument, operand);
}

/**
 * Repeats the last piece, as readRepetition found at `start`. `previous` is where another repetition starts that ends
 * there, or 0.
 */
export function repeatPiece(parsing: Parsing, repetition: Repetition, start: usize, previous: usize): bool {
  if (
    repetition.counted &&
    (repetition.least > MAX_REPEAT ||
      repetition.most > MAX_REPEAT ||
      (repetition.most >= 0 && repetition.least > repetition.most))
  ) {
    return fail(parsing, RegexError.InvalidRepeatCount, start);
  }
  if (previous) return fail(parsing, RegexError.NestedRepeat, previous);
  if (parsing.piece < 0) return fail(parsing, RegexError.MissingRepeatArgument, start);
  if (repetition.counted) {
    // A piece that is repeated no times has no part in what an outer repetition multiplies.
    parsing.pieceRepeats =
      repetition.most == 0
        ? 1
        : parsing.pieceRepeats * max(1, repetition.most < 0 ? repetition.least : repetition.most);
    if (parsing.pieceRepeats > MAX_REPEAT) return fail(parsing, RegexError.InvalidRepeatCount, start);
  }
  const isLazy = repetition.lazy != ((parsing.flags & Flag.Ungreedy) != 0);
  if (!repeat(parsing, parsing.piece, repetition.least, repetition.most, isLazy, parsing.pieceCanBeEmpty))
    return failTooLarge(parsing);
  parsing.pieceCanBeEmpty = parsing.pieceCanBeEmpty || repetition.least == 0;
  return true;
}

/** Nothing can repeat the last piece any more. */
function finishPiece(parsing: Parsing): void {
  const group = groupOf(parsing);
  group.repeats = max(group.repeats, parsing.pieceRepeats);
  group.alternativeCanBeEmpty = group.alternativeCanBeEmpty && parsing.pieceCanBeEmpty;
  parsing.piece = -1;
  parsing.pieceRepeats = 1;
  parsing.pieceCanBeEmpty = true;
}

function add(parsing: Parsing, op: Op, argument: u32, operand: u32): bool {
  return emit(parsing, op, argument, operand) || failTooLarge(parsing);
}
