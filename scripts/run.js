// The one entry behind every npm script. Plain JavaScript, so that any Node from 18 on can start it: it installs the
// pinned dependencies when they are missing or out of date, then hands over to the Node 24 among them.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const installedLock = join(root, "node_modules", ".package-lock.json");
const node = join(root, "node_modules", ".bin", process.platform === "win32" ? "node.cmd" : "node");

const tasks = {
  // Builds what it needs itself, while Envoy is fetched.
  start: ["demo/start.ts"],
  test: ["scripts/build.ts", "scripts/test.ts"],
  build: ["scripts/build.ts"],
  zerohop: ["scripts/build.ts", "dist/host/cli/zerohop.js"],
  pictures: ["scripts/build.ts", "demo/pictures/main.ts"],
  bench: ["scripts/build.ts", "bench/main.ts"],
  fuzz: ["scripts/build.ts", "test/fuzz/main.ts"],
  mutations: ["scripts/build.ts", "test/mutations/main.ts"],
  check: ["scripts/check.ts"],
  format: ["scripts/format.ts"],
  docs: ["scripts/docs.ts"],
  image: ["scripts/build.ts", "scripts/image.ts"],
  release: ["scripts/build.ts", "scripts/release.ts"],
  chart: ["scripts/chart.ts"],
};

const [task, ...args] = process.argv.slice(2);
const steps = tasks[task];
if (!steps) {
  console.error(`run.js: unknown task ${task}; one of ${Object.keys(tasks).join(", ")}`);
  process.exit(2);
}

if (!dependenciesAreCurrent()) installDependencies();
for (const step of steps.slice(0, -1)) {
  const { status } = spawnSync(node, nodeArguments(step), { stdio: "inherit", env: environment() });
  if (status !== 0) process.exit(status ?? 1);
}
handOver(steps.at(-1), args);

/** npm writes node_modules/.package-lock.json last, so it tells both that an install finished and which lock it followed. */
function dependenciesAreCurrent() {
  if (!existsSync(installedLock) || !existsSync(node)) return false;
  const installed = JSON.parse(readFileSync(installedLock, "utf8")).packages;
  const wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
  return Object.entries(wanted).every(
    ([path, entry]) => path === "" || entry.optional || installed[path]?.version === entry.version,
  );
}

function installDependencies() {
  console.error("zerohop: installing dependencies (npm ci), about half a minute ...");
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const { status } = spawnSync(npm, ["ci", "--no-fund", "--no-audit", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", process.stderr, process.stderr],
  });
  if (status === 0 && existsSync(node)) return;
  console.error("zerohop: npm ci failed; its own message is above. Check that the npm registry can be reached.");
  process.exit(1);
}

function nodeArguments(script) {
  return ["--disable-warning=ExperimentalWarning", join(root, script)];
}

function environment(scriptArgs = []) {
  const bin = join(root, "node_modules", ".bin");
  // What V8 has compiled is kept for the next process, in the checkout, which is as much its owner's as the code is. The host does
  // without (host/cli/main.ts).
  const cache = task === "zerohop" && scriptArgs[0] === "serve" ? undefined : join(root, ".cache", "compile");
  return {
    ...(cache && { NODE_COMPILE_CACHE: cache }),
    ...process.env,
    PATH: `${bin}${delimiter}${process.env.PATH ?? ""}`,
  };
}

/** Runs the last step in the caller's working directory, passes signals on and ends as it ends. */
function handOver(script, scriptArgs) {
  const cwd = process.env.INIT_CWD ?? process.cwd();
  const child = spawn(node, [...nodeArguments(script), ...scriptArgs], {
    stdio: "inherit",
    env: environment(scriptArgs),
    cwd,
  });
  // The terminal's Ctrl-C reaches the child by itself; only a signal sent to this process alone has to be passed on.
  process.on("SIGINT", () => {});
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
}
