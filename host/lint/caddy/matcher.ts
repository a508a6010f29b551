// Caddy's request matchers: which requests a handler is for.

import { sampleOf } from "../attack/pattern.ts";
import { forged, lookedAt, otherHost, otherPath } from "../attack/request.ts";
import { cleanPath, type Passing, placeholder, type Trial } from "./request.ts";
import type { Directive } from "./syntax.ts";

/** A set of tests that all have to hold. */
export type Matcher = readonly Test[];

interface Test {
  readonly kind: string;
  /** One list of arguments a line; lines of one kind are alternatives, but for headers of different names. */
  readonly lines: readonly (readonly string[])[];
  /** The sets inside `not`, of which none may hold. */
  readonly inside: Matcher;
}

/** Named matchers that can be used at a place. */
export type Matchers = ReadonlyMap<string, Matcher>;

/** Reads `@name kind arguments`, and `@name { … }`. */
export function readMatcher({ args, block, ...place }: Directive): Matcher {
  const [kind, ...rest] = args;
  const inline: Directive[] =
    kind === undefined ? [] : [{ ...place, name: kind, args: rest, ...(block ? { block } : {}) }];
  return testsOf(kind === undefined ? (block ?? []) : inline);
}

function testsOf(directives: readonly Directive[]): Test[] {
  const tests = new Map<string, { kind: string; lines: (readonly string[])[]; inside: Matcher }>();
  directives.forEach(({ name, args, block }, index) => {
    // A line in backticks, or with placeholders or operators, is an expression without its name.
    const isBare = !/^[a-z_]+$/.test(name);
    const kind = isBare ? "expression" : name;
    const line = isBare ? [name, ...args] : args;
    const key =
      kind === "not" || kind === "expression" ? `${kind} ${index}` : kind === "header" ? `${kind} ${line[0]}` : kind;
    const inside =
      kind === "not" ? readMatcher({ file: "", line: 0, column: 0, name: "", args, ...(block ? { block } : {}) }) : [];
    const known = tests.get(key);
    if (known) known.lines.push(line);
    else tests.set(key, { kind, lines: [line], inside });
  });
  return [...tests.values()];
}

/** The matcher that stands before a directive's own arguments, and those; undefined: it is for every request. */
export function splitMatcher(
  args: readonly string[],
  matchers: Matchers,
): { readonly matcher: Matcher | undefined; readonly path: string | undefined; readonly rest: readonly string[] } {
  const [first = "", ...rest] = args;
  if (first === "*") return { matcher: undefined, path: undefined, rest };
  if (first.startsWith("/")) return { matcher: [{ kind: "path", lines: [[first]], inside: [] }], path: first, rest };
  if (!first.startsWith("@")) return { matcher: undefined, path: undefined, rest: args };
  const matcher = matchers.get(first) ?? [{ kind: `matcher ${first}`, lines: [], inside: [] }];
  const [only, ...others] = matcher;
  const paths = only?.kind === "path" && others.length === 0 ? only.lines.flat() : [];
  return { matcher, path: paths.length === 1 ? paths[0] : undefined, rest };
}

export function holds(matcher: Matcher | undefined, passing: Passing, trial: Trial): boolean {
  return matcher === undefined || matcher.every((test) => testHolds(test, passing, trial));
}

