// A pattern while it is parsed: what the parser's parts know of it and of the program that it becomes.

import { decodeRune } from "../../encoding/utf8";
import { Region } from "../../memory/region";
import { RegexError, RegexFault } from "./error";
import { GroupName } from "./group-name";

export const enum Flag {
  /** i */
  FoldCase = 1,
  /** m: ^ and $ match at lines too. */
  MultiLine = 2,
  /** s: a dot matches a new line too. */
  DotNewline = 4,
  /** U: repetitions are lazy, and greedy with a `?`. */
  Ungreedy = 8,
}


@unmanaged
export class Parsing {
  /** The pattern: how far it is read, and the flags that hold there. */
  start: usize;
  cursor: usize;
  end: usize;
  flags: u32;
  /** Takes what the program will refer to: ranges, names. */
  region: Region;
  /** What is wrong with the pattern. */
  fault: RegexFault;
  /** The names of groups, and how many groups capture, of those seen so far. */
  names: GroupName | null;
  groupCount: i32;
  /** Instructions so far (program-builder.ts); also where the next goes. */
  programLength: i32;
  /** Groups that are open, the pattern among them, and the innermost (groups.ts). */
  depth: i32;
  group: usize;
  /**
   * What a repetition would repeat: where it starts in the program (or -1), the greatest product of nested counts in it, and
   * whether it can match nothing.
   */
  piece: i32;
  pieceRepeats: i32;
  pieceCanBeEmpty: bool;
}

/** The byte `ahead` of the cursor, or -1 past the end. */
export function peek(parsing: Parsing, ahead: i32): i32 {
  const at = parsing.cursor + ahead;
  return at < parsing.end ? <i32>load<u8>(at) : -1;
}

/** Takes the code point at the cursor, or returns -1 at the end. The pattern is known to be UTF-8. */
export function nextRune(parsing: Parsing): i32 {
  const cursor = parsing.cursor;
  if (cursor >= parsing.end) return -1;
  const decoded = decodeRune(cursor, parsing.end);
  parsing.cursor = cursor + (decoded >> 24);
  return decoded & 0xffffff;
}

/** Records an error at an address in the pattern. Always false. */
export function fail(parsing: Parsing, error: RegexError, at: usize): bool {
  parsing.fault.code = error;
  parsing.fault.offset = <i32>(at - parsing.start);
  return false;
}

/** Records that the pattern has grown too large here. Always false. */
export function failTooLarge(parsing: Parsing): bool {
  return fail(parsing, RegexError.TooLarge, parsing.cursor);
}
