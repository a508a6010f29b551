// Programs that PATH has, or that a machine may lack.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

export interface Needed {
  readonly name: string;
  /** Path, or the name where PATH finds it. Undefined when it is missing. */
  readonly path: string | undefined;
  /** Whether CI may lack it too: a build of minutes, which a step of its own asks for. */
  readonly isOptional?: boolean;
}

/** The first of the programs that PATH has. */
export function onPath(...names: readonly string[]): Needed {
  // Debian has servers in /usr/sbin, which a user's PATH may lack.
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  const path = names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
  return { name: names.join(" or "), path };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
