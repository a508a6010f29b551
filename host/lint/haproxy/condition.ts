// HAProxy's conditions: access lists, named and anonymous, and what `if` and `unless` make of them.
import type { Choices } from "../attack/choices.ts";
import type { Patterns } from "../attack/pattern.ts";
import { forged } from "../attack/request.ts";
import { type Call, callsOf, type Passing, sampled } from "./sample.ts";

/** One test of a request: an expression, how it is matched, and the patterns of which one has to match. */
export interface Acl {
  readonly text: string;
  readonly expression: string;
  readonly calls: readonly Call[];
  readonly method: string;
  readonly ignoreCase: boolean;
  readonly patterns: readonly string[];
  /** Whether patterns are in a file that is not read. */
  readonly isElsewhere: boolean;
}

export type Acls = ReadonlyMap<string, readonly Acl[]>;

interface Term {
  readonly negated: boolean;
  /** Alternatives; undefined: a name that nothing defines. */
  readonly acls: readonly Acl[] | undefined;
  readonly name: string;
}

/** Alternatives of terms that must all hold. */
export interface Condition {
  readonly negated: boolean;
  readonly alternatives: readonly (readonly Term[])[];
}

/** What the request is tried out with. */
export interface Trial {
  readonly patterns: Patterns;
  readonly choices: Choices;
}

const suffixes = "beg|end|sub|dom|dir|reg|len|str";

/** Reads what stands behind `acl NAME` or between braces. */
export function readAcl(words: readonly string[]): Acl {
  let [expression = "", ...rest] = words;
  const calls = callsOf(expression);
  const old = new RegExp(`^((?:req\\.|capture\\.req\\.)?[a-z.]*?)_(${suffixes})$`).exec(calls[0]!.name);
  let method = defaultMethod(calls.at(-1)!.name);
  if (old && old[1] !== "") {
    expression = old[1] + expression.slice(calls[0]!.name.length);
    method = old[2]!;
  }
  let ignoreCase = false;
  let isElsewhere = false;
  while (rest[0]?.startsWith("-") && rest[0].length <= 2) {
    const [flag = "", argument = ""] = rest;
    rest = rest.slice(/^-[mfuM]$/.test(flag) && flag !== "-M" ? 2 : 1);
    if (flag === "-i") ignoreCase = true;
    if (flag === "-m") method = argument;
    if (flag === "-f") isElsewhere = true;
    if (flag === "--") break;
  }
  const patterns = method === "int" || method === "len" ? rangesOf(rest) : rest;
  return { text: words.join(" "), expression, calls: callsOf(expression), method, ignoreCase, patterns, isElsewhere };
}

/** Numbers behind an operator (`gt 1`) as the ranges that they stand for. */
function rangesOf([operator = "", ...numbers]: readonly string[]): string[] {
  const one = (by: number) => (number: string) => String(Number(number) + by);
  if (operator === "eq") return numbers;
  if (operator === "ge") return numbers.map((number) => `${number}:`);
  if (operator === "gt") return numbers.map(one(1)).map((number) => `${number}:`);
  if (operator === "le") return numbers.map((number) => `:${number}`);
  if (operator === "lt") return numbers.map(one(-1)).map((number) => `:${number}`);
  return [operator, ...numbers];
}

function defaultMethod(lastCall: string): string {
  if (/^(ssl_fc|always_(true|false)|bool|http_auth\w*|nbsrv)$/.test(lastCall)) return "bool";
  if (/(_cnt|_len|_port|_rate|_cur|length|int)$/.test(lastCall)) return "int";
  return /^(src|dst)$/.test(lastCall) ? "ip" : "str";
}

const isTrue: Acl = readAcl(["always_true"]);
const isFalse: Acl = readAcl(["always_false"]);

/** Access lists that HAProxy has by itself. */
const predefined: Readonly<Record<string, readonly Acl[]>> = {
  TRUE: [isTrue],
  FALSE: [isFalse],
  HTTP: [isTrue],
  "HTTP_1.1": [isTrue],
  "HTTP_1.0": [isFalse],
  "HTTP_2.0": [isFalse],
  WAIT_END: [isTrue],
  HTTP_URL_ABS: [readAcl(["url", "-m", "reg", "^[^/:]*://"])],
  HTTP_URL_SLASH: [readAcl(["url", "-m", "beg", "/"])],
  HTTP_URL_STAR: [readAcl(["url", "*"])],
  ...Object.fromEntries(
    ["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT", "TRACE"].map((name) => [
      `METH_${name}`,
      [readAcl(["method", name])],
    ]),
  ),
};

