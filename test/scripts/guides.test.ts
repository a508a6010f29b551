// What the guides for contributors name is there: files, commands, other pages. documented-commands.test.ts has npm's scripts.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const decisions = readdirSync(join(root, "docs/decisions")).map((name) => `docs/decisions/${name}`);
const guides = ["CONTRIBUTING.md", "docs/architecture.md", ...decisions];
const textOf = (file: string) => readFileSync(join(root, file), "utf8");

const folders = "assembly|bench|demo|deploy|docs|host|portal|scripts|test|workshop";
const rooms = readdirSync(join(root, "host"));

test.each(guides)("the files that %s names are there", (guide) => {
  const named = [...textOf(guide).matchAll(/`([\w-]+(?:\/[\w.-]+)+\/?)`/g)].map(([, path]) => path!);
  const meant = named.filter((path) => !/\b[A-Z]{3,}\b/.test(path));
  const ours = meant.filter((path) => new RegExp(`^(${folders})/`).test(path));
  // The architecture names files of the host by their rooms.
  const ofHost = meant.filter((path) => rooms.includes(path.split("/")[0]!) && !ours.includes(path));
  const missing = [
    ...ours.filter((path) => !existsSync(join(root, path))),
    ...ofHost.filter((path) => !existsSync(join(root, "host", path)) && !existsSync(join(root, "assembly", path))),
  ];
  expect(missing).toEqual([]);
});

test.each(guides)("the pages that %s leads to are there", (guide) => {
  const links = [...textOf(guide).matchAll(/\]\(([^)#:]+\.\w+)(?:#[^)]*)?\)/g)].map(([, path]) => path!);
  expect(links.filter((path) => !existsSync(join(root, dirname(guide), path)))).toEqual([]);
});

const documents = readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md"));

test.each(["README.md", ...documents.map((name) => `docs/${name}`)])(
  "the pages and pictures that %s leads to are there",
  (file) => {
    const links = [...textOf(file).matchAll(/\]\((?!https?:)([^)#]+?)(?:#[^)]*)?\)/g)].map(([, path]) => path!);
    expect(links.filter((path) => !existsSync(join(root, dirname(file), path)))).toEqual([]);
    const places = [...textOf(file).matchAll(/\]\(((?!https?:)[^)#]*)#([^)]+)\)/g)].map(([, path, place]) => ({
      ...{ page: path === "" ? file : join(dirname(file), path!), place: place! },
    }));
    expect(places.filter(({ page, place }) => page.endsWith(".md") && !placesIn(page).includes(place))).toEqual([]);
  },
);

/** What links may name after `#`: the headings, as GitHub has them there. */
function placesIn(page: string): readonly string[] {
  const headings = textOf(page)
    .replaceAll(/```.*?```/gs, "")
    .matchAll(/^#+ +(.*)$/gm);
  return [...headings].map(([, heading]) =>
    heading!
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_ -]/gu, "")
      .replaceAll(" ", "-"),
  );
}

test("docs/README.md leads to every document", () => {
  const listed = [...textOf("docs/README.md").matchAll(/\]\(([\w.-]+)(?:#[^)]*)?\)/g)].map(([, path]) => path);
  const missing = documents.filter((name) => name !== "README.md" && !listed.includes(name));
  expect(missing).toEqual([]);
});

test("the commands that CONTRIBUTING names to find out why are zerohop's", () => {
  const [text, commands] = [textOf("CONTRIBUTING.md"), textOf("host/cli/command-table.ts")];
  for (const name of ["policy explain", "policy check", "policy test", "audit"]) {
    expect(text).toContain(name);
    expect(commands).toMatch(new RegExp(`^  "?${name}"?:`, "m"));
  }
});

test("decisions are numbered without a gap, listed, and each says what stood, what was decided and what follows", () => {
  const list = textOf("docs/decisions/README.md");
  const records = decisions.filter((file) => !file.endsWith("README.md")).sort();
  for (const [index, file] of records.entries()) {
    const text = textOf(file);
    expect(text).toMatch(
      new RegExp(
        `^# ${index + 1}\\. .+\\n\\n20\\d\\d-\\d\\d-\\d\\d · (in force|replaced (in part )?by .+)\\n\\n## Context\\n`,
      ),
    );
    expect([...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)).toEqual([
      "Context",
      "Decision",
      "Consequences",
    ]);
    expect(list).toContain(`(${file.split("/").at(-1)})`);
  }
});
