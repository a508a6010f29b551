// The filters that Authelia runs over its configuration before it reads it: `{{ env "X" }}`, `{{ secret "FILE" }}`, `{{ fileContent "FILE" }}`
// of its template filter, and `${X}` of expand-env. A file that is named stays a name: what it holds is read where it is needed, or
// never, so that a secret moves as the file that it is in.
import type { Environment } from "../../kit/config/secrets.ts";
import type { Problem } from "../../kit/yaml/problem.ts";

/** What a value begins with that stands for the content of a file. Nobody types the noncharacter. */
const fileMark = "\u{fdd0}file:";

/** A value that stands for the content of a file. */
export function contentOf(file: string): string {
  return fileMark + file;
}

export function fileOf(value: unknown): string | undefined {
  return typeof value === "string" && value.startsWith(fileMark) ? value.slice(fileMark.length) : undefined;
}

const expression = /\{\{-?\s*(.*?)\s*-?\}\}/gs;
const call = /^(env|mustEnv|secret|fileContent)\s+(?:"([^"]*)"|`([^`]*)`)\s*(?:\|(.*))?$/s;
/** A function of the pipeline behind it, with its arguments. */
const step = /^\s*(\w+)((?:\s+(?:"(?:[^"\\]|\\.)*"|`[^`]*`|\d+))*)\s*$/;
const words = /"((?:[^"\\]|\\.)*)"|`([^`]*)`|\d+/g;
const variable = /\$\{([A-Za-z_]\w*)\}/g;

/** Those that change a text and nothing else. What lays a value out as YAML is for those of several lines, which only files have. */
const functions: Readonly<Record<string, (value: string, ...given: readonly string[]) => string>> = {
  replace: (value, from = "", to = "") => value.replaceAll(from, to),
  lower: (value) => value.toLowerCase(),
  upper: (value) => value.toUpperCase(),
  trim: (value) => value.trim(),
  trimPrefix: (value, prefix = "") => (value.startsWith(prefix) ? value.slice(prefix.length) : value),
  trimSuffix: (value, suffix = "") => (value.endsWith(suffix) ? value.slice(0, value.length - suffix.length) : value),
  quote: (value) => JSON.stringify(value),
  squote: (value) => `'${value.replaceAll("'", "''")}'`,
  msquote: (value) => `'${value.replaceAll("'", "''")}'`,
};

/** What a pipeline makes of a variable; undefined where it is not set, and has no default. */
function piped(value: string | undefined, pipeline: string): string | undefined | { readonly unknown: string } {
  let result = value;
  for (const part of pipeline === "" ? [] : pipeline.split("|")) {
    const [, name = part.trim(), written = ""] = step.exec(part) ?? [];
    const given = [...written.matchAll(words)].map(
      ([whole, quoted, raw]) => quoted?.replaceAll(/\\(.)/g, "$1") ?? raw ?? whole,
    );
    const change = Object.hasOwn(functions, name) ? functions[name] : undefined;
    if (name === "default") result = result || given[0];
    else if (!change) return { unknown: name };
    else if (result !== undefined) result = change(result, ...given);
  }
  return result;
}

/** The text with its filters filled in, and those that cannot be. */
export function fillIn(
  file: string,
  text: string,
  environment: Environment,
): { readonly text: string; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const report = (offset: number, message: string) => {
    const before = text.slice(0, offset).split("\n");
    problems.push({ file, line: before.length, column: before.at(-1)!.length + 1, path: "(filter)", message });
    return "";
  };
  const filled = text.replace(expression, (whole, inner: string, offset: number) => {
    // In a comment nothing is looked for.
    if (/^\s*#/.test(text.slice(text.lastIndexOf("\n", offset) + 1, offset))) return whole;
    const found = call.exec(inner);
    if (!found)
      return report(
        offset,
        `${whole.replace(/\s+/g, " ")} is a template that is not known here; write what it stands for`,
      );
    const [, name, quoted, raw, pipeline = ""] = found;
    const argument = quoted ?? raw ?? "";
    if (name === "secret" || name === "fileContent") return contentOf(argument);
    const value = piped(environment[argument], pipeline);
    if (typeof value === "string") return value;
    if (value !== undefined)
      return report(offset, `${value.unknown} is a function that is not known here; write what it makes`);
    return report(
      offset,
      `the environment variable ${argument} is not set: set it, or give a file of variables with --env-file`,
    );
  });
  return { text: filled.replace(variable, (whole, name: string) => environment[name] ?? whole), problems };
}
