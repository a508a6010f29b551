// Reads what a changed config says to a host that runs.
import { statSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { filesOf } from "../../kit/config/layers.ts";
import type { LogLevel } from "../../kit/log.ts";
import { InvalidFileError, type Problem } from "../../kit/yaml/problem.ts";
import { type ConfigSource, type LoadedConfig, loadConfig } from "../config/load.ts";
import type { Setting } from "../config/settings.ts";

export interface ReadConfig {
  readonly settings: readonly Setting[];
  readonly logLevel: LogLevel;
  /** The access_control section. */
  readonly accessControl: unknown;
  readonly warnings: readonly Problem[];
}

/** What the thread that reads is given, and what it says: what a config says, or what is wrong with it. */
export type Reading = Pick<ConfigSource, "names" | "environment">;
export type ReadingResult = { readonly read: ReadConfig } | { readonly problems: readonly Problem[] };

/** What is shorter is read before a thread would have started; ten thousand rules, 900 kB, take half a second. Bytes. */
const longestAtOnce = 32 * 1024;

/** Reads a config, in a thread that ends with it where it is long. Throws InvalidFileError. */
export async function readConfig({ names, environment, more }: ConfigSource): Promise<ReadConfig> {
  // Sections of others are made of functions, which no thread can be given.
  if (sizeOf(names) <= longestAtOnce || Object.keys(more).length > 0)
    return saidBy(loadConfig(names, environment, more));
  const result = await inThread({ names, environment: { ...environment } });
  if ("problems" in result) throw new InvalidFileError(result.problems);
  return result.read;
}

export function saidBy({ settings, config, policy, warnings }: LoadedConfig): ReadConfig {
  return { settings, logLevel: config.log.level, accessControl: policy.section, warnings };
}

function inThread(reading: Reading): Promise<ReadingResult> {
  const { promise, resolve, reject } = Promise.withResolvers<ReadingResult>();
  const worker = new Worker(new URL("./read-config-thread.ts", import.meta.url), { workerData: reading });
  // A host that stops meanwhile does not wait for it.
  worker.unref();
  worker.once("message", resolve);
  worker.once("error", reject);
  worker.once("exit", () => reject(new Error("the thread that reads the config ended without an answer")));
  return promise;
}

/** The size of files in bytes; 0 where it cannot be known, which whoever reads them says better. */
function sizeOf(names: readonly string[]): number {
  try {
    return filesOf(names).reduce((size, file) => size + statSync(file).size, 0);
  } catch {
    return 0;
  }
}
