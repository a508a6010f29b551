// Opens what commands work on: the config, and the database that a running host may be using at the same time.
import { userInfo } from "node:os";
import { type LoadedConfig, loadConfig } from "../app/config/load.ts";
import { systemClock } from "../kit/clock.ts";
import { openDatabase } from "../kit/sql/open.ts";
import type { Operator } from "../operations/operator.ts";
import type { ConfigArguments } from "./command.ts";

/** The config that --config names. Throws InvalidFileError. */
export function openConfig(args: ConfigArguments): LoadedConfig {
  return loadConfig(args.options.config, process.env);
}

type AsOperator<T> = (operator: Operator, config: LoadedConfig["config"]) => Promise<T>;

/** Runs something as the operator who calls the command, with the database of the config that --config names. */
export function asOperator<T>(args: ConfigArguments, run: AsOperator<T>): Promise<T> {
  return asOperatorOf(args.options.config, run);
}

/** The same with the config of these files and folders. */
export async function asOperatorOf<T>(names: readonly string[], run: AsOperator<T>): Promise<T> {
  const { config } = loadConfig(names, process.env);
  const database = await openDatabase(config.storage);
  try {
    return await run({ name: operatorName(), config, database, clock: systemClock }, config);
  } finally {
    await database.close();
  }
}

/** A container's user may have a number only. */
function operatorName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.()}`;
  }
}
