// `npm test`: the static checks, then every test. What needs a program that is missing is skipped with its name, and
// fails instead when CI=true (workshop/programs/needed.ts). Arguments name kinds of tests (scripts/test-projects.ts) or go to vitest:
// `npm test -- unit contract`, `npm test -- test/host`.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { kinds } from "./test-projects.ts";

const root = join(import.meta.dirname, "..");
const args = process.argv.slice(2);
const run = (program: string, programArgs: string[]) => {
  const { status } = spawnSync(program, programArgs, { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
};

if (args.length === 0) run("node", [join(root, "scripts", "check.ts")]);
const vitestArgs = args.flatMap((arg) => kinds[arg]?.map((project) => `--project=${project}`) ?? [arg]);
run(join(root, "node_modules", ".bin", "vitest"), ["run", ...vitestArgs]);
