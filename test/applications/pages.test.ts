// The pages of docs/applications: each one's rules are loaded into a host's configuration, decide what the page says of them, and no
// rule is there that the page does not try.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { zerohop } from "../../workshop/host/program.ts";
import { writeSite } from "../../workshop/host/site.ts";
import type { Tree } from "../../workshop/proxies/site.ts";
import { documented, folder, pages } from "./pages.ts";

const users = { alice: ["admins", "dev"], bob: ["dev"], admin: { groups: ["admins"], level: 2 } };
const names = pages().map(({ file }) => file);
let work: string;

beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), "zerohop-pages-"));
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** Writes a host's configuration with what a page adds to it, and returns its path. */
async function configured(file: string): Promise<string> {
  const site = mkdtempSync(join(work, "site-"));
  const path = await writeSite(site, { https: 443, host: 9091 });
  const config: Tree = parse(readFileSync(path, "utf8").replaceAll("zerohop.localhost", "example.com"));
  const { session, access_control: control, ...more } = parse(documented(file, "zerohop.yml")) as Tree;
  expect(Object.keys(more)).toEqual([]);
  for (const cookie of session?.cookies ?? []) Object.assign(config.session.cookies[0], cookie);
  config.access_control = { default_policy: "deny", ...control };
  writeFileSync(path, stringify(config));
  return path;
}

test("there are pages for twenty applications and more, and the index lists each", () => {
  expect(names.length).toBeGreaterThanOrEqual(20);
  const listed = [...readFileSync(join(folder, "README.md"), "utf8").matchAll(/\]\(([\w-]+\.md)\)/g)].map(
    ([, to]) => to!,
  );
  expect([...new Set(listed)].sort()).toEqual(names);
});

test.each(pages().map((page) => [page.file, page] as const))("%s has what every page has", (_file, { text }) => {
  const headings = [...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
  expect(headings).toEqual(["What its own clients need", "What to look out for", "Sources"]);
  expect(text).toMatch(/^# .+\n\n\*\*Way:\*\* /);
  const sources = text.slice(text.indexOf("## Sources"));
  expect([...sources.matchAll(/\]\(https:\/\/[^)\s]+\)/g)].length).toBeGreaterThan(0);
});

test.each(names)("%s: the host takes its lines without a warning", async (file) => {
  const { code, stderr } = await zerohop(["check", "--config", await configured(file)]);
  expect([code, stderr]).toEqual([0, expect.not.stringMatching(/access_control|warning: rule|session\.cookies/)]);
});

test.each(names)("%s: its rules decide what it says, and it tries each", async (file) => {
  const config = await configured(file);
  const tests = join(config, "..", "tests.yml");
  writeFileSync(tests, stringify({ config, users, tests: parse(documented(file, "tests")) }));
  const { code, stdout, stderr } = await zerohop(["policy", "test", tests]);
  expect([code, stderr, stdout]).toEqual([0, "", expect.not.stringMatching(/reaches/)]);
});
