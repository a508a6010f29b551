// One file through the linter, as `zerohop lint FILE` has it looked at.

import { InvalidFileError } from "../../../host/kit/yaml/problem.ts";
import type { Root } from "../../../host/lint/kind.ts";
import { type LintResult, lintFiles, type ProxyType } from "../../../host/lint/lint.ts";
import type { Site } from "../../../host/lint/site.ts";

/** Throws InvalidFileError for a file that cannot be read, or of which nothing is understood. */
export function lintFile(file: string, type?: ProxyType, roots: readonly Root[] = [], site?: Site): LintResult {
  const [result] = lintFiles([file], type, roots, site && (() => site));
  if (!result || result instanceof InvalidFileError) throw result;
  return result;
}
