// What nginx's variables are for a request: those of the client's headers, and what `set` and `map` make of them.
import type { Headers } from "../attack/headers.ts";
import type { Patterns } from "../attack/pattern.ts";
import { vouched } from "../attack/request.ts";
import type { NginxConfig } from "./config.ts";
import type { Scope } from "./scope.ts";
import type { Directive } from "./syntax.ts";

/** Variables in variables; what is deeper is empty. */
const depthLimit = 10;
/** Longer values are cut. Characters. */
const lengthLimit = 4096;

export interface Evaluation {
  readonly config: NginxConfig;
  readonly headers: Headers;
  readonly patterns: Patterns;
  /** Only directives that precede it in its block count, because nginx runs `set` and `if` in their order. */
  readonly before?: Directive;
}

/** The value of a text with variables, where a block uses it. What the configuration does not say is empty. */
export function evaluated(text: string, scope: Scope, evaluation: Evaluation, depth = 0): string {
  if (depth > depthLimit) return "";
  return text
    .slice(0, lengthLimit)
    .replace(/\$(?:\{(\w+)\}|(\w+))/g, (_, braced: string | undefined, bare: string | undefined) =>
      variable(braced ?? bare!, scope, evaluation, depth + 1),
    )
    .slice(0, lengthLimit);
}

function variable(name: string, scope: Scope, evaluation: Evaluation, depth: number): string {
  const { config, headers } = evaluation;
  const header = /^http_(\w+)$/.exec(name)?.[1];
  if (header !== undefined)
    return headers.get(header.replaceAll("_", "-")).join(header.toLowerCase() === "cookie" ? "; " : ", ");
  const answered = scope.inEffect("auth_request_set").findLast(({ words }) => words[0] === `$${name}`);
  if (answered) {
    const [, source = ""] = answered.words;
    // Only upstream variables are the answer's. Others are as they are in the client's request.
    if (!source.includes("$upstream_")) return evaluated(source, scope, evaluation, depth);
    return /user|group|name|mail/.test(name) ? vouched : "";
  }
  const map = config.maps.get(`$${name}`);
  if (map) return mapped(map, scope, evaluation, depth);
  return assigned(`$${name}`, scope, evaluation, depth);
}

/** The value that the last `set` gives a variable, including one in an `if` whose condition may hold. */
function assigned(name: string, scope: Scope, evaluation: Evaluation, depth: number): string {
  if (depth > depthLimit) return "";
  for (let at: Scope | undefined = scope; at; at = at.parent) {
    const end = evaluation.before ? at.directives.indexOf(evaluation.before) : -1;
    for (const directive of (end < 0 ? at.directives : at.directives.slice(0, end)).toReversed()) {
      const isConditional = directive.name === "if";
      const set = (isConditional ? (directive.block ?? []) : [directive]).findLast(
        ({ name: of, words }) => of === "set" && words[0] === name,
      );
      const there = { ...evaluation, before: directive };
      if (set && (!isConditional || conditionHolds(directive.words, at, there, depth + 1) !== false))
        return evaluated(set.words[1] ?? "", at, there, depth);
    }
  }
  return "";
}

/** The value that a map has for what it looks at. */
function mapped(map: Scope, scope: Scope, evaluation: Evaluation, depth: number): string {
  const source = evaluated(map.directive!.words[0] ?? "", scope, evaluation, depth);
  let fallback = "";
  let found: string | undefined;
  for (const { name, words } of map.directives) {
    const [value = ""] = words;
    if (name === "default") fallback = value;
    else if (name.startsWith("~")) {
      const isLoose = name.startsWith("~*");
      const match = evaluation.patterns.exec(name.slice(isLoose ? 2 : 1), source, isLoose);
      if (match && found === undefined) found = captured(value, match);
    } else if (name.replace(/^\\/, "").toLowerCase() === source.toLowerCase()) {
      found = value;
      break;
    }
  }
  return evaluated(found ?? fallback, scope, evaluation, depth);
}

/** A value with what a pattern has captured. */
function captured(value: string, match: RegExpExecArray): string {
  return value.replace(/\$(?:\{(\w+)\}|(\w+))/g, (whole, braced: string | undefined, bare: string | undefined) => {
    const name = braced ?? bare!;
    if (/^\d$/.test(name)) return match[Number(name)] ?? "";
    return match.groups && Object.hasOwn(match.groups, name) ? (match.groups[name] ?? "") : whole;
  });
}

/** Whether the condition of an `if` holds; undefined: the configuration does not say. */
export function conditionHolds(
  words: readonly string[],
  scope: Scope,
  evaluation: Evaluation,
  depth = 0,
): boolean | undefined {
  const [left = "", operator, ...rest] = words
    .join(" ")
    .replace(/^\(\s*|\s*\)$/g, "")
    .split(" ");
  const value = evaluated(left, scope, evaluation, depth);
  const right = rest.join(" ").replace(/^(["'])(.*)\1$/, "$2");
  if (operator === undefined) return value !== "" && value !== "0";
  if (operator === "=" || operator === "!=") return (value === right) === (operator === "=");
  const [, negated, loose] = /^(!?)~(\*?)$/.exec(operator) ?? [];
  if (negated === undefined) return undefined;
  const matches = evaluation.patterns.test(right, value, loose === "*");
  return matches === undefined ? undefined : matches !== (negated === "!");
}
