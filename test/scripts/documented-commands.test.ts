// Each npm command that a document, a shipped file or a source file names is one that there is.
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { kinds } from "../../scripts/test-projects.ts";

const root = join(import.meta.dirname, "..", "..");
const read = (file: string) => readFileSync(join(root, file), "utf8");
const { scripts } = JSON.parse(read("package.json")) as { scripts: Readonly<Record<string, string>> };
const benches = globSync("bench/*.ts", { cwd: root }).filter((file) => file !== "bench/main.ts");
const nameOf = (bench: string) => bench.slice("bench/".length, -".ts".length);

const files = globSync(
  [
    "*.md",
    "docs/**/*.md",
    "workshop/**/*.md",
    "deploy/**/*",
    "{bench,demo,scripts,test,workshop}/**/*.{ts,js}",
    ".github/**/*",
  ],
  { cwd: root, withFileTypes: true },
)
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));

/** `npm run bench -- envoy --rounds 10` and the like, in code spans, in code blocks, or in the first lines of a file. */
const commands = files.flatMap((file) =>
  [...read(file).matchAll(/\bnpm (start|test|run [\w-]+|run --silent [\w-]+)(?: -- ([^`\n|"')]*))?/g)].map(
    ([text, task, args = ""]) => ({ file, text, script: task!.split(" ").at(-1)!, args: args.trim().split(/\s+/) }),
  ),
);

/** Words in capitals stand for something, and brackets for something that can be left out. */
const isPlaceholder = (word: string) => /^[A-Z[$…]/.test(word) || word === "";

test("documents name npm's scripts", () => {
  expect(commands.length).toBeGreaterThan(40);
  const unknown = commands.filter(({ script }) => !(script in scripts));
  expect(unknown.map(({ file, text }) => `${file}: ${text}`)).toEqual([]);
});

/** A benchmark with what it imports of its own, which may read its options. */
function textOfBench(name: string): string {
  const text = read(`bench/${name}.ts`);
  const imported = [...text.matchAll(/from "\.\/([^"]+)"/g)].map(([, file]) => read(`bench/${file!}`));
  return [text, ...imported].join("\n");
}

test("documents name benchmarks, and their options", () => {
  const used = commands.filter(({ script, args: [name = ""] }) => script === "bench" && !isPlaceholder(name));
  expect(used.length).toBeGreaterThan(15);
  const unknown = used.filter(({ args: [name, ...rest] }) => {
    if (!benches.includes(`bench/${name}.ts`)) return true;
    const options = rest.flatMap((word) => /^\[?--([\w-]+)/.exec(word)?.[1] ?? []);
    const text = textOfBench(name!);
    return options.some((option) => !new RegExp(`\\b"?${option}"?: \\{ type:`).test(text));
  });
  expect(unknown.map(({ file, text }) => `${file}: ${text}`)).toEqual([]);
});

test("CONTRIBUTING.md lists each benchmark", () => {
  const [, table = ""] = /## Benchmarks\n(.*?)\n## /s.exec(read("CONTRIBUTING.md")) ?? [];
  const listed = [...table.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell]) =>
    [...cell!.matchAll(/`([\w-]+)`/g)].map(([, name]) => name!),
  );
  expect(listed.sort()).toEqual(benches.map(nameOf).sort());
});

test("documents name tests and kinds of tests that there are", () => {
  const named = commands
    .filter(({ script }) => script === "test")
    .flatMap(({ file, args }) =>
      args.filter((arg) => !isPlaceholder(arg) && !arg.startsWith("-")).map((arg) => ({ file, arg })),
    );
  expect(named.length).toBeGreaterThan(3);
  expect(named.filter(({ arg }) => !(arg in kinds) && !existsSync(join(root, arg)))).toEqual([]);
});

test("documents name files of the workshop, the tests and the scripts that there are", () => {
  const named = files
    .filter((file) => file.endsWith(".md"))
    .flatMap((file) =>
      [...read(file).matchAll(/`((?:workshop|test|scripts|bench|demo)\/[\w./-]+)`/g)].map(([, path]) => ({
        file,
        path: path!,
      })),
    );
  expect(named.length).toBeGreaterThan(10);
  // docs/attacks.md and CHANGELOG.md tell of what was.
  const gone = named.filter(({ file, path }) => file !== "CHANGELOG.md" && !existsSync(join(root, path)));
  expect(gone).toEqual([]);
});
