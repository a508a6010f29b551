// Files that are linted, and those that a configuration of nginx or Caddy includes: how they are read, and the rule about those
// that cannot be.
import { readFileSync, statSync } from "node:fs";
import { refusal } from "./kind.ts";
import type { Place, Rule, SyntaxMistake } from "./rule.ts";

/** Files that are read. */
export const fileLimit = 1000;
/** More than any configuration that people write. Bytes of one file. */
const sizeLimit = 8 * 1024 * 1024;

/** Where a file or pattern is included of which nothing is known. */
export type MissingFile = Place & {
  readonly pattern: string;
  /** `is not on this machine`, `is larger than 8 MiB`, … */
  readonly why: string;
};

/** A configuration with what it includes in its place. */
export interface WithIncludedFiles<Directive> {
  readonly directives: readonly Directive[];
  readonly mistakes: readonly SyntaxMistake[];
  readonly missing: readonly MissingFile[];
  /** The text of every file that was read, by name. */
  readonly texts: ReadonlyMap<string, string>;
}

export function isFile(name: string): boolean {
  return !name.includes("\0") && statSync(name, { throwIfNoEntry: false })?.isFile() === true;
}

export function readText(file: string): string {
  const read = readBytes(file);
  if (typeof read === "string") throw refusal(file, read);
  return read.toString("utf8");
}

/** The text of a file that is included, or why it cannot be read. */
export function readIncluded(name: string): { readonly text: string } | { readonly why: string } {
  const read = isFile(name) ? readBytes(name) : "cannot be read: it is no file";
  return typeof read === "string" ? { why: read } : { text: read.toString("utf8") };
}

function readBytes(file: string): Buffer | string {
  let bytes: Buffer;
  try {
    if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > sizeLimit) return tooLarge;
    bytes = readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return `cannot be read: ${code === "ENOENT" ? "there is no such file" : code === "EACCES" ? "permission denied" : String(code)}`;
  }
  if (bytes.length > sizeLimit) return tooLarge;
  return bytes.includes(0) ? "cannot be read: it is no text" : bytes;
}

const tooLarge = `is larger than ${sizeLimit / 1024 / 1024} MiB`;

export function missingFileRule(id: string, hint: string): Rule<{ readonly missing: readonly MissingFile[] }> {
  return {
    id,
    severity: "unknown",
    check({ missing }, report) {
      for (const { pattern, why, ...place } of missing)
        report(place, `${pattern} ${why}, so nothing is known about what it says: ${hint}`);
    },
  };
}
