// Programs that a test needs and a machine may lack: the tests are skipped with the program's name, and fail when CI=true.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, test } from "vitest";
import { locateEnvoy } from "../../demo/envoy-binary.ts";

export interface Needed {
  readonly name: string;
  /** Path, or the name where PATH finds it. Undefined when it is missing. */
  readonly path: string | undefined;
}

/** The first of the programs that PATH has. */
export function onPath(...names: readonly string[]): Needed {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const path = names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
  return { name: names.join(" or "), path };
}

/** The Envoy that the demo would run; fetched when there is none. */
export async function envoy(): Promise<Needed> {
  const path = await locateEnvoy(console.error).catch((error: Error) => {
    console.error(error.message);
    return undefined;
  });
  return { name: "envoy", path };
}

/** A suite that runs with the path of a program. */
export function describeWith(needed: Needed, name: string, tests: (path: string) => void): void {
  const { path } = needed;
  if (path !== undefined) describe(name, () => tests(path));
  else if (process.env.CI === "true") test(`${name}: ${needed.name} is installed`, failFor(needed));
  else test.skip(`${name} (${needed.name} is not installed)`, () => {});
}

function failFor({ name }: Needed): () => never {
  return () => {
    throw new Error(`${name} is not installed; with CI=true that is a failure`);
  };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
