import fc from "fast-check";
import { expect, test } from "vitest";
import { capturers, Regex, stepsOf, withRegion } from "./engine.ts";

const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array).toString("latin1"));

/** Pieces of syntax in any order: most make no pattern, but they reach far into the parser. */
const soup = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ..."ab()[]{}*+?|^$.\\-:<>Pi,0129",
        ...[
          "(?:",
          "(?P<n>",
          "(?<m>",
          "(?i)",
          "(?s-i:",
          "[^",
          "[[:alpha:]]",
          "[:^",
          "\\Q",
          "\\E",
          "\\x{",
          "\\pL",
          "\\b",
        ],
        ...["{2,3}", "{1000}", "{0}", "{,5}", "{31}", "a-", "\xe2\x82", "\xc3\xa9", "\xff", "\\12", "\\d", "*?", "+?"],
      ),
      bytes,
    ),
    { maxLength: 24 },
  )
  .map((pieces) => pieces.join(""));

function exercise(pattern: string, text: string): void {
  withRegion((region) => {
    const regex = region.compile(pattern);
    if (!(regex instanceof Regex)) {
      expect(regex.code).toBeGreaterThan(0);
      expect(regex.offset).toBeGreaterThanOrEqual(0);
      expect(regex.offset).toBeLessThanOrEqual(pattern.length);
      return;
    }
    const matches = regex.matches(text);
    expect(regex.matches(text, "matchesBySimulation")).toBe(matches);
    const [first, ...others] = capturers.map((how) => regex.capture(text, how));
    expect(first !== null).toBe(matches);
    for (const other of others) expect(other).toEqual(first);
  });
}

test("no bytes as a pattern or a text make it trap, and all its machines agree", () => {
  fc.assert(
    fc.property(fc.oneof(bytes, soup, soup, soup), bytes, (pattern, text) => exercise(pattern, text)),
    { numRuns: 20_000 },
  );
});

test("mutated patterns do not make it trap", () => {
  const seeds = [
    "^/(?P<User>[a-z]+)/personal(/.*)?$",
    "(?i:[[:alpha:]\\d-]{2,5}|\\x{e9}+?)*\\b",
    "\\Qa.b\\E(?s-m).{0,3}?$",
  ];
  const mutations = fc.array(fc.tuple(fc.nat(60), fc.nat(2), fc.uint8Array({ minLength: 1, maxLength: 3 })), {
    minLength: 1,
    maxLength: 6,
  });
  const property = fc.property(fc.constantFrom(...seeds), mutations, bytes, (seed, edits, text) => {
    let pattern = seed;
    for (const [at, removed, added] of edits) {
      pattern = pattern.slice(0, at) + Buffer.from(added).toString("latin1") + pattern.slice(at + removed);
    }
    exercise(pattern, text);
  });
  fc.assert(property, { numRuns: 10_000 });
});

test("patterns at the limits of size are compiled or refused, and never take long to match", () => {
  const patterns = [
    "(".repeat(1000) + ")".repeat(1000),
    "(".repeat(100_000),
    `${"(?:".repeat(1000)}a${")*".repeat(1000)}`,
    "(?:a|".repeat(999) + ")".repeat(999),
    "a".repeat(16_383),
    "a".repeat(16_384),
    "[a-c]".repeat(16_384),
    "(?:a?){1000}".repeat(8),
    "((a)(b)(c)(d)){500}",
    "(?i)k".repeat(5000),
    `[${Array.from({ length: 5000 }, (_, i) => `\\x{${(0x1000 + 2 * i).toString(16)}}`).join("")}]`,
    "|".repeat(8000),
    "\\Q".repeat(50_000),
    "(?i)".repeat(50_000),
    "a|".repeat(5461),
  ];
  for (const pattern of patterns) {
    const steps = stepsOf(() => exercise(pattern, "a".repeat(50)));
    // The largest program has 16384 instructions; five machines visit each at most once a byte, and a second time over.
    expect(steps).toBeLessThan(16_384 * 51 * 2 * 5);
  }
});
