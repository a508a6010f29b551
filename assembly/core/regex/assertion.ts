// Empty-width assertions: what a place between two code points is. The bytes on either side decide it, for what the
// assertions ask about (a new line, an ASCII word) is always a single byte.

/** Bits, so that one word can hold all that is true of a place. */
export const enum Assertion {
  BeginLine = 1,
  EndLine = 2,
  BeginText = 4,
  EndText = 8,
  WordBoundary = 16,
  NoWordBoundary = 32,
}

export const ALL_ASSERTIONS: u32 = 63;
/** Those that what comes before the place decides alone. */
export const BEHIND: u32 = Assertion.BeginLine | Assertion.BeginText;

/** Takes the place of a byte before the first and after the last. */
export const TEXT_EDGE: i32 = -1;
export const NEWLINE: i32 = 10;

/** What is true between two bytes (or code points: any above ASCII counts alike). */
export function assertionsBetween(before: i32, after: i32): u32 {
  let held: u32 = 0;
  if (before == TEXT_EDGE) held = Assertion.BeginText | Assertion.BeginLine;
  else if (before == NEWLINE) held = Assertion.BeginLine;
  if (after == TEXT_EDGE) held |= Assertion.EndText | Assertion.EndLine;
  else if (after == NEWLINE) held |= Assertion.EndLine;
  return held | (isWord(before) != isWord(after) ? Assertion.WordBoundary : Assertion.NoWordBoundary);
}

/** What is true at `cursor` in the text from `start` to `end`. */
export function assertionsAt(cursor: usize, start: usize, end: usize): u32 {
  const before = cursor == start ? TEXT_EDGE : <i32>load<u8>(cursor - 1);
  const after = cursor == end ? TEXT_EDGE : <i32>load<u8>(cursor);
  return assertionsBetween(before, after);
}

/** Whether this is an ASCII letter, digit or `_`. */
export function isWord(rune: i32): bool {
  return <u32>(rune | 32) - 97 < 26 || <u32>rune - 48 < 10 || rune == 95;
}
