// Builds what is older than its sources: the WebAssembly modules with asc, the portal's scripts and styles with esbuild,
// and the plugin for Traefik as a folder.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");

/** asc looks a relative path up among packages, so it gets an absolute one. */
const textLiterals = join(root, "scripts", "text-literals.js");

interface Target {
  readonly output: string;
  readonly sources: readonly string[];
  readonly command: readonly string[];
}

const wasm = (name: string, entry: string): Target => ({
  output: `build/${name}.wasm`,
  sources: ["assembly", "asconfig.json", "scripts/text-literals.js"],
  command: [join("node_modules", ".bin", "asc"), entry, "--target", name, "--transform", textLiterals],
});

const targets: readonly Target[] = [
  {
    output: "build/portal/portal.css",
    sources: ["portal/styles", "portal/client", "portal/build.ts"],
    command: ["node", join("portal", "build.ts")],
  },
  wasm("gate", "assembly/proxy-wasm/envoy/index.ts"),
  {
    output: "deploy/caddy-module/gate.wasm",
    sources: ["build/gate.wasm"],
    command: ["cp", "build/gate.wasm", "deploy/caddy-module/gate.wasm"],
  },
  wasm("gate.nginx", "assembly/proxy-wasm/nginx/index.ts"),
  wasm("plugin", "assembly/http-wasm/index.ts"),
  wasm("core", "assembly/embedded/index.ts"),
  {
    output: "build/traefik-plugin/plugin.wasm",
    sources: ["build/plugin.wasm", "deploy/traefik-plugin/.traefik.yml", "scripts/pack-traefik-plugin.ts"],
    command: ["node", join("scripts", "pack-traefik-plugin.ts")],
  },
];

mkdirSync(join(root, "build"), { recursive: true });
for (const target of targets) {
  if (isCurrent(target)) continue;
  console.error(`zerohop: building ${target.output} ...`);
  const [program, ...args] = target.command;
  const { status } = spawnSync(program!, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
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
