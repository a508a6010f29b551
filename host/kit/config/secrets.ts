// Secrets from files and the environment: `KEY_file` beside any secret KEY, or ZEROHOP_PATH and ZEROHOP_PATH_FILE.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Key, Mistake } from "../yaml/schema.ts";
import { isMapping, type Mapping } from "./mapping.ts";
import type { Origin, Report } from "./report.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** The environment variable of a secret: ZEROHOP_ and its path, upper case, joined by underscores. */
export function environmentName(key: Key): string {
  return `ZEROHOP_${key.path.join("_").toUpperCase()}`;
}

/** Puts the secrets, wherever they come from, in their places in `config`. Files are relative to `folder`. */
export function readSecrets(
  config: Mapping,
  keys: readonly Key[],
  folder: string,
  environment: Environment,
  report: Report,
): void {
  for (const key of keys) {
    if (!key.secret) continue;
    const [source, other] = takeSources(config, key, folder, environment);
    if (!source) continue;
    report.setOrigin(key.path, source.origin);
    if (other) report.add(key.path, `is given twice: by ${source.name} and by ${other.name}`);
    try {
      setAt(config, key.path, source.read());
    } catch (error) {
      if (!(error instanceof Mistake)) throw error;
      report.add(key.path, error.message);
    }
  }
}

interface Source {
  readonly name: string;
  readonly origin: Origin;
  read(): unknown;
}

function takeSources(config: Mapping, key: Key, folder: string, environment: Environment): Source[] {
  const parentPath = key.path.slice(0, -1);
  const parent = mappingAt(config, parentPath) ?? {};
  const name = key.path.at(-1)!;
  const fileName = `${name}_file`;
  const variable = environmentName(key);
  const sources: Source[] = [];

  const value = parent[name];
  if (value !== undefined) sources.push({ name, origin: {}, read: () => value });

  const file = parent[fileName];
  if (file !== undefined) {
    delete parent[fileName];
    sources.push({
      name: fileName,
      origin: { written: [...parentPath, fileName] },
      read: () => readSecretFile(folder, file),
    });
  }

  // An empty variable counts as absent: container tools cannot leave one out.
  const fromEnvironment = environment[variable];
  if (fromEnvironment) {
    const label = `environment variable ${variable}`;
    sources.push({ name: label, origin: { label }, read: () => fromEnvironment });
  }

  const variableFile = environment[`${variable}_FILE`];
  if (variableFile) {
    const label = `environment variable ${variable}_FILE`;
    sources.push({ name: label, origin: { label }, read: () => readSecretFile(folder, variableFile) });
  }
  return sources;
}

/** A secret file's text without the line end that editors add. Throws Mistake. */
export function readSecretFile(folder: string, file: unknown): string {
  if (typeof file !== "string" || file === "") throw new Mistake("must be the path of a file");
  try {
    return readFileSync(resolve(folder, file), "utf8").replace(/\r?\n$/, "");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Mistake(`cannot be read from ${file}: ${code === "ENOENT" ? "there is no such file" : code}`);
  }
}

function mappingAt(config: Mapping, path: readonly string[]): Mapping | undefined {
  let value: unknown = config;
  for (const step of path) value = isMapping(value) ? value[step] : undefined;
  return isMapping(value) ? value : undefined;
}

/** Sets a value, making the mappings on its way. What stands in the way is left for the schema to report. */
function setAt(config: Mapping, path: readonly string[], value: unknown): void {
  let parent = config;
  for (const step of path.slice(0, -1)) {
    parent[step] ??= {};
    const next = parent[step];
    if (!isMapping(next)) return;
    parent = next;
  }
  parent[path.at(-1)!] = value;
}