/** Splits a rule's words at its `if` or `unless`. */
export function splitCondition(
  words: readonly string[],
): readonly [rule: readonly string[], condition: readonly string[]] {
  const at = words.findIndex((word) => word === "if" || word === "unless");
  return at < 0 ? [words, []] : [words.slice(0, at), words.slice(at)];
}

/** Reads `if …` or `unless …`; undefined: the rule always applies. */
export function readCondition(words: readonly string[], acls: Acls): Condition | undefined {
  const [keyword, ...rest] = words;
  if (keyword === undefined) return undefined;
  const alternatives: Term[][] = [[]];
  for (let at = 0; at < rest.length; at++) {
    let word = rest[at]!;
    if (word === "or" || word === "||") {
      alternatives.push([]);
      continue;
    }
    let negated = false;
    while (word.startsWith("!")) {
      negated = !negated;
      word = word.slice(1) || (rest[++at] ?? "");
    }
    if (word === "{") {
      const end = rest.indexOf("}", at);
      const inside = rest.slice(at + 1, end < 0 ? rest.length : end);
      alternatives.at(-1)!.push({ negated, acls: [readAcl(inside)], name: inside.join(" ") });
      at = end < 0 ? rest.length : end;
    } else if (word !== "") {
      const known = acls.get(word) ?? (Object.hasOwn(predefined, word) ? predefined[word] : undefined);
      alternatives.at(-1)!.push({ negated, acls: known, name: word });
    }
  }
  return { negated: keyword === "unless", alternatives };
}

export function holds(condition: Condition | undefined, passing: Passing, trial: Trial): boolean {
  if (!condition) return true;
  const some = condition.alternatives.some((terms) => terms.every((term) => termHolds(term, passing, trial)));
  return some !== condition.negated;
}

function termHolds({ acls, negated, name }: Term, passing: Passing, trial: Trial): boolean {
  const matches = acls ? acls.some((acl) => aclMatches(acl, passing, trial)) : trial.choices.choose(`acl ${name}`);
  return matches !== negated;
}

function aclMatches(acl: Acl, passing: Passing, { patterns, choices }: Trial): boolean {
  const values = sampled(acl.calls, passing);
  const result = values && matchOf(acl, values, patterns);
  return result ?? choices.choose(`${acl.text} ${JSON.stringify(values ?? null)}`);
}

/** Whether one of the values is matched; undefined: this cannot be said. */
function matchOf(acl: Acl, values: readonly string[], patterns: Patterns): boolean | undefined {
  const { method } = acl;
  if (method === "found") return values.length > 0;
  if (method === "bool") {
    const isOn = values.some((value) => value !== "" && value !== "0" && value !== "false");
    return acl.patterns.length === 0 ? isOn : acl.patterns.some((pattern) => /^(1|true)$/.test(pattern) === isOn);
  }
  const results = values.flatMap((value) => acl.patterns.map((pattern) => valueMatches(acl, value, pattern, patterns)));
  if (results.includes(true)) return true;
  return acl.isElsewhere || results.includes(undefined) ? undefined : false;
}

function valueMatches(acl: Acl, value: string, pattern: string, patterns: Patterns): boolean | undefined {
  // What the client has made up may be anything.
  if (value.includes(forged)) return undefined;
  const text = acl.ignoreCase ? value.toLowerCase() : value;
  const wanted = acl.ignoreCase ? pattern.toLowerCase() : pattern;
  switch (acl.method) {
    case "str":
      return text === wanted;
    case "beg":
      return text.startsWith(wanted);
    case "end":
      return text.endsWith(wanted);
    case "sub":
      return text.includes(wanted);
    case "dir":
      return partsOf(text, "/").includes(partsOf(wanted, "/"));
    case "dom":
      return partsOf(text, /[/?.:]/).includes(partsOf(wanted, /[/?.:]/));
    case "reg":
      return patterns.test(pattern, value, acl.ignoreCase);
    case "len":
      return inRange(value.length, pattern);
    case "int":
      return inRange(Number(value), pattern);
    default:
      return undefined;
  }
}

/** A text's parts between separators, so that whole parts can be looked for. */
function partsOf(text: string, separator: string | RegExp): string {
  return `\0${text
    .split(separator)
    .filter((part) => part !== "")
    .join("\0")}\0`;
}

/** `5`, `1:3`, `1:`; anything else is nothing that can be said. */
function inRange(number: number, pattern: string): boolean | undefined {
  const [, low, isRange, high] = /^(\d*)(:?)(\d*)$/.exec(pattern) ?? [];
  if (low === undefined) return undefined;
  if (!isRange) return number === Number(low);
  return (low === "" || number >= Number(low)) && (!high || number <= Number(high));
}
