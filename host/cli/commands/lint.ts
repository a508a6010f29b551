// Looks in a proxy's configuration for ways around the gate. Exit code 1: there is one; 2: a file could not be read, or nothing
// of it was understood.
import { HostError } from "../../kit/errors.ts";
import { InvalidFileError } from "../../kit/yaml/problem.ts";
import { type LintResult, lintFile, type ProxyType, proxyTypes } from "../../lint/lint.ts";
import { documentationOf, type Finding } from "../../lint/rule.ts";
import type { Arguments, Command } from "../command.ts";
import { type Paint, painter } from "../paint.ts";

export const command: Command = {
  options: {
    type: { type: "string", value: "PROXY", help: `${proxyTypes.join(", ")} (default: told by the content)` },
    json: { type: "boolean", help: "print one JSON object per finding" },
  },
  positionals: "FILE...",
  async run({ options, positionals }) {
    if (positionals.length === 0) throw new HostError("usage", "a FILE is needed");
    const type = typeOption(options.type);
    let failed = false;
    let isUnread = false;
    for (const file of positionals) {
      const result = read(file, type);
      if (result instanceof InvalidFileError) {
        console.error(result.message);
        isUnread = true;
        continue;
      }
      const { findings } = result;
      failed ||= findings.some(({ severity }) => severity === "error");
      const paint = painter(process.stdout);
      for (const finding of findings) console.log(options.json ? jsonLine(finding) : textLine(finding, paint));
      if (!options.json) console.log(`${file}: ${result.type}, ${summary(findings)}`);
    }
    if (isUnread) return 2;
    return failed ? 1 : 0;
  },
};

/** What a file's lint found, or why it could not be read. */
function read(file: string, type: ProxyType | undefined): LintResult | InvalidFileError {
  try {
    return lintFile(file, type);
  } catch (error) {
    if (error instanceof InvalidFileError) return error;
    throw error;
  }
}

function typeOption(value: Arguments["options"][string]): ProxyType | undefined {
  const type = proxyTypes.find((name) => name === value);
  if (value !== undefined && !type) throw new HostError("usage", `--type is one of ${proxyTypes.join(", ")}`);
  return type;
}

/** `file:line:col: rule: what is wrong, what to do`, and the paragraph of the documentation. */
function textLine({ file, line, column, rule, severity, message }: Finding, paint: Paint): string {
  const what = severity === "error" ? "" : `${paint("yellow", "warning:")} `;
  const place = paint("bold", `${file}:${line}:${column}:`);
  return `${place} ${paint(severity === "error" ? "red" : "yellow", rule)}: ${what}${message} ${paint("dim", `(${documentationOf(rule)})`)}`;
}

function jsonLine(finding: Finding): string {
  return JSON.stringify({ ...finding, docs: documentationOf(finding.rule) });
}

function summary(findings: readonly Finding[]): string {
  const errors = findings.filter(({ severity }) => severity === "error").length;
  const warnings = findings.length - errors;
  if (findings.length === 0) return "nothing found";
  return [count(errors, "error"), count(warnings, "warning")].filter((part) => part !== "").join(", ");
}

function count(number: number, noun: string): string {
  return number === 0 ? "" : `${number} ${noun}${number === 1 ? "" : "s"}`;
}
