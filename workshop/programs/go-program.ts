// Programs that are on no registry but the Go module proxy: built from their modules by the Go of this machine, whose checksum database
// vouches for the sources, and kept in .cache/ by their versions. A build takes minutes, so it is one that somebody asks for.
import { execFile } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { SetupError } from "../setup-error.ts";
import { findGo } from "./caddy-module.ts";
import { cache, type Progress } from "./wheel.ts";

const run = promisify(execFile);

export interface GoModule {
  readonly path: string;
  readonly version: string;
}

export interface GoProgram {
  readonly name: string;
  readonly module: GoModule;
  /** The package of the program, below the module; or the file of one that uses the module. */
  readonly package: string | { readonly file: string };
  /** Modules that the program's own go.mod has in its folder, and the proxy by a version. */
  readonly replaced?: readonly GoModule[];
  /** Variables that are set by the linker. */
  readonly variables?: Readonly<Record<string, string>>;
  /** How long a build takes on two cores. */
  readonly minutes: number;
}

/** Whether what takes minutes to build is built where it is missing. */
export const isBuildWanted = process.env.ZEROHOP_KUBERNETES === "1";

const environment = { ...process.env, GOFLAGS: "-mod=mod", GOWORK: "off" };

/** The path of a program. Throws SetupError where it is not there and nobody asked for it, or does not build. */
export async function locateGoProgram(program: GoProgram, progress: Progress): Promise<string> {
  const { name, module, minutes } = program;
  const folder = join(cache, `${name}-${module.version}`);
  const file = join(folder, name);
  if (existsSync(file)) return file;
  if (!isBuildWanted) throw new SetupError(`${name} ${module.version} is not built; ZEROHOP_KUBERNETES=1 has it built`);
  const go = await findGo();
  mkdirSync(folder, { recursive: true });
  progress(`building ${name} ${module.version}, about ${minutes} minutes ...`);
  const source = mkdtempSync(join(folder, "source-"));
  try {
    writeFileSync(join(source, "go.mod"), moduleFile(program));
    const variables = Object.entries(program.variables ?? {}).map(([key, value]) => `-X ${key}=${value}`);
    const built = join(source, name);
    const args = ["build", "-trimpath", "-ldflags", ["-s -w", ...variables].join(" "), "-o", built];
    const isOurs = typeof program.package === "object";
    if (isOurs) copyFileSync(program.package.file, join(source, "main.go"));
    await run(go, [...args, isOurs ? "." : `${module.path}/${program.package}`], {
      cwd: source,
      env: environment,
      maxBuffer: 1 << 26,
    });
    renameSync(built, file);
  } catch (error) {
    const reason = String((error as { stderr?: string }).stderr ?? error).trim();
    throw new SetupError(`${name} ${module.version} does not build: ${reason.split("\n").slice(-5).join("\n")}`);
  } finally {
    rmSync(source, { recursive: true, force: true });
  }
  return file;
}

function moduleFile({ module, package: from, replaced = [] }: GoProgram): string {
  return [
    "module zerohop.test/program",
    // From this version on Go looks at no more modules than a program imports.
    ...(typeof from === "object" ? ["go 1.25"] : []),
    `require ${module.path} ${module.version}`,
    ...replaced.map(({ path, version }) => `replace ${path} => ${path} ${version}`),
    "",
  ].join("\n");
}

/** The folder of a module's sources, which is fetched where it is missing. Throws SetupError. */
export async function moduleFolderOf({ path, version }: GoModule): Promise<string> {
  try {
    const { stdout } = await run(await findGo(), ["mod", "download", "-json", `${path}@${version}`], {
      env: environment,
    });
    return (JSON.parse(stdout) as { Dir: string }).Dir;
  } catch (error) {
    const reason = String((error as { stdout?: string }).stdout ?? error).trim();
    throw new SetupError(`the Go module ${path} ${version} cannot be fetched: ${reason}`);
  }
}
