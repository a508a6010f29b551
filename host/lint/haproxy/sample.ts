// What HAProxy's sample expressions (`req.hdr(host),lower`) give for a request.
import type { Choices } from "../attack/choices.ts";
import type { Headers } from "../attack/headers.ts";
import { lookedAt } from "../attack/request.ts";

/** A request as rules have made it so far. */
export interface Passing {
  readonly headers: Headers;
  readonly choices: Choices;
  /** As it was sent, or as set-path and the like have left it. */
  path: string;
  /** What precedes the path in the request line: nothing, or scheme and authority as in `http://app.example.com`. */
  origin: string;
  readonly tls: boolean;
  readonly method: string;
  readonly variables: Map<string, Sample>;
}

/** The values an expression has; none: it finds nothing; undefined: the file does not say. */
export type Sample = readonly string[] | undefined;

export interface Call {
  readonly name: string;
  readonly arguments: readonly string[];
}

/** Takes an expression apart: the fetch, and the converters behind it. */
export function callsOf(expression: string): Call[] {
  const calls: Call[] = [];
  let depth = 0;
  let begin = 0;
  let open = -1;
  for (let at = 0; at <= expression.length; at++) {
    const char = expression[at];
    if (char === "(" && depth++ === 0) open = at;
    else if (char === ")") depth = Math.max(0, depth - 1);
    else if (char === undefined || (char === "," && depth === 0)) {
      const text = expression.slice(begin, at);
      const inside = open < 0 ? undefined : text.slice(open - begin + 1).replace(/\)$/, "");
      calls.push({
        name: open < 0 ? text : expression.slice(begin, open),
        arguments: inside === undefined ? [] : inside.split(",").map(unquoted),
      });
      begin = at + 1;
      open = -1;
    }
  }
  return calls;
}

function unquoted(argument: string): string {
  return /^\s*(['"]?)([\s\S]*)\1\s*$/.exec(argument)![2]!;
}

export function sample(expression: string, passing: Passing): Sample {
  return sampled(callsOf(expression), passing);
}

export function sampled([fetch, ...converters]: readonly Call[], passing: Passing): Sample {
  return converters.reduce<Sample>((values, call) => converted(values, call), fetched(fetch!, passing));
}

function fetched({ name, arguments: [argument = "", ...others] }: Call, passing: Passing): Sample {
  const { headers, choices, path } = passing;
  switch (name.replace(/^req\./, "")) {
    case "hdr":
    case "hdrs":
      return lookedAt(headers, argument, choices).flatMap((value) => value.split(",").map((part) => part.trim()));
    case "fhdr":
      return lookedAt(headers, argument, choices);
    case "hdr_cnt":
      return [String(headers.get(argument).flatMap((value) => value.split(",")).length)];
    case "fhdr_cnt":
      return [String(headers.get(argument).length)];
    case "path":
      return [withoutQuery(path)];
    case "pathq":
      return [path];
    case "url":
    case "uri":
    case "capture.req.uri":
      return [passing.origin + path];
    case "query":
      return path.includes("?") ? [path.slice(path.indexOf("?") + 1)] : [];
    case "base":
      return [`${headers.get("Host")[0] ?? ""}${withoutQuery(path)}`];
    case "method":
      return [passing.method];
    case "ssl_fc":
      return passing.tls ? ["1"] : [];
    case "dst_port":
      return [passing.tls ? "443" : "80"];
    case "str":
    case "int":
      return [[argument, ...others].join(",")];
    case "bool":
      return /^(1|true)$/.test(argument) ? ["1"] : [];
    case "always_true":
      return ["1"];
    case "always_false":
      return [];
    case "var":
      return passing.variables.has(argument) ? passing.variables.get(argument) : [];
    default:
      return undefined;
  }
}

function converted(values: Sample, { name, arguments: [first = "", second = ""] }: Call): Sample {
  const each = (change: (value: string) => string) => values?.map(change);
  switch (name) {
    case "lower":
      return each((value) => value.toLowerCase());
    case "upper":
      return each((value) => value.toUpperCase());
    case "host_only":
      return each((value) => value.replace(/:\d*$/, ""));
    case "url_dec":
      return each(percentDecoded);
    case "field":
      return /^\d+$/.test(first) && second.length === 1
        ? each((value) => value.split(second)[Number(first) - 1] ?? "")
        : undefined;
    case "ltrim":
      return each((value) => trimmed(value, first, ""));
    case "rtrim":
      return each((value) => trimmed(value, "", first));
    case "length":
      return each((value) => String(value.length));
    default:
      return undefined;
  }
}

function withoutQuery(path: string): string {
  const end = path.indexOf("?");
  return end < 0 ? path : path.slice(0, end);
}

export function percentDecoded(value: string): string {
  return value.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function trimmed(value: string, front: string, back: string): string {
  let begin = 0;
  let end = value.length;
  while (begin < end && front.includes(value[begin]!)) begin++;
  while (end > begin && back.includes(value[end - 1]!)) end--;
  return value.slice(begin, end);
}

/** A log-format string (`https://%[req.hdr(host)]%[path]`) with what its expressions give; unknown ones are empty. */
export function formatted(format: string, passing: Passing): string {
  return format
    .replace(/%\[((?:[^[\]]|\[[^[\]]*\])*)\]/g, (_, expression: string) =>
      (sample(expression, passing) ?? []).join(","),
    )
    .replace(/%\{[^}]*\}|%[A-Za-z+-]+/g, "")
    .replaceAll("%%", "%");
}
