// Zerohop's host and its command line as programs of their own, from this checkout or from a package that was installed.
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { isListening } from "../processes/ports.ts";
import { type Program, startProgram } from "../processes/program.ts";
import { SetupError } from "../setup-error.ts";
import { until } from "../waiting.ts";

/** The words that start a `zerohop`, arguments not included. */
export type Zerohop = readonly [string, ...string[]];

export const fromCheckout: Zerohop = [
  process.execPath,
  "--disable-warning=ExperimentalWarning",
  join(import.meta.dirname, "..", "..", "host", "cli", "main.ts"),
];

/** What `npm run build` made of it: as the package has it, and as operators run it. */
const built: Zerohop = [process.execPath, join(import.meta.dirname, "..", "..", "dist", "host", "cli", "zerohop.js")];

export interface Run {
  readonly input?: string;
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly zerohop?: Zerohop | undefined;
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts `zerohop` with these arguments, for who reads and writes its streams. */
export function spawnZerohop(
  args: readonly string[],
  { cwd, environment = {}, zerohop: [program, ...words] = fromCheckout }: Run = {},
): ChildProcessByStdio<Writable, Readable, Readable> {
  return spawn(program, [...words, ...args], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, ...environment },
    ...(cwd !== undefined && { cwd }),
  });
}

/** Runs a command to its end. */
export async function zerohop(args: readonly string[], run: Run = {}): Promise<Ended> {
  const child = spawnZerohop(args, run);
  child.stdin.end(run.input ?? "");
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, stdout, stderr };
}

/** `zerohop gate config`: the gate's plugin configuration, with an edge token minted for it. JSON text. */
export async function gateConfig(config: string, options: readonly string[] = [], run: Run = {}): Promise<string> {
  const { code, stdout, stderr } = await zerohop(["gate", "config", "--config", config, ...options], run);
  if (code !== 0) throw new SetupError(`zerohop gate config failed: ${stderr.trim()}`);
  return stdout.trim();
}

/** `zerohop serve`, with its output in the file `log`. */
export function startHost(config: string, log: string, [program, ...words] = built): Program {
  // Without the cache of the checkout's commands, as it runs elsewhere.
  const args = ["-u", "NODE_COMPILE_CACHE", program, ...words, "serve", "--config", config];
  return startProgram("The host", "env", args, log);
}

/** `zerohop bundle watch`, with what `gate config` printed in the file `gate`. */
export function startBundleWatch(gate: string, output: string, hostUrl: string, log: string): Program {
  const [program, ...words] = fromCheckout;
  const args = [...words, "bundle", "watch", "--gate", gate, "--output", output, "--url", hostUrl];
  return startProgram("The bundle watch", program, args, log);
}

/** Waits until the host listens on its port, so that a gate's first call finds it. Throws SetupError when it ends instead. */
export function hostListens(host: Program, port: number): Promise<true> {
  return until(() => isListening(port), { running: [host], patience: 60_000 });
}
