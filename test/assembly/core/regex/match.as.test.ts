import { describe, expect, test } from "vitest-pool-assemblyscript/assembly";
import { find } from "./spelling";

describe("a match", () => {
  test("is the leftmost, and of those the one the pattern prefers", () => {
    expect(find("a|ab", "xab")).toBe("1-2");
    expect(find("ab|a", "xab")).toBe("1-3");
    expect(find("a+", "aab")).toBe("0-2");
    expect(find("a+?", "aab")).toBe("0-1");
    expect(find("(a|ab)(c|bcd)(d*)", "abcd")).toBe("0-4 0-1 1-4 4-4");
  });

  test("counts in bytes and reads in code points", () => {
    expect(find("é.b", "aé€b")).toBe("1-7");
    expect(find("^.$", "😀")).toBe("0-4");
    expect(find("[à-ü]+", "aéèb")).toBe("1-5");
  });

  test("keeps the last round of a repeated group, and leaves out what took no part", () => {
    expect(find("(a(b)?)+", "aba")).toBe("0-3 2-3 1-2");
    expect(find("(a)|(b)", "b")).toBe("0-1 - 0-1");
    expect(find("(a){0}b", "ab")).toBe("1-2 -");
  });

  test("may be empty, once in a place", () => {
    expect(find("(a*)*", "b")).toBe("0-0 0-0");
    expect(find("(|a)+", "aa")).toBe("0-0 0-0");
    expect(find("(a*)+$", "aa")).toBe("0-2 0-2");
  });
});

describe("anchors and boundaries", () => {
  test("hold at the text's edges, or at a line's with (?m)", () => {
    expect(find("^b$", "a\nb")).toBe("no match");
    expect(find("(?m)^b$", "a\nb\nc")).toBe("2-3");
    expect(find("(?m)\\Ab", "a\nb")).toBe("no match");
    expect(find("b\\z", "b\n")).toBe("no match");
  });

  test("know ASCII words", () => {
    expect(find("\\bb\\b", "ab b_ b")).toBe("6-7");
    expect(find("a\\b", "aé")).toBe("0-1");
    expect(find("\\Bb", "ab")).toBe("1-2");
    expect(find("a\\b$", "a")).toBe("0-1");
  });
});

describe("flags", () => {
  test("reach to the end of their group", () => {
    expect(find("(a(?i)b)c", "aBC")).toBe("no match");
    expect(find("(a(?i)b)c", "aBc")).toBe("0-3 0-2");
    expect(find("(?i:a)b", "AB")).toBe("no match");
    expect(find("(?i)a(?-i)b", "Ab")).toBe("0-2");
  });

  test("fold case beyond ASCII", () => {
    expect(find("(?i)straße-k", "STRAẞE-\u212a")).toBe("0-12");
    expect(find("(?i)[σ]+", "Σσς")).toBe("0-6");
    expect(find("(?i)[^k]", "\u212a")).toBe("no match");
  });

  test("turn preferences round, and let a dot match a new line", () => {
    expect(find("(?U)a+", "aa")).toBe("0-1");
    expect(find("(?U)a+?", "aa")).toBe("0-2");
    expect(find("(?s)a.b", "a\nb")).toBe("0-3");
    expect(find("a.b", "a\nb")).toBe("no match");
  });
});

describe("a pattern that is or begins with a literal", () => {
  test("matches just that", () => {
    expect(find("^/api$", "/api")).toBe("0-4");
    expect(find("^/api$", "/apix")).toBe("no match");
    expect(find("^/api$", "/ap")).toBe("no match");
    expect(find("^/api", "/apix")).toBe("0-4");
    expect(find("^/ab+$", "/abb")).toBe("0-4");
    expect(find("^/ab*$", "/a")).toBe("0-2");
    expect(find("^(/a)(?:b)c", "/abcd")).toBe("0-4 0-2");
    expect(find("^/a-long-literal-prefix/x?", "/a-long-literal-prefix/")).toBe("0-23");
    expect(find("^/a-long-literal-prefix/x?", "/a-long-literal-prefiX/")).toBe("no match");
  });

  test("matches it at the end", () => {
    expect(find("\\.png$", "/a.png")).toBe("2-6");
    expect(find("\\.png$", "/a.png?")).toBe("no match");
    expect(find("(?m)\\.png$", "a.png\nb")).toBe("1-5");
    expect(find("é$", "é")).toBe("0-2");
  });
});
