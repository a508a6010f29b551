// Fails when a package of the lock file, a base image under deploy/ or an action of a workflow is not pinned by content (pins.ts).
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { unpinnedActions, unpinnedImages, unpinnedPackages } from "./pins.ts";

const root = join(import.meta.dirname, "..");
const read = (file: string) => readFileSync(join(root, file), "utf8");

const problems = [
  ...unpinnedPackages("package-lock.json", read("package-lock.json")),
  ...globSync("deploy/**/Containerfile*", { cwd: root }).flatMap((file) => unpinnedImages(file, read(file))),
  ...globSync(".github/workflows/*.yml", { cwd: root }).flatMap((file) => unpinnedActions(file, read(file))),
];
for (const problem of problems) console.error(problem);
process.exit(problems.length > 0 ? 1 : 0);
