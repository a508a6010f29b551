// Lints assembly/ with the rules of assembly/lint.json. Biome takes AssemblyScript for TypeScript, whose grammar has decorators
// on classes alone, so that it gets a copy in which those of functions and variables are blank lines.
import { spawnSync } from "node:child_process";
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const copy = mkdtempSync(join(tmpdir(), "zerohop-lint-"));

cpSync(join(root, "assembly"), join(copy, "assembly"), { recursive: true });
cpSync(join(root, "assembly", "lint.json"), join(copy, "biome.json"));
for (const path of globSync("assembly/**/*.ts", { cwd: copy })) {
  const file = join(copy, path);
  writeFileSync(file, readFileSync(file, "utf8").replaceAll(/^ *@\w+(\(.*\))?$/gm, ""));
}
const biome = join(root, "node_modules", ".bin", "biome");
const { status } = spawnSync(biome, ["lint", "--error-on-warnings", "."], { cwd: copy, stdio: "inherit" });
rmSync(copy, { recursive: true });
process.exit(status ?? 1);
