// A mistake in a file that a person wrote, with the place to look at.
import { HostError } from "../errors.ts";

export type Path = readonly (string | number)[];

/** A place in a text file; line and column count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface Problem extends Position {
  readonly file: string;
  /** The path of the key that the problem is about, such as `session.cookies[0].domain`. */
  readonly path: string;
  /** What is wrong and what is allowed. */
  readonly message: string;
}

/** Thrown with every problem of a file at once, in the order of the file. */
export class InvalidFileError extends HostError {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const sorted = problems.toSorted(
      (a, b) => a.line - b.line || a.column - b.column || (a.path < b.path ? -1 : Number(a.path > b.path)),
    );
    super("invalid_file", sorted.map((problem) => formatProblem(problem)).join("\n"));
    this.name = "InvalidFileError";
    this.problems = sorted;
  }
}

/** `file:line:col: path: message`, the form that editors and CI systems turn into a link. */
export function formatProblem({ file, line, column, path, message }: Problem, severity = ""): string {
  return `${file}:${line}:${column}: ${severity}${path}: ${message}`;
}

/** Writes a path as in `session.cookies[0].domain`; keys that are no plain words are quoted: `users["a.b"]`. */
export function formatPath(path: Path): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(step)) text += `[${JSON.stringify(step)}]`;
    else text += text === "" ? step : `.${step}`;
  }
  return text === "" ? "(document)" : text;
}
