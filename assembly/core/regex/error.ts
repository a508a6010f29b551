// Why a pattern does not compile: one closed set of codes, and the place in the pattern.

import { text, Text } from "../../memory/text";

export const enum RegexError {
  None = 0,
  /** The pattern is not UTF-8. */
  InvalidUtf8 = 1,
  /** `[` without its `]`. */
  MissingBracket = 2,
  /** `(` without its `)`. */
  MissingParen = 3,
  /** `)` without its `(`. */
  UnexpectedParen = 4,
  /** A `\` at the end of the pattern. */
  TrailingBackslash = 5,
  /** An escape that RE2 does not know: `\8`, `\y`, `\x{110000}`. Backreferences are among them. */
  InvalidEscape = 6,
  /** A range in a class that runs backwards (`z-a`), or an unknown class name (`[:letter:]`). */
  InvalidRange = 7,
  /** `(?P<name>` with a name that is empty, unfinished or holds more than ASCII letters, digits and `_`. */
  InvalidGroupName = 8,
  DuplicateGroupName = 9,
  /** `(?` followed by what is neither flags nor a group that RE2 knows; lookaround is among them. */
  InvalidGroup = 10,
  /** `*`, `+`, `?` or `{n}` with nothing before it. */
  MissingRepeatArgument = 11,
  /** A repetition straight after another: `a**`, `a{2}{3}`. */
  NestedRepeat = 12,
  /** A count above 1000, also as the product of nested counts, or a least count above the greatest. */
  InvalidRepeatCount = 13,
  /** Groups nested more than 1000 deep. */
  NestingTooDeep = 14,
  /** More than MAX_INSTRUCTIONS once the repetitions are written out, or too many groups for such a size. */
  TooLarge = 15,
  /** `\p` and `\P`: Unicode classes are not supported. */
  UnsupportedUnicodeClass = 16,
}

/** Why a pattern does not compile. */
@unmanaged
export class RegexFault {
  code: RegexError;
  /** Where in the pattern, in bytes from its start. */
  offset: i32;
}

/** Why, in words. */
export function regexErrorMessage(error: RegexError): Text {
  switch (error) {
    case RegexError.InvalidUtf8:
      return text("invalid UTF-8");
    case RegexError.MissingBracket:
      return text("missing closing ]");
    case RegexError.MissingParen:
      return text("missing closing )");
    case RegexError.UnexpectedParen:
      return text("unexpected )");
    case RegexError.TrailingBackslash:
      return text("trailing backslash");
    case RegexError.InvalidEscape:
      return text("invalid escape sequence");
    case RegexError.InvalidRange:
      return text("invalid character class range");
    case RegexError.InvalidGroupName:
      return text("invalid group name");
    case RegexError.DuplicateGroupName:
      return text("duplicate group name");
    case RegexError.InvalidGroup:
      return text("invalid or unsupported group syntax");
    case RegexError.MissingRepeatArgument:
      return text("missing argument to repetition operator");
    case RegexError.NestedRepeat:
      return text("invalid nested repetition operator");
    case RegexError.InvalidRepeatCount:
      return text("invalid repeat count");
    case RegexError.NestingTooDeep:
      return text("groups are nested too deep");
    case RegexError.TooLarge:
      return text("expression is too large");
    case RegexError.UnsupportedUnicodeClass:
      return text("Unicode classes are not supported");
  }
  return text("no error");
}
