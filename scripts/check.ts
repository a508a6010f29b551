// The static checks: formatter and linter for both languages, and the type checker.
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const bin = (name: string) => join(root, "node_modules", ".bin", name);
const checks: readonly (readonly [string, ...string[]])[] = [
  ["biome", "check", "--error-on-warnings", "."],
  ["prettier", "--check", "--log-level", "warn", "assembly/**/*.ts", "test/assembly/**/*.ts"],
  ["tsc", "--project", "tsconfig.json"],
  ["tsc", "--project", "portal/tsconfig.json"],
];

let failed = false;
for (const [program, ...args] of checks) {
  const { status } = spawnSync(bin(program), args, { cwd: root, stdio: "inherit" });
  if (status !== 0) failed = true;
}
process.exit(failed ? 1 : 0);
