// Caddy with the gate inside: built from deploy/caddy-module with the Go of this machine, and kept in .cache/ for as long as its sources
// stay as they are.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { SetupError } from "../setup-error.ts";
import { cache, isAtLeast, type Progress } from "./wheel.ts";

const run = promisify(execFile);
export const moduleFolder = join(import.meta.dirname, "..", "..", "deploy", "caddy-module");

/** What the dependencies in go.mod ask for. */
const oldestGo = [1, 25] as const;

/** The path of a Caddy that has the module. Throws SetupError where there is no Go, or it does not build. */
export async function locateCaddyModule(progress: Progress): Promise<string> {
  const program = join(cache, `caddy-module-${fingerprint()}`, "caddy");
  if (existsSync(program)) return program;
  const go = await findGo();
  mkdirSync(join(program, ".."), { recursive: true });
  progress("building Caddy with the gate inside; the first time takes minutes ...");
  try {
    // A process of its own may be building the same: whoever is done last is there.
    const own = `${program}.${process.pid}`;
    await run(go, ["build", "-trimpath", "-o", own, "./caddy"], { cwd: moduleFolder, maxBuffer: 1 << 26 });
    renameSync(own, program);
  } catch (error) {
    const reason = String((error as { stderr?: string }).stderr ?? error).trim();
    throw new SetupError(`Caddy with the gate inside does not build: ${reason}`);
  }
  return program;
}

function fingerprint(): string {
  const hash = createHash("sha256");
  for (const name of readdirSync(moduleFolder, { recursive: true, encoding: "utf8" }).sort())
    if (/\.go$|^go\.|\.wasm$/.test(name) && !name.endsWith("_test.go"))
      hash.update(`${name}\0`).update(readFileSync(join(moduleFolder, name)));
  return hash.digest("hex").slice(0, 16);
}

/** The path of Go. Throws SetupError where there is none, or too old a one. */
export async function findGo(): Promise<string> {
  for (const go of ["go", "/usr/local/go/bin/go"]) {
    try {
      const { stdout } = await run(go, ["version"]);
      const version = / go(\d+)\.(\d+)/.exec(stdout)?.slice(1).map(Number) ?? [0, 0];
      if (isAtLeast(version, oldestGo)) return go;
    } catch {
      // the next one
    }
  }
  throw new SetupError(
    `Caddy with the gate inside is built by Go ${oldestGo.join(".")} or newer, which is not installed.`,
  );
}
