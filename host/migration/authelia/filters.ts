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
const fallback = /\bdefault\s+"([^"]*)"/;
const variable = /\$\{([A-Za-z_]\w*)\}/g;

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
  const lookUp = (name: string, offset: number, otherwise?: string) =>
    environment[name] ??
    otherwise ??
    report(offset, `the environment variable ${name} is not set: set it, or give a file of variables with --env-file`);
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
    return lookUp(argument, offset, fallback.exec(pipeline)?.[1]);
  });
  return { text: filled.replace(variable, (whole, name: string) => environment[name] ?? whole), problems };
}
