// The pattern being parsed, shared by the parser's parts: how far it is read, and the flags that hold there.

import { decodeRune } from "../../encoding/utf8";
import { Region } from "../../memory/region";
import { failAt, RegexError } from "./error";

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
class Source {
  start: usize;
  cursor: usize;
  end: usize;
  flags: u32;
  /** Takes what the program will refer to: ranges, names. */
  region: Region;
}

export const source: Source = changetype<Source>(memory.data(20));

/** The byte `ahead` of the cursor, or -1 past the end. */
export function peek(ahead: i32): i32 {
  const at = source.cursor + ahead;
  return at < source.end ? <i32>load<u8>(at) : -1;
}

/** Takes the code point at the cursor, or returns -1 at the end. The pattern is known to be UTF-8. */
export function nextRune(): i32 {
  const cursor = source.cursor;
  if (cursor >= source.end) return -1;
  const decoded = decodeRune(cursor, source.end);
  source.cursor = cursor + (decoded >> 24);
  return decoded & 0xffffff;
}

/** Records an error at an address in the pattern. Always false. */
export function fail(error: RegexError, at: usize): bool {
  return failAt(error, <i32>(at - source.start));
}

/** Records that the pattern has grown too large here. Always false. */
export function failTooLarge(): bool {
  return fail(RegexError.TooLarge, source.cursor);
}
