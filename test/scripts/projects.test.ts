// Each test belongs to one kind (scripts/test-projects.ts), and to the one that its name tells.
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { kinds, longest, projects } from "../../scripts/test-projects.ts";

const root = join(import.meta.dirname, "..", "..");
const files = globSync("**/*.test.ts", { cwd: root, exclude: ["**/node_modules/**"] });

function filesOf(include: readonly string[], exclude: readonly string[]): ReadonlySet<string> {
  const left = new Set(exclude.length === 0 ? [] : globSync(exclude, { cwd: root }));
  return new Set(globSync(include, { cwd: root }).filter((file) => !left.has(file)));
}

const members = projects.map(({ name, include, exclude }) => [name, filesOf(include, exclude)] as const);

test("each test file is in exactly one project", () => {
  expect(files.length).toBeGreaterThan(200);
  const homes = files.map((file) => [file, members.filter(([, own]) => own.has(file)).map(([name]) => name)] as const);
  expect(homes.filter(([, names]) => names.length !== 1)).toEqual([]);
});

test("each project has tests, and a name that npm test knows", () => {
  for (const [name, own] of members) {
    expect([name, own.size]).not.toEqual([name, 0]);
    expect(Object.values(kinds).flat()).toContain(name);
  }
});

test("what compares how long things take runs alone, in the project timing", () => {
  const measuring = files.filter((file) => /\/timing\.ts"/.test(readFileSync(join(root, file), "utf8")));
  expect(measuring.length).toBeGreaterThan(0);
  expect(measuring.filter((file) => !file.endsWith(".timing.test.ts"))).toEqual([]);
});

test("what has a database's or a directory's server runs where programs do, in the project real or crash", () => {
  const server = /(?:servers\/(?:postgres|slapd|keycloak)|support\/databases)\.ts"/;
  const withServer = files.filter((file) => server.test(readFileSync(join(root, file), "utf8")));
  expect(withServer.length).toBeGreaterThan(5);
  const quick = new Set(members.flatMap(([name, own]) => (/^(unit|contract)$/.test(name) ? [...own] : [])));
  expect(withServer.filter((file) => quick.has(file))).toEqual([]);
});

test("what runs first because it takes longest is of the kind real, and there", () => {
  const real = members.find(([name]) => name === "real")![1];
  expect(longest.filter((file) => !real.has(file))).toEqual([]);
});
