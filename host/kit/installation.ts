// Where this Zerohop lies, and which one it is: a checkout, or the npm package, whose dist/ has host/ and portal/ as JavaScript.
// build/, deploy/ and docs/ are in the root of both.
import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { dirname, join } from "node:path";

const manifest = findPackageJSON(import.meta.url)!;

/** A path of the installation, from the words that lead to it from its root: `installed("build", "core.wasm")`. */
export function installed(...path: readonly string[]): string {
  return join(dirname(manifest), ...path);
}

/** By SemVer. */
export function version(): string {
  return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
}
