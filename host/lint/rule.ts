// What a rule of `zerohop lint` is, and what it finds.
import type { Position } from "../kit/yaml/problem.ts";

/** `error`: a way around the gate. `warning`: weaker than it should be, or likely not what was meant. */
export type Severity = "error" | "warning";

export interface Place extends Position {
  readonly file: string;
}

/** What is wrong with how a file is written. */
export interface SyntaxMistake extends Place {
  readonly message: string;
}

export interface Finding extends Place {
  /** The rule's id; docs/lint.md has a paragraph under this heading. */
  readonly rule: string;
  readonly severity: Severity;
  /** What is wrong, and what to do. */
  readonly message: string;
}

export type Report = (place: Place, message: string) => void;

/** A rule about the configuration of one kind of proxy. */
export interface Rule<Config> {
  /** Begins with the proxy's name: `envoy-normalize-path`. */
  readonly id: string;
  readonly severity: Severity;
  check(config: Config, report: Report): void;
}

/** What every rule finds, in the order of the rules. */
export function applyRules<Config>(rules: readonly Rule<Config>[], config: Config): Finding[] {
  return rules.flatMap(({ id, severity, check }) => {
    const findings: Finding[] = [];
    check(config, ({ file, line, column }, message) =>
      findings.push({ file, line, column, rule: id, severity, message }),
    );
    return findings;
  });
}

/** The paragraph of the documentation about a rule. */
export function documentationOf(rule: string): string {
  return `docs/lint.md#${rule}`;
}
