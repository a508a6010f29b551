import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { capturers, matchers, Regex, RegexError, utf8, withRegion } from "./engine.ts";

/** What Go's regexp answered: see corpus.go. */
type Line =
  | { readonly pattern: string; readonly error: string; readonly results?: undefined }
  | { readonly pattern: string; readonly error?: undefined; readonly results: readonly Result[] }
  | { readonly fold: readonly number[]; readonly pattern?: undefined };

interface Result {
  readonly text: string;
  readonly indices: readonly number[] | null;
}

const lines = readFileSync(join(import.meta.dirname, "go-corpus.ndjson"), "utf8")
  .trimEnd()
  .split("\n")
  .map((line): Line => JSON.parse(line));

const errorOfGo: Record<string, readonly number[]> = {
  "invalid UTF-8": [RegexError.InvalidUtf8],
  "missing closing ]": [RegexError.MissingBracket],
  "missing closing )": [RegexError.MissingParen],
  "unexpected )": [RegexError.UnexpectedParen],
  "trailing backslash at end of expression": [RegexError.TrailingBackslash],
  "invalid escape sequence": [RegexError.InvalidEscape],
  "invalid character class range": [RegexError.InvalidRange],
  "invalid named capture": [RegexError.InvalidGroupName, RegexError.DuplicateGroupName],
  "invalid or unsupported Perl syntax": [RegexError.InvalidGroup],
  "missing argument to repetition operator": [RegexError.MissingRepeatArgument],
  "invalid nested repetition operator": [RegexError.NestedRepeat],
  "invalid repeat count": [RegexError.InvalidRepeatCount],
};

describe("next to Go's regexp", () => {
  test("finds the same matches and groups, by each of its machines", () => {
    let compared = 0;
    for (const { pattern, results } of lines.filter((line) => line.pattern !== undefined)) {
      if (!results) continue;
      withRegion((region) => {
        const regex = region.regex(pattern);
        for (const { text, indices } of results) {
          const place = `${JSON.stringify(pattern)} in ${JSON.stringify(text)}`;
          for (const how of matchers) expect(regex.matches(text, how), `${how}: ${place}`).toBe(indices !== null);
          for (const how of capturers) expect(regex.capture(text, how), `${how}: ${place}`).toEqual(indices);
          compared++;
        }
      });
    }
    expect(compared).toBeGreaterThan(3500);
  });

  test("refuses the same patterns for the same reasons", () => {
    let compared = 0;
    for (const { pattern, error } of lines.filter((line) => line.pattern !== undefined)) {
      if (!error) continue;
      const refused = withRegion((region) => region.compile(pattern));
      if (refused instanceof Regex) throw new Error(`${JSON.stringify(pattern)} is not refused`);
      expect(errorOfGo[error], JSON.stringify(pattern)).toContain(refused.code);
      compared++;
    }
    expect(compared).toBeGreaterThan(70);
  });

  test("folds the same code points to each other", () => {
    let compared = 0;
    for (const { fold } of lines.filter((line) => line.pattern === undefined)) {
      const neighbours = fold.flatMap((rune) => [rune - 1, rune + 1]).filter((rune) => !fold.includes(rune));
      withRegion((region) => {
        for (const rune of fold) {
          const regex = region.regex(`(?i)^\\x{${rune.toString(16)}}$`);
          for (const other of fold) expect(regex.matches(utf8(String.fromCodePoint(other)))).toBe(true);
          for (const other of neighbours) expect(regex.matches(utf8(String.fromCodePoint(other)))).toBe(false);
          compared++;
        }
      });
    }
    expect(compared).toBeGreaterThan(2800);
  });
});
