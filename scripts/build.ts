// Builds what is older than its sources, as much at a time as the machine has cores: the WebAssembly modules with asc, the portal's scripts and
// styles with esbuild, the plugin for Traefik as a folder, and the host as JavaScript. Arguments name outputs: `build.ts gate core portal`.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");

/** asc looks a relative path up among packages, so it gets an absolute one. */
const textLiterals = join(root, "scripts", "text-literals.js");

interface Target {
  readonly output: string;
  readonly sources: readonly string[];
  readonly command: readonly string[];
  /** The target that has to be built before, by its name. */
  readonly after?: string;
}

const wasm = (name: string, entry: string): Target => ({
  output: `build/${name}.wasm`,
  sources: ["assembly", "asconfig.json", "scripts/text-literals.js"],
  command: [join("node_modules", ".bin", "asc"), entry, "--target", name, "--transform", textLiterals],
});

/** By name. The one that takes longest comes first. */
const targets: Readonly<Record<string, Target>> = {
  gate: wasm("gate", "assembly/proxy-wasm/envoy/index.ts"),
  core: wasm("core", "assembly/embedded/index.ts"),
  portal: {
    output: "build/portal/portal.css",
    sources: ["portal/styles", "portal/client", "scripts/build-portal.ts"],
    command: ["node", join("scripts", "build-portal.ts")],
  },
  "gate.nginx": wasm("gate.nginx", "assembly/proxy-wasm/nginx/index.ts"),
  plugin: wasm("plugin", "assembly/http-wasm/index.ts"),
  "caddy-module": {
    output: "deploy/caddy-module/gate.wasm",
    sources: ["build/gate.wasm"],
    command: ["cp", "build/gate.wasm", "deploy/caddy-module/gate.wasm"],
    after: "gate",
  },
  "traefik-plugin": {
    output: "build/traefik-plugin/plugin.wasm",
    sources: ["build/plugin.wasm", "deploy/traefik-plugin/.traefik.yml", "scripts/pack-traefik-plugin.ts"],
    command: ["node", join("scripts", "pack-traefik-plugin.ts")],
    after: "plugin",
  },
  dist: {
    output: "dist/host/cli/zerohop.js",
    sources: ["host", "portal/languages", "portal/pages", "portal/mails", "scripts/transpile.ts"],
    command: ["node", join("scripts", "transpile.ts")],
  },
};

const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(targets);
mkdirSync(join(root, "build"), { recursive: true });
await build(wanted);

/** Builds the targets in order, several at a time. Ends the process with the code of one that fails. */
async function build(names: readonly string[]): Promise<void> {
  const waiting = [...names];
  const built = new Map<string, Promise<void>>();
  const worker = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const target = targets[name];
      if (!target) throw new Error(`build.ts: there is no ${name}; one of ${Object.keys(targets).join(", ")}`);
      const before = target.after === undefined ? undefined : built.get(target.after);
      const done = Promise.resolve(before).then(() => make(target));
      built.set(name, done);
      await done;
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}

async function make(target: Target): Promise<void> {
  if (isCurrent(target)) return;
  console.error(`zerohop: building ${target.output} ...`);
  const [program, ...args] = target.command;
  const child = spawn(program!, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  const status = await new Promise<number | null>((resolve, reject) =>
    child.once("error", reject).once("exit", resolve),
  );
  if (status !== 0) process.exit(status ?? 1);
}

function isCurrent(target: Target): boolean {
  const output = join(root, target.output);
  return existsSync(output) && target.sources.every((source) => newest(join(root, source)) <= statSync(output).mtimeMs);
}

/** The latest modification time under a path, in milliseconds. */
function newest(path: string): number {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}
