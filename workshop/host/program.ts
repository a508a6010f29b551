// Zerohop's host as a program of its own, from this checkout.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { isListening } from "../processes/ports.ts";
import { type Program, startProgram } from "../processes/program.ts";
import { SetupError } from "../setup-error.ts";

const cli = join(import.meta.dirname, "..", "..", "host", "cli", "main.ts");
const nodeOptions = ["--disable-warning=ExperimentalWarning"];

/** `zerohop serve`, with its output in the file `log`. */
export function startHost(config: string, log: string): Program {
  return startProgram("The host", process.execPath, [...nodeOptions, cli, "serve", "--config", config], log);
}

/** `zerohop bundle watch`, with what `gate config` printed in the file `gate`. */
export function startBundleWatch(gate: string, output: string, hostUrl: string, log: string): Program {
  const args = [...nodeOptions, cli, "bundle", "watch", "--gate", gate, "--output", output, "--url", hostUrl];
  return startProgram("The bundle watch", process.execPath, args, log);
}

/** Waits until the host listens on its port, so that a gate's first call finds it. Throws SetupError when it ends instead. */
export async function hostListens(host: Program, port: number): Promise<void> {
  while (!(await isListening(port))) {
    const end = await Promise.race([sleep(50), host.ended]);
    if (end) throw new SetupError(end);
  }
}

/** `zerohop gate config`: the gate's plugin configuration, with an edge token minted for it. JSON text. */
export async function gateConfig(config: string, options: readonly string[] = []): Promise<string> {
  try {
    const args = [...nodeOptions, cli, "gate", "config", "--config", config, ...options];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    return stdout.trim();
  } catch (error) {
    throw new SetupError(`zerohop gate config failed: ${(error as { stderr?: string }).stderr?.trim() ?? error}`);
  }
}
