// A YAML mapping as plain data.

import type { Path } from "../yaml/problem.ts";

export type Mapping = Record<string, unknown>;

export function isMapping(value: unknown): value is Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What is at a path; undefined where nothing is. */
export function valueAt(config: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, step) => {
    if (Array.isArray(value)) return value[Number(step)];
    return isMapping(value) ? value[step] : undefined;
  }, config);
}

/** Sets a value, making the mappings on its way. What stands in the way is left for the schema to report. */
export function setAt(config: Mapping, path: Path, value: unknown): void {
  for (const [index, step] of path.slice(0, -1).entries()) {
    const parent = valueAt(config, path.slice(0, index));
    if (isMapping(parent)) parent[step] ??= {};
  }
  const parent = valueAt(config, path.slice(0, -1));
  if (isMapping(parent)) parent[path.at(-1)!] = value;
}
