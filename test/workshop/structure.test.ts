// What the demo and the benchmarks may load: scripts/check-imports.ts holds the order of the folders, and this what it cannot see.
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { importsOf } from "../../scripts/check-imports.ts";

const root = join(import.meta.dirname, "..", "..");
const read = (file: string) => readFileSync(join(root, file), "utf8");

/** A file, all that it imports, and what that imports. */
function reached(file: string, seen = new Set<string>()): ReadonlySet<string> {
  // A name that is put together while it runs is that of one of the programs, which are all gone through.
  if (!file.endsWith(".ts") || /\$\{/.test(file) || seen.has(file)) return seen;
  seen.add(file);
  for (const { to } of importsOf(file, read(file))) reached(to, seen);
  return seen;
}

const needsVitest = (file: string) => [...reached(file)].some((one) => /from "vitest"/.test(read(one)));

test("a file that needs vitest is found, however far down", () => {
  expect(needsVitest("test/gate/decisions.test.ts")).toBe(true);
  expect(needsVitest("workshop/servers/mail-server.ts")).toBe(true);
});

test("neither the demo nor a benchmark needs vitest", () => {
  const programs = globSync(["bench/**/*.ts", "demo/**/*.ts"], { cwd: root });
  expect(programs.length).toBeGreaterThan(30);
  expect(programs.filter(needsVitest)).toEqual([]);
});
