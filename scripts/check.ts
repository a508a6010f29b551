// The static checks: formatter and linter for both languages, the type checker, and what is taken from others.
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const bin = (name: string) => join(root, "node_modules", ".bin", name);
const checks: readonly (readonly [string, ...string[]])[] = [
  ["biome", "check", "--error-on-warnings", "."],
  ["prettier", "--check", "--log-level", "warn", "assembly/**/*.ts", "test/assembly/**/*.ts"],
  ["tsc", "--project", "tsconfig.json"],
  ["tsc", "--project", "portal/tsconfig.json"],
  ["tsc", "--project", "assembly/tsconfig.json"],
];

let failed = false;
const run = (program: string, args: readonly string[]) => {
  const { status } = spawnSync(program, args, { cwd: root, stdio: "inherit" });
  if (status !== 0) failed = true;
};
for (const [program, ...args] of checks) run(bin(program), args);
for (const script of ["lint-assembly.ts", "check-imports.ts", "check-pins.ts", "check-changelog.ts"])
  run(process.execPath, [join(root, "scripts", script)]);
run(process.execPath, [join(root, "scripts", "docs.ts"), "--check"]);
process.exit(failed ? 1 : 0);
