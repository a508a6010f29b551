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

interface Manifest {
  readonly version: string;
  /** Where the package was released; absent in a checkout. */
  readonly repository?: { readonly url: string };
}

/** By SemVer. */
export function version(): string {
  return readManifest().version;
}

/** The container image of this version: the one that was released with it, or what `npm run image` names. */
export function image(): string {
  const { version, repository } = readManifest();
  const [, name] = /github\.com\/([\w.-]+\/[\w.-]+?)(?:\.git)?$/.exec(repository?.url ?? "") ?? [];
  return `${name === undefined ? "localhost/zerohop" : `ghcr.io/${name.toLowerCase()}`}:${version}`;
}

function readManifest(): Manifest {
  return JSON.parse(readFileSync(manifest, "utf8")) as Manifest;
}
