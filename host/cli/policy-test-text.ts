// What `policy test` says of an expectation that does not hold, and in the end.
import { relative } from "node:path";
import type { AuthorizationRequest } from "../core/policy.ts";
import { aspectsOf, type Trial } from "../policy/run-expectations.ts";
import type { Paint } from "./paint.ts";
import { shellWord } from "./shell-word.ts";

/** A line with the place, what was expected against what came, and the command that explains it. */
export function failureText(trial: Trial, file: string, config: string, paint: Paint): string {
  const { expectation, request, decision, differences } = trial;
  const { name, line, column, expected } = expectation;
  const what = `${name === undefined ? "" : `${name}: `}${request.method} ${request.url} by ${whom(request)}`;
  const short = differences
    .map(({ aspect, expected, got }) => `${aspect} ${got || "none"}, not ${expected}`)
    .join("; ");
  const got = aspectsOf(decision);
  const lines = (Object.keys(got) as (keyof typeof got)[]).flatMap((aspect) => {
    const difference = differences.find((entry) => entry.aspect === aspect);
    if (difference)
      return [
        paint("red", `    - ${aspect}: ${difference.expected}`),
        paint("green", `    + ${aspect}: ${difference.got || "none"}`),
      ];
    return got[aspect] === "" || (aspect === "reason" && expected.reason === undefined && decision.outcome === "allow")
      ? []
      : [paint("dim", `      ${aspect}: ${got[aspect]}`)];
  });
  return [
    paint("bold", `${file}:${line}:${column}: ${what}: ${short}`),
    ...lines,
    `    why: ${explainCommand(request, config)}`,
    "",
  ]
    .map((text) => `${text}\n`)
    .join("");
}

export function summaryText(trials: number, failed: number, unreached: readonly number[], paint: Paint): string {
  const result = `${trials - failed} passed, ${failed} failed`;
  const silent =
    unreached.length === 0
      ? ""
      : `No expectation reaches rule${unreached.length === 1 ? "" : "s"} ${unreached.join(", ")}.\n`;
  return `${silent}${paint(failed > 0 ? "red" : "green", result)}\n`;
}

function whom({ subject }: AuthorizationRequest): string {
  if (!subject) return "nobody";
  return subject.groups.length > 0 ? `${subject.name} (${subject.groups.join(", ")})` : subject.name;
}

function explainCommand({ method, url, address, subject, now }: AuthorizationRequest, config: string): string {
  const options: [string, string][] = [
    ["config", relative("", config)],
    ["url", url],
  ];
  if (method !== "GET") options.push(["method", method]);
  if (address !== "") options.push(["ip", address]);
  if (subject) {
    options.push(["user", subject.name]);
    if (subject.groups.length > 0) options.push(["groups", subject.groups.join(",")]);
    if (subject.level === 2) options.push(["level", "2"]);
    if (subject.amr.join() !== "pwd") options.push(["amr", subject.amr.join(",")]);
    if (subject.authTime !== now) options.push(["auth-time", String(subject.authTime)], ["now", String(now)]);
  }
  return `zerohop policy explain ${options.map(([name, value]) => `--${name} ${shellWord(value)}`).join(" ")}`;
}
