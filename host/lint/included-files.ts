// Files that a configuration of nginx or Caddy includes: how they are read, and the rule about those that are not there.
import { readFileSync, statSync } from "node:fs";
import type { Place, Rule, SyntaxMistake } from "./rule.ts";

/** Files that are read. */
export const fileLimit = 1000;
/** Bytes of one included file. */
const sizeLimit = 8 * 1024 * 1024;

/** Where a file or pattern is included of which nothing is there. */
export type MissingFile = Place & { readonly pattern: string };

/** A configuration with what it includes in its place. */
export interface WithIncludedFiles<Directive> {
  readonly directives: readonly Directive[];
  readonly mistakes: readonly SyntaxMistake[];
  readonly missing: readonly MissingFile[];
  /** The text of every file that was read, by name. */
  readonly texts: ReadonlyMap<string, string>;
}

/** Whether a file can be read that is not larger than one is read. */
export function isFile(name: string): boolean {
  const status = name.includes("\0") ? undefined : statSync(name, { throwIfNoEntry: false });
  return status?.isFile() === true && status.size <= sizeLimit;
}

/** A file's text; empty when it cannot be read. */
export function readText(name: string): string {
  try {
    return readFileSync(name, "utf8");
  } catch {
    return "";
  }
}

export function missingFileRule(id: string): Rule<{ readonly missing: readonly MissingFile[] }> {
  return {
    id,
    severity: "warning",
    check({ missing }, report) {
      for (const { pattern, ...place } of missing)
        report(
          place,
          `${pattern} is not on this machine, so nothing is known about what it says: run zerohop lint where it is`,
        );
    },
  };
}
