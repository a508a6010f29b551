// How the workshop, the tests, the benchmarks and the demo may import each other.
import { globSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..", "..");
const folders = ["workshop", "test", "bench", "demo"];
const files = globSync(`{${folders}}/**/*.ts`, { cwd: root, exclude: ["test/assembly/**"] });

/** What each file imports, types too: packages by name, files by their path. */
const imports = new Map(
  files.map((file) => {
    const text = readFileSync(join(root, file), "utf8");
    const names = [...text.matchAll(/^(?:import|export)\s[^;]*?from "([^"]+)";|import\("([^"]+)"\)/gm)];
    const resolved = names.map(([, from, dynamic]) => {
      const name = from ?? dynamic!;
      return name.startsWith(".") ? posix.join(posix.dirname(file), name) : name;
    });
    return [file, resolved] as const;
  }),
);

/** The groups of files that import each other in a circle (Tarjan's strongly connected components). */
function circles(graph: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const path: string[] = [];
  const found: string[][] = [];
  const visit = (node: string): void => {
    order.set(node, order.size);
    lowest.set(node, order.get(node)!);
    path.push(node);
    for (const next of graph.get(node) ?? []) {
      if (!graph.has(next)) continue;
      if (!order.has(next)) visit(next);
      if (path.includes(next)) lowest.set(node, Math.min(lowest.get(node)!, lowest.get(next)!));
    }
    if (lowest.get(node) !== order.get(node)) return;
    const circle = path.splice(path.indexOf(node));
    if (circle.length > 1) found.push(circle);
  };
  for (const node of graph.keys()) if (!order.has(node)) visit(node);
  return found;
}

/** All that a file imports, and what that imports. */
function reached(from: string, seen = new Set<string>()): ReadonlySet<string> {
  for (const next of imports.get(from) ?? [])
    if (!seen.has(next)) {
      seen.add(next);
      reached(next, seen);
    }
  return seen;
}

test("a circle of imports is found where there is one", () => {
  const graph = new Map([
    ["a", ["b"]],
    ["b", ["c"]],
    ["c", ["b"]],
  ]);
  expect(circles(graph)).toEqual([["b", "c"]]);
});

test("no files of the workshop, the tests, the benchmarks and the demo import each other in a circle", () => {
  expect(imports.size).toBeGreaterThan(300);
  expect(circles(imports)).toEqual([]);
});

test("the workshop imports no test, no benchmark and no demo", () => {
  const own = [...imports].filter(([file]) => file.startsWith("workshop/"));
  const wrong = own.flatMap(([file, names]) =>
    names.filter((name) => /^(test|bench|demo)\//.test(name)).map((name) => `${file} imports ${name}`),
  );
  expect(wrong).toEqual([]);
});

test("benchmarks and the demo need no vitest, and nothing of the tests", () => {
  const starting = files.filter((file) => /^(bench|demo)\//.test(file));
  const wrong = starting.filter((file) => [...reached(file)].some((name) => /^(vitest$|test\/)/.test(name)));
  expect(wrong).toEqual([]);
});
