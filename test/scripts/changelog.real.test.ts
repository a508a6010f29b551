// CHANGELOG.md, package.json and a release's tag agree.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { changelogProblems, notesOf, releaseProblems } from "../../scripts/changelog.ts";

const root = join(import.meta.dirname, "../..");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };

const log = (...entries: readonly string[]) => ["# Changelog", "", ...entries].join("\n");
const entry = (heading: string, kind = "Added") => `## ${heading}\n\n### ${kind}\n\n- What of ${heading}.\n`;
const unreleased = entry("[Unreleased]");
const [second, first] = [entry("[0.2.0] - 2026-12-24"), entry("[0.1.0] - 2026-11-30")];
const problems = (text: string, of = "0.2.0") => changelogProblems("C", text, of);

describe("a changelog", () => {
  test.each([
    ["without a release yet", log(unreleased)],
    ["with the package's version at its head", log(second, first)],
    ["with what is to come above that", log(unreleased, second, first)],
    ["with a release candidate", log(second, entry("[0.2.0-rc.10] - 2026-12-24"), entry("[0.2.0-rc.9] - 2026-12-23"))],
  ])("%s is in order", (_, text) => expect(problems(text)).toEqual([]));

  test.each([
    ["has no heading", log("Nothing."), `C:1: there is neither "## [Unreleased]" nor a version`],
    ["has another version at its head", log(first), "C:3: the newest version is 0.1.0, and package.json's is 0.2.0"],
    ["goes down", log(second, entry("[0.10.0] - 2026-11-30")), "C:9: 0.10.0 is no older than 0.2.0 above it"],
    ["goes back in time", log(second, entry("[0.1.0] - 2027-01-01")), "C:9: 0.1.0 is no older than 0.2.0 above it"],
    ["says nothing of a version", log("## [0.2.0] - 2026-12-24\n"), "C:3: nothing is said of 0.2.0"],
    [
      "has its own kind of change",
      log(entry("[Unreleased]", "News")),
      expect.stringMatching(/^C:3: "### News" is none of /),
    ],
    ...["[0.2] - 2026-12-24", "[0.2.0]", "0.2.0 - 2026-12-24", "[0.2.0] - 24.12.2026", "[0.2.0] - 2026-13-01"].map(
      (heading) =>
        [
          `has the heading ${heading}`,
          log(unreleased, entry(heading)),
          expect.stringMatching(/^C:9: a heading is/),
        ] as const,
    ),
    ["has what is to come below", log(second, unreleased), expect.stringMatching(/^C:9: a heading is /)],
  ] as const)("that %s is complained of", (_, text, problem) => expect(problems(text)).toContainEqual(problem));
});

describe("a tag", () => {
  const of = (text: string, tag = "v0.2.0") => releaseProblems("C", text, "0.2.0", tag);
  test("is released when it is the version, and the changelog has that at its head", () => {
    expect([of(log(second, first)), of(log("## [Unreleased]\n", second))]).toEqual([[], []]);
  });

  test("is not released when it is another version's, or changes are not below the version", () => {
    expect(of(log(second), "v0.1.0")).toEqual(["package.json: the tag is v0.1.0, and the version 0.2.0"]);
    const [where] = of(log(unreleased, second));
    expect(where).toBe('C:3: what is released stands below "## [0.2.0] - DATE"');
  });
});

test("the notes of a release are what the changelog says of it", () => {
  expect(notesOf(log(unreleased, second, first), "0.1.0")).toBe("### Added\n\n- What of [0.1.0] - 2026-11-30.");
});

test("the project's own changelog is in order, and no other tag than its version's is released", async () => {
  const check = (...args: readonly string[]) =>
    promisify(execFile)(process.execPath, [join(root, "scripts/check-changelog.ts"), ...args]);
  await check();
  await expect(check(`v${version}.1`)).rejects.toMatchObject({ stderr: expect.stringContaining("the tag is") });
});