function testHolds({ kind, lines, inside }: Test, passing: Passing, trial: Trial): boolean {
  const words = lines.flat();
  switch (kind) {
    case "path":
      return words.some((pattern) => pathMatches(pattern, passing.path, trial));
    case "path_regexp":
      return lines.some((line) =>
        decided(trial.patterns.test(line.at(-1) ?? "", cleanPath(passing.path)), line, trial),
      );
    case "host":
      return words.some((pattern) => hostMatches(pattern, passing.host));
    case "method":
      return words.some((method) => method.toUpperCase() === passing.method);
    case "protocol":
      return words.some((protocol) => protocol === (passing.tls ? "https" : "http"));
    case "header":
      return lines.some((line) => headerMatches(line, passing, trial));
    case "header_regexp":
      return lines.some((line) =>
        lookedAt(passing.headers, line.at(-2) ?? "", trial.choices).some((value) =>
          decided(
            saidBy(value, (text) => trial.patterns.test(line.at(-1) ?? "", text)),
            line,
            trial,
          ),
        ),
      );
    case "query":
      return false;
    case "not":
      return !holds(inside, passing, trial);
    case "expression":
      return expressionHolds(words.join(" "), passing, trial);
    default:
      // What depends on addresses, files, variables and plugins.
      return trial.choices.choose(`${kind} ${words.join(" ")}`);
  }
}

function decided(result: boolean | undefined, line: readonly string[], { choices }: Trial): boolean {
  return result ?? choices.choose(line.join(" "));
}

function pathMatches(pattern: string, path: string, trial: Trial): boolean {
  const wanted = pattern.toLowerCase();
  const text = (wanted.includes("%") ? path.split("?")[0]! : cleanPath(path)).toLowerCase();
  const inner = wanted.slice(1, -1);
  if (wanted === "*" || wanted === "/*") return true;
  if (wanted.startsWith("*") && wanted.endsWith("*") && !inner.includes("*")) return text.includes(inner);
  if (wanted.endsWith("*") && !wanted.slice(0, -1).includes("*")) return text.startsWith(wanted.slice(0, -1));
  if (wanted.startsWith("*") && !wanted.slice(1).includes("*")) return text.endsWith(wanted.slice(1));
  if (!wanted.includes("*")) return text === wanted;
  const source = wanted.replace(/[\\^$.|?+()[\]{}]/g, "\\$&").replaceAll("*", "[^/]*");
  return trial.patterns.test(`^${source}$`, text) ?? trial.choices.choose(pattern);
}

function hostMatches(pattern: string, host: string): boolean {
  const wanted = pattern.toLowerCase();
  const text = host.toLowerCase();
  return wanted.startsWith("*.") ? text.replace(/^[^.]+/, "*") === wanted : text === wanted;
}

function headerMatches(line: readonly string[], { headers, host }: Passing, trial: Trial): boolean {
  const [name = "", value] = line;
  if (name.startsWith("!")) return lookedAt(headers, name.slice(1), trial.choices).length === 0;
  const values = name.toLowerCase() === "host" ? [host] : lookedAt(headers, name, trial.choices);
  if (value === undefined || value === "*") return values.length > 0;
  return values.some((text) =>
    decided(
      saidBy(text, () => wildcardMatches(value, text)),
      line,
      trial,
    ),
  );
}

/** What a test says of a value. One that the client has made up may be any: undefined. */
function saidBy(value: string, test: (value: string) => boolean | undefined): boolean | undefined {
  return value.includes(forged) ? undefined : test(value);
}

function wildcardMatches(pattern: string, text: string): boolean {
  const isOpenBefore = pattern.startsWith("*");
  const isOpenBehind = pattern.length > 1 && pattern.endsWith("*");
  const fixed = pattern.slice(isOpenBefore ? 1 : 0, isOpenBehind ? -1 : undefined);
  if (isOpenBefore && isOpenBehind) return text.includes(fixed);
  if (isOpenBefore) return text.endsWith(fixed);
  return isOpenBehind ? text.startsWith(fixed) : text === pattern;
}

/** Longer expressions, and ones nested deeper, are not read. */
const expressionLimit = 2000;
const nestingLimit = 20;

