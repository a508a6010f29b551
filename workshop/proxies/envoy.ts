// Envoy as a program, run with a rendered configuration.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Program, startProgram } from "../processes/program.ts";

/** Writes `config` (YAML) to envoy.yaml in `folder` and runs Envoy with it; its log and access log go to envoy.log. */
export function startEnvoy(
  binary: string,
  config: string,
  folder: string,
  args: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): Program {
  const file = join(folder, "envoy.yaml");
  writeFileSync(file, config, { mode: 0o600 });
  // Hot restart would make every Envoy on the machine share one region of memory.
  const options = ["--disable-hot-restart", "--log-level", "warning", "--component-log-level", "wasm:info", ...args];
  return startProgram(
    "Envoy",
    binary,
    ["--config-path", file, ...options],
    join(folder, "envoy.log"),
    undefined,
    environment,
  );
}
