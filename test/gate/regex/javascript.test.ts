import fc from "fast-check";
import { expect, test } from "vitest";
import { type Region, utf8, withRegion } from "./engine.ts";

/**
 * A pattern that JavaScript and RE2 read alike. Where they would differ, none is made: a repetition of what can be empty,
 * or of a group that captures (JavaScript forgets its captures with every round).
 */
interface Piece {
  readonly source: string;
  readonly canBeEmpty: boolean;
  readonly captures: boolean;
}

const piece = (source: string, canBeEmpty = false, captures = false): Piece => ({ source, canBeEmpty, captures });

const atom = fc.oneof(
  fc.constantFrom("a", "b", "c", "/", "_", "1", "é", "€", "\\.", "\\n", "\\x41").map((source) => piece(source)),
  fc
    .constantFrom("[^\\n]", "[ab]", "[^a]", "[a-z]", "[^a-c\\/]", "[0-9_]", "\\d", "\\D", "\\w", "\\W", "[é-ü]", "[^€]")
    .map((source) => piece(source)),
  fc.constantFrom("^", "$", "\\b", "\\B").map((source) => piece(source, true)),
);

const { pattern } = fc.letrec<{ pattern: Piece }>((tie) => ({
  pattern: fc.oneof(
    { maxDepth: 5, depthSize: "medium" },
    { weight: 3, arbitrary: atom },
    {
      weight: 4,
      arbitrary: fc
        .tuple(tie("pattern"), tie("pattern"))
        .map(([a, b]) => piece(grouped(a) + grouped(b), a.canBeEmpty && b.canBeEmpty, a.captures || b.captures)),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(tie("pattern"), tie("pattern"))
        .map(([a, b]) => piece(`${a.source}|${b.source}`, a.canBeEmpty || b.canBeEmpty, a.captures || b.captures)),
    },
    {
      weight: 2,
      arbitrary: tie("pattern").map((a) => piece(`(?<#>${a.source})`, a.canBeEmpty, true)),
    },
    {
      weight: 3,
      arbitrary: fc
        .tuple(tie("pattern"), fc.constantFrom("*", "+", "?", "*?", "+?", "??", "{2}", "{1,3}", "{2,}?", "{0,2}"))
        .map(([a, operator]) =>
          a.canBeEmpty || a.captures ? a : piece(`(?:${a.source})${operator}`, /^[*?]|^\{0/.test(operator), a.captures),
        ),
    },
  ),
}));

// Nothing beyond U+FFFF: V8 lets an empty match lie between the two halves of such a character.
const text = fc
  .array(fc.constantFrom("a", "b", "c", "a", "b", "/", "_", "1", " ", "\n", "é", "ü", "€", "A", "."), {
    maxLength: 12,
  })
  .map((characters) => characters.join(""));

const grouped = (part: Piece) => (part.source.includes("|") ? `(?:${part.source})` : part.source);

/** Gives each named group its own name: g1, g2, ... */
function nameGroups(source: string): string {
  let count = 0;
  return source.replaceAll("(?<#>", () => `(?<g${++count}>`);
}

/** What JavaScript finds, in bytes as the engine counts: the whole match, then the named groups. */
function captureInJavaScript(source: string, flags: string, subject: string): number[] | null {
  const match = new RegExp(source, `dv${flags}`).exec(subject);
  const bytesTo = (index: number) => Buffer.byteLength(subject.slice(0, index));
  return match && match.indices!.flatMap((range) => (range ? range.map(bytesTo) : [-1, -1]));
}

function expectAgreement(region: Region, source: string, flags: string, subject: string): void {
  const regex = region.regex(utf8(`${flags && `(?${flags})`}${source}`));
  const expected = captureInJavaScript(source, flags, subject);
  expect(regex.matches(utf8(subject))).toBe(expected !== null);
  expect(regex.capture(utf8(subject))).toEqual(expected);
  for (let group = 1; group <= regex.groupCount; group++) expect(regex.groupIndex(`g${group}`)).toBe(group);
}

test("finds the match and the named groups that JavaScript's regular expressions find", () => {
  const property = fc.property(
    pattern,
    fc.constantFrom("", "m"),
    fc.array(text, { minLength: 1, maxLength: 4 }),
    (tree, flags, texts) => {
      withRegion((region) => {
        for (const subject of texts) expectAgreement(region, nameGroups(tree.source), flags, subject);
      });
    },
  );
  fc.assert(property, { numRuns: 3000 });
});

test("finds them without regard to case where JavaScript does", () => {
  const letters = fc
    .constantFrom("a", "K", "s", "é", "Σ", "ж", "[a-k]", "[^s]", "[^é]", "[К-П]", "[α-ω]", "1")
    .map((source) => piece(source));
  const subject = fc
    .array(
      fc.constantFrom("A", "a", "k", "K", "\u212a", "S", "s", "\u017f", "É", "é", "σ", "ς", "Σ", "Ж", "ж", "1", "к"),
      {
        maxLength: 8,
      },
    )
    .map((characters) => characters.join(""));
  const property = fc.property(fc.array(letters, { minLength: 1, maxLength: 6 }), subject, (pieces, text) => {
    const source = pieces.map((part, index) => `(?<#>${part.source})${index % 2 ? "?" : "*?"}`).join("");
    withRegion((region) => expectAgreement(region, nameGroups(source), "i", text));
  });
  fc.assert(property, { numRuns: 1500 });
});
