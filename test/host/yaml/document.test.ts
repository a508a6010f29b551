import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { YamlDocument } from "../../../host/yaml/document.ts";
import { InvalidFileError } from "../../../host/yaml/problem.ts";
import { temporaryFolder } from "../support/files.ts";

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
    const started = performance.now();
    expect(problemsOf(levels.join("\n")).join()).toMatch(/alias/i);
    expect(performance.now() - started).toBeLessThan(2000);
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
  });
});
