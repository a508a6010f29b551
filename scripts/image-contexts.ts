// What the container images are built of: the npm package, installed with the versions of package-lock.json and without what no program reads,
// and the gate by the name that Istio and Envoy Gateway look for.
import { spawnSync } from "node:child_process";
import { copyFileSync, globSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");

/** Lays out `folder` and `folder`/gate, each with its Containerfile. What was there goes. Ends the process when npm or tar fails. */
export function layOutImages(folder: string): { readonly version: string } {
  const zerohop = join(folder, "zerohop");
  rmSync(folder, { recursive: true, force: true });
  // What anybody may read, whatever this process's user keeps to themselves: the image's user is not the files' owner.
  const mask = process.umask(0o022);
  try {
    mkdirSync(zerohop, { recursive: true });
    for (const file of ["package.json", "package-lock.json", ".npmrc"])
      copyFileSync(join(root, file), join(zerohop, file));
    run("npm", ["ci", "--omit=dev", "--ignore-scripts", "--prefer-offline", "--loglevel=error"], zerohop);
    const { version } = JSON.parse(readFileSync(join(zerohop, "package.json"), "utf8")) as { readonly version: string };
    run("npm", ["pack", "--loglevel=error", "--pack-destination", folder], root);
    const archive = join(folder, `zerohop-${version}.tgz`);
    run("tar", ["--extract", "--no-same-owner", "--strip-components=1", "--file", archive], zerohop);
    for (const file of [".npmrc", "package-lock.json", "node_modules/.package-lock.json", "node_modules/.bin"])
      rmSync(join(zerohop, file), { recursive: true });
    for (const file of globSync("node_modules/**/*.{ts,cts,mts,map}", { cwd: zerohop }))
      rmSync(join(zerohop, file), { recursive: true });
    rmSync(archive);
    copyFileSync(join(root, "deploy/container/Containerfile"), join(folder, "Containerfile"));

    mkdirSync(join(folder, "gate"));
    copyFileSync(join(zerohop, "build/gate.wasm"), join(folder, "gate", "plugin.wasm"));
    copyFileSync(join(root, "deploy/container/Containerfile.gate"), join(folder, "gate", "Containerfile"));
    return { version };
  } finally {
    process.umask(mask);
  }
}

function run(program: string, args: readonly string[], cwd: string): void {
  const { status } = spawnSync(program, args, { cwd, stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0) process.exit(status ?? 1);
}
