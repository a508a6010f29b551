// Matching: picks the cheapest machine that can answer.

import { isSame } from "../../memory/bytes";
import { run } from "./automaton";
import { backtrack, canBacktrack } from "./backtrack";
import { runPike } from "./pike";
import { Regex, Shape } from "./regex";

/** Whether the regex matches anywhere in the text. */
export function matches(regex: Regex, at: usize, length: i32): bool {
  const literalLength = regex.literalLength;
  if (literalLength > length) return false;
  const shape = regex.shape;
  const from = shape == Shape.EndsWith ? at + length - literalLength : at;
  if (!isSame(from, regex.literal, literalLength)) return false;
  if (shape == Shape.General) return run(regex, at, length);
  return shape != Shape.Equals || length == literalLength;
}

/**
 * Whether the regex matches, and where: fills `captures` with two i32 for each group, the offset of its start and of its
 * end, the whole match first, -1 for a group that took no part. There must be room for groupCount + 1 pairs. The match
 * is the leftmost, and among those the one that Perl would prefer.
 */
export function capture(regex: Regex, at: usize, length: i32, captures: usize): bool {
  if (!matches(regex, at, length)) return false;
  if (canBacktrack(regex, length)) return backtrack(regex, at, length, captures);
  return runPike(regex, at, length, captures);
}