/** Whether an expression of CEL holds, as far as it is made of comparisons of placeholders with texts. */
function expressionHolds(expression: string, passing: Passing, trial: Trial, depth = 0): boolean {
  const text = expression.trim().replace(/^`([\s\S]*)`$/, "$1");
  const other = () => trial.choices.choose(`expression ${text}`);
  if (text.length > expressionLimit || depth > nestingLimit) return other();
  const inner = (part: string) => expressionHolds(part, passing, trial, depth + 1);
  for (const [operator, every] of [
    ["||", false],
    ["&&", true],
  ] as const) {
    const parts = splitAt(text, operator);
    if (parts.length > 1) return every ? parts.every(inner) : parts.some(inner);
  }
  if (text.startsWith("!") && !text.startsWith("!=")) return !inner(text.slice(1));
  if (text.startsWith("(") && text.endsWith(")") && splitAt(text, "\0").length === 1 && isOneGroup(text))
    return inner(text.slice(1, -1));
  const call = /^\{([\w.-]+)\}\s*\.\s*(matches|startsWith|endsWith|contains)\(\s*r?(["'])([\s\S]*)\3\s*\)$/.exec(text);
  const value = placeholder((call ?? /^\{([\w.-]+)\}/.exec(text))?.[1] ?? "", passing);
  if (value?.includes(forged)) return other();
  if (call && value !== undefined) {
    const argument = call[4]!.replaceAll("\\\\", "\\");
    if (call[2] === "matches") return trial.patterns.test(argument, value) ?? other();
    if (call[2] === "contains") return value.includes(argument);
    return call[2] === "startsWith" ? value.startsWith(argument) : value.endsWith(argument);
  }
  const comparison = /^\{[\w.-]+\}\s*(==|!=)\s*(["'])([^"']*)\2$/.exec(text);
  if (comparison && value !== undefined) return (value === comparison[3]) === (comparison[1] === "==");
  const header = /^header\(\{\s*(["'])([\w-]+)\1\s*:\s*(["'])([^"']*)\3\s*\}\)$/.exec(text);
  if (header) return headerMatches([header[2]!, header[4]!], passing, trial);
  const paths = /^(path|host)\(((?:\s*(["'])[^"']*\3\s*,?)+)\)$/.exec(text);
  if (paths) {
    const names = [...paths[2]!.matchAll(/["']([^"']*)["']/g)].map((match) => match[1]!);
    return names.some((name) =>
      paths[1] === "path" ? pathMatches(name, passing.path, trial) : hostMatches(name, passing.host),
    );
  }
  return other();
}

/** The parts of an expression between operators that stand outside of parentheses and quotes. */
function splitAt(text: string, operator: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quote = "";
  let begin = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    if (quote !== "") {
      if (char === "\\") at++;
      else if (char === quote) quote = "";
    } else if (char === '"' || char === "'") quote = char;
    else if (char === "(") depth++;
    else if (char === ")") depth--;
    else if (depth === 0 && text.startsWith(operator, at)) {
      parts.push(text.slice(begin, at));
      begin = at + operator.length;
      at = begin - 1;
    }
  }
  return [...parts, text.slice(begin)];
}

/** Whether the parenthesis at the beginning is closed by the one at the end. */
function isOneGroup(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length - 1; at++) {
    if (text[at] === "(") depth++;
    if (text[at] === ")" && --depth === 0) return false;
  }
  return true;
}

/** Hosts that a matcher tells from others. */
export function hostsIn(matcher: Matcher): string[] {
  return matcher.flatMap(({ kind, lines, inside }) =>
    kind === "host" ? lines.flat().map((host) => host.replace(/^\*/, otherHost.split(".")[0]!)) : hostsIn(inside),
  );
}

/** Paths that a matcher tells from others. */
export function pathsIn(matcher: Matcher): string[] {
  return matcher.flatMap(({ kind, lines, inside }) => {
    if (kind === "path") return lines.flat().flatMap(pathsOf);
    return kind === "path_regexp" ? lines.map((line) => sampleOf(line.at(-1) ?? "")) : pathsIn(inside);
  });
}

/** The path that a pattern means, and one below it. */
export function pathsOf(pattern: string): string[] {
  const plain = pattern.replaceAll("*", "");
  return pattern.endsWith("*") ? [plain || "/", `${plain}${otherPath.slice(1)}`] : [plain];
}
