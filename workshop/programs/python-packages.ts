// Programs in Python: packages from PyPI, pinned by hash and kept in .cache/, each set in a folder of its own.
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Needed } from "./on-path.ts";
import { cache, findPython } from "./wheel.ts";

export interface PythonPackages {
  /** What they are called together. */
  readonly name: string;
  /** Names the folder: another one has the packages fetched again. */
  readonly version: string;
  /** All that is needed on Python 3.11 or newer, in the form of pip's requirements files, each with its hashes. */
  readonly requirements: string;
}

const remedy = "these tests are skipped without it";
const run = promisify(execFile);

/** The folder of the packages; fetched when there is none. */
export async function pythonPackages(packages: PythonPackages): Promise<Needed> {
  const { name, version } = packages;
  const folder = join(cache, `${name.replaceAll(" ", "-")}-${version}`);
  try {
    if (!existsSync(folder)) await fetchPackages(packages, folder);
    return { name, path: folder };
  } catch (error) {
    console.error((error as Error).message);
    return { name, path: undefined };
  }
}

/** The Python that runs them. Throws SetupError when there is none. */
export function pythonFor(name: string): Promise<string> {
  return findPython({ program: name, remedy });
}

async function fetchPackages({ name, requirements }: PythonPackages, folder: string): Promise<void> {
  const python = await pythonFor(name);
  await run(python, ["-c", `import sys; sys.exit(sys.version_info < (3, 11) and '${name} needs Python 3.11')`]);
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, "python-packages-"));
  try {
    const list = join(work, "requirements.txt");
    writeFileSync(list, requirements);
    const args = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"];
    args.push("--only-binary=:all:", "--target", join(work, "packages"), "--requirement", list);
    await run(python, args);
    // In one step, so that what is found there is always whole; another test may have been quicker.
    if (!existsSync(folder)) renameSync(join(work, "packages"), folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
