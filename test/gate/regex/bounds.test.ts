import { beforeEach, describe, expect, test } from "vitest";
import { cpuTime } from "../../../workshop/processes/cpu-time.ts";
import {
  automataGeneration,
  capturers,
  matchers,
  memoryBytes,
  type Regex,
  resetRegexCaches,
  stepsOf,
  withRegion,
} from "./engine.ts";

// What one test has left no room for is no other test's cost.
beforeEach(resetRegexCaches);

/** Patterns that make a backtracking engine take exponential or at least quadratic time on many `a`. */
const hostile = [
  "(a+)+$",
  "(a+)+b",
  "(a|aa)*b",
  "^(a|aa)*b$",
  ".*.*.*x",
  "(x+x+)+y",
  "(a+a+)+y",
  "(?:a?){30}a{30}$",
  "(.*)*$",
  "(.*)*x",
  "(a*)*(a*)*b",
  "(?:(?:a?){10}){10}b",
  "((a*)+?)+b",
  "^(?:.*a){20}b",
  "(\\w+\\s?)+!$",
  "\\b(a|\\b)*\\bb",
];

const lengths = [1024, 4096, 16384, 65536];

describe.each(hostile)("%s", (pattern) => {
  test.each(lengths)("%i bytes take at most four visits of each instruction a byte", (length) => {
    withRegion((region) => {
      const regex = region.regex(pattern);
      const text = "a".repeat(length);
      const limit = 4 * regex.instructionCount * (length + 1);
      for (const how of matchers) expect(stepsOf(() => regex.matches(text, how))).toBeLessThanOrEqual(limit);
      for (const how of capturers) expect(stepsOf(() => regex.capture(text, how))).toBeLessThanOrEqual(limit);
    });
  });
});

test("an automaton with exponentially many states takes at most four visits of each instruction a byte", () => {
  withRegion((region) => {
    const regex = region.regex("[ab]*a[ab]{16}c");
    for (const length of lengths) {
      let seed = 1;
      const letters = Array.from({ length }, () => {
        seed = (seed * 1103515245 + 12345) % 2 ** 31;
        return seed & 0x10000 ? "a" : "b";
      });
      const steps = stepsOf(() => regex.matches(letters.join("")));
      expect(steps).toBeLessThanOrEqual(4 * regex.instructionCount * (length + 1));
    }
  });
});

test("ten thousand regexes take a few megabytes and less than a second to load", () => {
  withRegion((region) => {
    const start = cpuTime();
    for (let i = 0; i < 10_000; i++) region.regex(`^/app${i}/(?P<User>[a-z]+)/personal([/?].*)?$`);
    expect(cpuTime() - start).toBeLessThan(1000);
    expect(region.bytes).toBeLessThan(5_000_000);
  });
});

test("matching takes no memory, with more automata than there is room for", () => {
  withRegion((region) => {
    const regexes: Regex[] = [];
    for (let i = 0; i < 3000; i++) regexes.push(region.regex(`^/(?:${i}|[a-f]+)/(?P<User>[a-z]+)/.*x[0-9]*$`));
    const bytes = region.bytes;
    const pages = memoryBytes();
    const generation = automataGeneration();
    for (let round = 0; round < 6; round++) {
      regexes.forEach((regex, i) => {
        expect(regex.matches(`/${i}/alice/notes/x${i}`)).toBe(true);
        expect(regex.matches(`/${i}/alice/notes/y`)).toBe(false);
      });
    }
    expect(region.bytes).toBe(bytes);
    expect(memoryBytes()).toBe(pages);
    // Given up now and then, but not all the time.
    expect(automataGeneration() - generation).toBeGreaterThan(0);
    expect(automataGeneration() - generation).toBeLessThan(10);
  });
});

test("a regex answers the same while its automaton outgrows its room and is built again", () => {
  withRegion((region) => {
    const regex = region.regex("^[ab]*a[ab]{13}$");
    let seed = 7;
    let rebuilt = 0;
    for (let i = 0; i < 20_000; i++) {
      let text = "";
      for (let j = 0; j < 40; j++) {
        seed = (seed * 1103515245 + 12345) % 2 ** 31;
        text += seed & 0x10000 ? "a" : "b";
      }
      const had = regex.hasAutomaton;
      expect(regex.matches(text)).toBe(text.at(-14) === "a");
      if (had && !regex.hasAutomaton) rebuilt++;
    }
    expect(rebuilt).toBeGreaterThan(0);
  });
});

test("forgetting all automata changes no answer", () => {
  withRegion((region) => {
    const regex = region.regex("(a|b)*c+\xc3\xa9$");
    for (let i = 0; i < 5; i++) {
      expect(regex.matches("abcc\xc3\xa9")).toBe(true);
      expect(regex.matches("abcc")).toBe(false);
      resetRegexCaches();
    }
  });
});

test("an automaton reads a text it has seen in one step a byte", () => {
  withRegion((region) => {
    const regex = region.regex("^/(?P<User>[a-z]+)/(notes|mail)/.*$");
    const text = "/alice/notes/2026/11";
    regex.matches(text);
    expect(stepsOf(() => regex.matches(text))).toBe(text.length);
  });
});

test("a regex in memory that was freed and given out again starts without an automaton", () => {
  for (let i = 0; i < 50; i++) {
    withRegion((region) => {
      const letter = String.fromCharCode(97 + (i % 26));
      const regex = region.regex(`x${letter}+y`);
      expect(regex.matches(`x${letter}y`)).toBe(true);
      expect(regex.matches("x-y")).toBe(false);
    });
  }
});
