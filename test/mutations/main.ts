// `npm run mutations`: makes each mistake of mutations.ts in a copy of the sources, builds the gate from it, and runs the tests of
// decisions against that gate until one fails. Without a mistake all have to pass first. Ends with status 1 when a mistake passes
// them all. A word as argument picks the mistakes whose harm or file has it.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Mutation, mutations } from "./mutations.ts";

const root = join(import.meta.dirname, "..", "..");
const copy = mkdtempSync(join(tmpdir(), "zerohop-mutations-"));
const left = new Set(["node_modules", "build", ".git", ".cache", ".demo"]);
const tests = [
  "basic.test",
  "basic-questions",
  "bundles",
  "client-address",
  "cookies",
  "decisions",
  "identity-headers",
];
tests.push("renewal", "session-cache", "tokens", "verification-budget");
const shells = {
  envoy: {
    entry: "assembly/proxy-wasm/envoy/index.ts",
    output: "build/gate.wasm",
    // What several callbacks share is looked at from within.
    files: [...tests.map((test) => `test/gate/${test}`), "test/assembly/core/session/cache.as.test"],
  },
  nginx: {
    entry: "assembly/proxy-wasm/nginx/index.ts",
    output: "build/gate.nginx.wasm",
    files: ["test/gate/nginx/gate.test"],
  },
};

cpSync(root, copy, { recursive: true, filter: (path) => !left.has(path.slice(root.length + 1)) });
symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
// The tests of one module may look at the others too.
cpSync(join(root, "build"), join(copy, "build"), { recursive: true });

/** As asconfig.json has them, but for what only makes the gate small and quick. */
const options = ["--runtime", "minimal", "--use", "abort=", "--noAssert"];

const bin = (name: string) => join(root, "node_modules", ".bin", name);
const run = (program: string, args: readonly string[]) =>
  spawnSync(bin(program), args, { cwd: copy, encoding: "utf8", env: { ...process.env, NO_COLOR: "1" } });

/** The first test that fails with what the copy has; null when none does. */
function failureOf(shell: keyof typeof shells): string | null {
  const { entry, output, files } = shells[shell];
  const transform = join(copy, "scripts", "text-literals.js");
  const { status, stderr } = run("asc", [entry, "--outFile", output, ...options, "--transform", transform]);
  if (status !== 0) throw new Error(`it does not compile\n${stderr}`);
  const projects = ["contract", "assembly"].map((name) => `--project=${name}`);
  const tested = run("vitest", ["run", ...projects, "--bail=1", "--testTimeout=240000", ...files]);
  if (tested.status === 0) return null;
  const failure = `${tested.stdout}${tested.stderr}`.match(/FAIL +(.*)/)?.[1];
  if (failure === undefined) throw new Error(`the tests do not run\n${tested.stdout}${tested.stderr}`);
  return failure;
}

const shellOf = ({ shell }: Mutation): keyof typeof shells => shell ?? "envoy";

/** The first test that fails with the mistake; null when none does. */
function killerOf(mutation: Mutation): string | null {
  const path = join(copy, "assembly", "core", mutation.file);
  const source = readFileSync(path, "utf8");
  if (source.split(mutation.find).length !== 2)
    throw new Error(`${mutation.file} does not have once: ${mutation.find}`);
  writeFileSync(
    path,
    source.replace(mutation.find, () => mutation.replace),
  );
  try {
    return failureOf(shellOf(mutation));
  } finally {
    writeFileSync(path, source);
  }
}

const word = process.argv[2] ?? "";
const picked = mutations.filter(({ harm, file }) => `${file} ${harm}`.includes(word));
let survivors = 0;
try {
  for (const shell of new Set(picked.map(shellOf))) {
    const failure = failureOf(shell);
    if (failure !== null) throw new Error(`fails without a mistake, so that no failure tells of one: ${failure}`);
  }
  for (const mutation of picked) {
    const killer = killerOf(mutation);
    if (killer === null) survivors++;
    console.log(`${killer === null ? "PASSES" : "fails "}  ${mutation.file}: ${mutation.harm}`);
    if (killer !== null) console.log(`          ${killer}`);
  }
} finally {
  rmSync(copy, { recursive: true });
}
process.exit(survivors === 0 ? 0 : 1);
