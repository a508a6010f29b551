// Formats both languages in place.
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const bin = (name: string) => join(root, "node_modules", ".bin", name);
const run = (program: string, ...args: string[]) =>
  spawnSync(bin(program), args, { cwd: root, stdio: "inherit" }).status;

const biome = run("biome", "check", "--write", ".");
const prettier = run("prettier", "--write", "--log-level", "warn", "assembly/**/*.ts", "test/assembly/**/*.ts");
process.exit(biome || prettier || 0);
