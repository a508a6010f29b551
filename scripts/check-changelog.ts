// Fails when CHANGELOG.md and package.json do not agree (changelog.ts). With a tag, as in `check-changelog.ts v1.2.3`, also when that tag
// is not to be released.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { version } from "../host/kit/installation.ts";
import { changelogProblems, releaseProblems } from "./changelog.ts";

const root = join(import.meta.dirname, "..");
const text = readFileSync(join(root, "CHANGELOG.md"), "utf8");
const [tag] = process.argv.slice(2);

const problems = [
  ...changelogProblems("CHANGELOG.md", text, version()),
  ...(tag === undefined ? [] : releaseProblems("CHANGELOG.md", text, version(), tag)),
];
for (const problem of problems) console.error(problem);
process.exit(problems.length > 0 ? 1 : 0);
