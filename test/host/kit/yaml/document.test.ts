import { execFileSync } from "node:child_process";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { YamlDocument } from "../../../../host/kit/yaml/document.ts";
import { InvalidFileError } from "../../../../host/kit/yaml/problem.ts";
import { temporaryFolder } from "../../../../workshop/host/files.ts";
import { cpuTime } from "../../../../workshop/processes/cpu-time.ts";

/** The problems of a text, as `line:column: path: message`. */
function problemsOf(text: string): string[] {
  try {
    YamlDocument.parse("f.yml", text);
  } catch (error) {
    if (error instanceof InvalidFileError)
      return error.problems.map(({ line, column, path, message }) => `${line}:${column}: ${path}: ${message}`);
    throw error;
  }
  return [];
}

describe("a YAML document", () => {
  test("is plain data, merge keys and aliases resolved", () => {
    const { value } = YamlDocument.parse("f.yml", "base: &b { x: 1 }\nother: { <<: *b, y: [*b] }\n");
    expect(value).toEqual({ base: { x: 1 }, other: { x: 1, y: [{ x: 1 }] } });
  });

  test.each([
    ["a value", ["a", "b"], "value", "2:6"],
    ["a key", ["a", "b"], "key", "2:3"],
    ["a list entry", ["a", "list", 1], "value", "3:13"],
    ["what is under an alias, where it is anchored", ["copy", "b"], "value", "2:6"],
    ["a missing key, at the mapping that lacks it", ["a", "missing", "deep"], "value", "1:1"],
    ["an empty value, at its key", ["empty"], "value", "5:1"],
    ["anything that is not there at all, at the beginning", ["nothing"], "value", "1:1"],
  ] as const)("locates %s", (_, path, part, expected) => {
    const document = YamlDocument.parse("f.yml", "a: &a\n  b: one\n  list: [1, 2]\ncopy: *a\nempty:\n");
    const { line, column } = document.locate(path, part);
    expect(`${line}:${column}`).toBe(expected);
  });

  test.each([
    ["keys given twice", "a: 1\nb: 2\na: 3\n", "3:1"],
    ["broken syntax", "a: [1, 2\nb: 3\n", "2:1"],
    ["unknown tags", "a: !secret x\n", "1:4"],
    ["keys that are no text", "[1, 2]: x\n", "1:1"],
    ["two documents in one file", "a: 1\n---\nb: 2\n", "2:1"],
    ["unknown aliases", "a: *b\n", "1:1"],
  ])("refuses %s, with the place", (_, text, place) => {
    expect(problemsOf(text)[0]).toMatch(new RegExp(`^${place}: \\(yaml\\): .`));
  });

  test("refuses a YAML bomb in no time", () => {
    const levels = ["a: &a [x,x,x,x,x,x,x,x,x,x]"];
    for (const [from, to] of ["ab", "bc", "cd", "de", "ef", "fg", "gh", "hi"])
      levels.push(`${to}: &${to} [${Array(10).fill(`*${from}`)}]`);
    const started = cpuTime();
    expect(problemsOf(levels.join("\n")).join()).toMatch(/alias/i);
    expect(cpuTime() - started).toBeLessThan(2000);
  });

  const hundred = Array.from({ length: 100 }, (_, index) => index);
  test.each<[string, string, RegExp | undefined]>([
    [
      "merge keys that multiply",
      [
        "a: &a { x: 1 }",
        ...hundred.slice(1).map((n) => `k${n}: &k${n} { <<: [${Array(50).fill(n === 1 ? "*a" : `*k${n - 1}`)}] }`),
      ].join("\n"),
      /alias/i,
    ],
    ["mappings in mappings without end", `${"{ a: ".repeat(20_000)}1${" }".repeat(20_000)}`, /nested too deeply/],
    [
      "lists in lists by indentation",
      hundred
        .concat(hundred)
        .map((n) => `${" ".repeat(n)}-`)
        .join("\n"),
      undefined,
    ],
    ["an alias to itself", "a: &a [*a]", /\*a stands inside of what it stands for/],
    [
      "an alias to a mapping around it, by way of others",
      "a: &a { b: { c: [1, *a] } }",
      /\*a stands inside of what it stands for/,
    ],
    ["an alias to a name that is given again further in", "a: &a [&a 1, *a]", undefined],
    ["an alias to itself a hundred thousand times", `a: &a [${"*a,".repeat(100_000)}]`, /\*a stands inside/],
    [
      "a hundred thousand aliases of a name that is around them as well",
      `a: &a [&a 1,${"*a,".repeat(100_000)}]`,
      /alias/,
    ],
    ["a hundred thousand empty entries", `a: [${",".repeat(10)}${"~,".repeat(100_000)}]`, undefined],
    ["fifty thousand keys", Array.from({ length: 50_000 }, (_, n) => `k${n}: ${n}`).join("\n"), undefined],
    ["the same key fifty thousand times", "k: 1\n".repeat(50_000), /unique/],
    ["a line of eight million characters", `a: ${"x".repeat(8_000_000)}`, undefined],
    ["anchors without end", Array.from({ length: 50_000 }, (_, n) => `k${n}: &a${n} x`).join("\n"), undefined],
  ])("comes to an end soon with %s", (_, text, message) => {
    const started = cpuTime();
    const problems = problemsOf(text);
    expect(cpuTime() - started).toBeLessThan(8000);
    if (message) expect(problems[0]).toMatch(new RegExp(`^\\d+:\\d+: \\(yaml\\): .*${message.source}`, "i"));
  });

  test("keeps keys that mean something to JavaScript as plain keys", () => {
    const { value } = YamlDocument.parse(
      "f.yml",
      "__proto__: { polluted: 1 }\nconstructor: { prototype: { polluted: 1 } }\n",
    );
    expect(Object.keys(value as object)).toEqual(["__proto__", "constructor"]);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    const merged = YamlDocument.parse("f.yml", "a: &a { __proto__: { polluted: 1 } }\nb: { <<: *a }\n").value as {
      b: object;
    };
    expect((merged.b as { polluted?: unknown }).polluted).toBeUndefined();
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test("refuses nesting that would exhaust the stack", () => {
    expect(problemsOf("[".repeat(20_000))).toEqual(["1:1: (yaml): nested too deeply"]);
  });

  test("names a file that is missing, too large or not UTF-8", () => {
    const folder = temporaryFolder();
    const large = join(folder, "large.yml");
    const binary = join(folder, "binary.yml");
    writeFileSync(large, "#".repeat(9 * 1024 * 1024));
    writeFileSync(binary, Buffer.of(0x61, 0xff, 0xfe));
    expect(() => YamlDocument.read(join(folder, "none.yml"))).toThrow(/none\.yml:1:1: \(file\): .*no such file/);
    expect(() => YamlDocument.read(large)).toThrow(/larger than 8 MiB/);
    expect(() => YamlDocument.read(binary)).toThrow(/not UTF-8/);
    const [self, pipe] = [join(folder, "self.yml"), join(folder, "pipe.yml")];
    symlinkSync(self, self);
    expect(() => YamlDocument.read(self)).toThrow(/symbolic links lead round/);
    expect(() => YamlDocument.read(folder)).toThrow(/it is a folder/);
    execFileSync("mkfifo", [pipe]);
    for (const endless of [pipe, "/dev/zero"]) expect(() => YamlDocument.read(endless)).toThrow(/no file/);
  });

  test.each(["!!set {a, b}", "!!binary aGk=", "!!omap [a: 1]", "!!timestamp 2026-01-01"])(
    "has no values that JSON has not: %s",
    (written) => {
      expect(problemsOf(`a: ${written}`)[0]).toMatch(/^1:\d+: \(yaml\): Unresolved tag/);
    },
  );
});
