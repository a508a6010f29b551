// Files that Authelia's configuration names, as they are on this machine.
import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { type Mapping, valueAt } from "../../kit/config/mapping.ts";
import type { ReportLine } from "./report.ts";
import { readBytes, textOf } from "./sources.ts";

/** A path of Authelia's machine as it is here: as it is written, or a file of that name beside the configuration. */
export function here(path: unknown, config: string): string | undefined {
  if (path === undefined || path === null) return undefined;
  const folder = existsSync(config) && !/\.ya?ml$/.test(config) ? config : dirname(config);
  const candidates = [resolve(folder, textOf(path)), join(folder, basename(textOf(path)))];
  const found = candidates.find((candidate) => existsSync(candidate));
  return found && resolve(found);
}

/**
 * The users file that is to be at `copy`, undefined where it is not here, and its line of the report. Undefined where Authelia has none.
 * `given`: where the operator says that it is. Throws HostError "usage".
 */
export function usersFile(
  source: Mapping,
  config: string,
  given: string | undefined,
  copy: string,
): { readonly content: Uint8Array | undefined; readonly line: ReportLine } | undefined {
  const section = valueAt(source, ["authentication_backend", "file"]);
  if (section === undefined) return undefined;
  const path = valueAt(section, ["path"]);
  const found = given ?? here(path, config);
  const key = basename(copy);
  if (found !== undefined)
    return { content: readBytes(found), line: { outcome: "taken", key, words: `a copy of ${found}` } };
  const name = path === undefined ? "" : ` (${textOf(path)})`;
  return {
    content: undefined,
    line: { outcome: "to do", key, words: `copy Authelia's users file${name} to ${copy}` },
  };
}
