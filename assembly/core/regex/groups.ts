// What is being put together while a pattern is read: the groups that are open, their alternatives, and the piece that a
// repetition would repeat. Groups lie on a stack of their own instead of the caller's, with a limit.

import { RegexError } from "./error";
import { Op } from "./instruction";
import { beginAlternative, beginProgram, CODE_BYTES, emit, landJumps, programLength, repeat } from "./program-builder";
import { counted, lazy, least, most } from "./repetition";
import { fail, failTooLarge, Flag, source } from "./source";
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

/** Groups that are open, the pattern among them, and the innermost. */
let depth: i32 = 0;
let group: Group = changetype<Group>(groups);
/**
 * What a repetition would repeat: where it starts in the program (or -1), the greatest product of nested counts in it, and
 * whether it can match nothing.
 */
let piece: i32 = -1;
let pieceRepeats: i32 = 1;
let pieceCanBeEmpty: bool = true;

/** How many groups capture, of those seen so far. */
export let groupCount: i32 = 0;

export function beginPattern(): void {
  depth = 0;
  groupCount = 0;
  beginProgram();
  openGroup(source.start);
}

/** False when a group is still open, or when the program is full. */
export function finishPattern(): bool {
  if (depth > 1) return fail(RegexError.MissingParen, group.at);
  landJumps(group.jumps);
  return add(Op.Match, 0, 0);
}

/** Opens a group that does not capture, whose `(` is at this address. */
export function openGroup(at: usize): bool {
  if (depth > MAX_DEPTH) return fail(RegexError.NestingTooDeep, at);
  finishPiece();
  group = changetype<Group>(groups + <usize>depth * offsetof<Group>());
  depth++;
  group.at = at;
  group.outerFlags = source.flags;
  group.capture = 0;
  group.start = programLength;
  group.alternative = programLength;
  group.jumps = -1;
  group.repeats = 1;
  group.alternativeCanBeEmpty = true;
  group.canBeEmpty = false;
  return true;
}

/** Opens a group that captures. */
export function openCapture(at: usize): bool {
  if (!openGroup(at)) return false;
  groupCount++;
  group.capture = groupCount;
  if (!add(Op.Save, 0, groupCount * 2)) return false;
  group.alternative = programLength;
  return true;
}

/** Closes the innermost group, whose `)` is at this address. It is the piece that a repetition would repeat. */
export function closeGroup(at: usize): bool {
  if (depth == 1) return fail(RegexError.UnexpectedParen, at);
  finishPiece();
  landJumps(group.jumps);
  if (group.capture && !add(Op.Save, 0, group.capture * 2 + 1)) return false;
  source.flags = group.outerFlags;
  piece = group.start;
  pieceRepeats = group.repeats;
  pieceCanBeEmpty = group.canBeEmpty || group.alternativeCanBeEmpty;
  depth--;
  group = changetype<Group>(changetype<usize>(group) - offsetof<Group>());
  return true;
}

/** Ends an alternative, at a `|`. */
export function endAlternative(): bool {
  finishPiece();
  const jump = beginAlternative(group.alternative, group.jumps);
  if (jump < 0) return failTooLarge();
  group.jumps = jump;
  group.alternative = programLength;
  group.canBeEmpty = group.canBeEmpty || group.alternativeCanBeEmpty;
  group.alternativeCanBeEmpty = true;
  return true;
}

/** Adds an instruction that a repetition would repeat. */
export function addPiece(op: Op, argument: u32, operand: u32): bool {
  finishPiece();
  piece = programLength;
  pieceCanBeEmpty = op == Op.Assert;
  return add(op, argument, operand);
}

/**
 * Repeats the last piece, as readRepetition found at `start`. `previous` is where another repetition starts that ends
 * there, or 0.
 */
export function repeatPiece(start: usize, previous: usize): bool {
  if (counted && (least > MAX_REPEAT || most > MAX_REPEAT || (most >= 0 && least > most))) {
    return fail(RegexError.InvalidRepeatCount, start);
  }
  if (previous) return fail(RegexError.NestedRepeat, previous);
  if (piece < 0) return fail(RegexError.MissingRepeatArgument, start);
  if (counted) {
    // A piece that is repeated no times has no part in what an outer repetition multiplies.
    pieceRepeats = most == 0 ? 1 : pieceRepeats * max(1, most < 0 ? least : most);
    if (pieceRepeats > MAX_REPEAT) return fail(RegexError.InvalidRepeatCount, start);
  }
  const isLazy = lazy != ((source.flags & Flag.Ungreedy) != 0);
  if (!repeat(piece, least, most, isLazy, pieceCanBeEmpty)) return failTooLarge();
  pieceCanBeEmpty = pieceCanBeEmpty || least == 0;
  return true;
}

/** Nothing can repeat the last piece any more. */
function finishPiece(): void {
  group.repeats = max(group.repeats, pieceRepeats);
  group.alternativeCanBeEmpty = group.alternativeCanBeEmpty && pieceCanBeEmpty;
  piece = -1;
  pieceRepeats = 1;
  pieceCanBeEmpty = true;
}

function add(op: Op, argument: u32, operand: u32): bool {
  return emit(op, argument, operand) || failTooLarge();
}
