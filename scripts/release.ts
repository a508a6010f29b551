// `npm run release`: lays into artefacts/release what a release consists of: the npm package, the gates, bills of materials, the changelog's
// words about it, and SHA256SUMS over all that is downloaded. Publishes nothing; .github/workflows/release.yml does.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { version } from "../host/kit/installation.ts";
import { notesOf } from "./changelog.ts";

const root = join(import.meta.dirname, "..");
const folder = join(root, "artefacts", "release");

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
npm(root, "pack", "--pack-destination", folder);
for (const gate of ["gate.wasm", "gate.nginx.wasm", "plugin.wasm"])
  copyFileSync(join(root, "build", gate), join(folder, gate));
const installed = withoutTools();
for (const format of ["spdx", "cyclonedx"])
  write(`sbom.${format}.json`, npm(installed, "sbom", "--package-lock-only", `--sbom-format=${format}`));
rmSync(installed, { recursive: true });
const sums = readdirSync(folder).map((name) => `${sha256(join(folder, name))}  ${name}\n`);
write("SHA256SUMS", sums.join(""));
write("NOTES.md", notesOf(readFileSync(join(root, "CHANGELOG.md"), "utf8"), version()));
console.log(`zerohop ${version()} is in ${folder}`);

/**
 * A folder whose lock file has what is installed with the package, and no tool of this checkout. `npm sbom --omit=dev` would leave out
 * whatever a tool needs as well.
 */
function withoutTools(): string {
  const copy = mkdtempSync(join(tmpdir(), "zerohop-sbom-"));
  const { devDependencies: _, ...manifest } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  delete lock.packages[""].devDependencies;
  const kept = Object.entries<{ readonly dev?: boolean }>(lock.packages).filter(([, { dev }]) => !dev);
  writeFileSync(join(copy, "package.json"), JSON.stringify(manifest));
  writeFileSync(join(copy, "package-lock.json"), JSON.stringify({ ...lock, packages: Object.fromEntries(kept) }));
  return copy;
}

function npm(cwd: string, ...args: readonly string[]): string {
  const { status, stdout } = spawnSync("npm", args, {
    ...{ cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] },
  });
  if (status !== 0) process.exit(status ?? 1);
  return stdout;
}

function write(name: string, text: string): void {
  writeFileSync(join(folder, name), text);
}

function sha256(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}
