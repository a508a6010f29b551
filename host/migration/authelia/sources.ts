// Authelia's configuration as it reads it: several files and folders, one laid over the other, their filters, and then the environment.
import { readFileSync } from "node:fs";
import { filesOf } from "../../kit/config/layers.ts";
import { isMapping, type Mapping, setAt } from "../../kit/config/mapping.ts";
import type { Environment } from "../../kit/config/secrets.ts";
import { usage } from "../../kit/errors.ts";
import { YamlDocument } from "../../kit/yaml/document.ts";
import { InvalidFileError, type Problem } from "../../kit/yaml/problem.ts";
import { contentOf, fileOf, fillIn } from "./filters.ts";

/** Reads and merges them. Throws InvalidFileError with every problem, or HostError "usage". */
export function readConfiguration(
  paths: readonly string[],
  environment: Environment,
  knownKeys: readonly string[],
): Mapping {
  const problems: Problem[] = [];
  let merged: Mapping = {};
  for (const file of filesOf(paths)) {
    const { text, problems: ofFilters } = fillIn(file, readText(file), environment);
    problems.push(...ofFilters);
    if (ofFilters.length > 0) continue;
    const { value } = YamlDocument.parse(file, text);
    if (value === null || value === undefined) continue;
    if (!isMapping(value)) throw usage(`${file} holds no mapping, so it is no configuration of Authelia's`);
    merged = laidOver(merged, value);
  }
  if (problems.length > 0) throw new InvalidFileError(problems);
  return laidOver(merged, fromEnvironment(environment, knownKeys));
}

/** Throws HostError "usage". */
export function readText(file: string): string {
  return readBytes(file).toString("utf8");
}

export function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw usage(`${file} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}

/** A mapping's keys lie over those of the one before; anything else takes its place. */
function laidOver(below: Mapping, above: Mapping): Mapping {
  const result: Mapping = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const other = result[key];
    result[key] = isMapping(other) && isMapping(value) ? laidOver(other, value) : value;
  }
  return result;
}

/**
 * The keys that `AUTHELIA_…` variables give, and by `…_FILE` the files of those. A variable is its key's path in upper case joined by
 * underscores, so that only a key that is known can be told: names have underscores too.
 */
function fromEnvironment(environment: Environment, knownKeys: readonly string[]): Mapping {
  const config: Mapping = {};
  for (const key of knownKeys) {
    const name = variableOf(key);
    const file = environment[`${name}_FILE`];
    const value = environment[name];
    if (file !== undefined) setAt(config, key.split("."), contentOf(file));
    else if (value !== undefined) setAt(config, key.split("."), plain(value));
  }
  return config;
}

function variableOf(key: string): string {
  return `AUTHELIA_${key.replaceAll(".", "_").toUpperCase()}`;
}

/** The variables of Authelia's that give no key that is known, each with the nearest known key around it. */
export function unknownVariables(
  environment: Environment,
  knownKeys: readonly string[],
): readonly { readonly variable: string; readonly around: string | undefined }[] {
  const known = new Set(knownKeys.flatMap((key) => [variableOf(key), `${variableOf(key)}_FILE`]));
  const unknown = Object.keys(environment).filter((name) => name.startsWith("AUTHELIA_") && !known.has(name));
  const longestFirst = knownKeys.toSorted((a, b) => b.length - a.length);
  return unknown.map((variable) => ({
    variable,
    around: longestFirst.find((key) => variable.startsWith(`${variableOf(key)}_`)),
  }));
}

/** A number or a switch that a text says; else the text. */
export function plain(value: string): unknown {
  if (value === "true" || value === "false") return value === "true";
  return /^-?(0|[1-9]\d{0,14})$/.test(value) ? Number(value) : value;
}

/** A text, of the file that it names where it does. Throws HostError "usage". */
export function textOf(value: unknown): string {
  const file = fileOf(value);
  return file === undefined ? String(value) : readText(file).trim();
}
