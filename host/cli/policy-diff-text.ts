// The difference of two policies as text for a person.
import type { Change } from "../policy/changes.ts";
import type { PolicyDiff } from "../policy/diff.ts";
import type { ReplayedChange } from "../policy/replay.ts";
import type { Direction } from "../policy/requirement.ts";
import type { Paint, Style } from "./paint.ts";

export interface ReplayedLog {
  readonly requests: number;
  readonly changed: number;
  /** Lines that are no requests. */
  readonly skipped: number;
  readonly changes: readonly ReplayedChange[];
}

/** The largest number of changes in the text, and of examples in one line. */
const lineLimit = 100;
const exampleLimit = 4;

const headings: Readonly<Record<Direction, string>> = {
  more: "More is allowed:",
  other: "Something else is asked:",
  less: "Less is allowed:",
};
const marks: Readonly<Record<Direction, string>> = { more: "!", other: "~", less: " " };
const styles: Readonly<Record<Direction, Style>> = { more: "red", other: "yellow", less: "green" };

export function diffText(diff: PolicyDiff, log: ReplayedLog | undefined, paint: Paint): string {
  const lines = sections(diff.changes.slice(0, lineLimit), columnsOf, paint);
  if (diff.changes.length > lineLimit) lines.push(`… and ${diff.changes.length - lineLimit} more; --json has all`, "");
  if (diff.cut.length > 0) lines.push(`Too many requests to ask about all of: ${shortened(diff.cut)}`, "");
  const asked = `${count(diff.asked, "request")} about ${count(diff.hosts, "kind")} of hosts`;
  lines.push(
    diff.changes.length === 0
      ? `Nothing changes: both policies ask the same (${asked} compared).`
      : `${count(diff.changes.length, "change")} (${asked} compared).`,
  );
  if (log) lines.push("", ...logLines(log, paint));
  return `${lines.join("\n").trimEnd()}\n`;
}

function logLines({ requests, changed, skipped, changes }: ReplayedLog, paint: Paint): string[] {
  const unread = skipped === 0 ? "" : ` ${count(skipped, "line")} could not be read.`;
  const lines = [`In the log, ${changed} of ${count(requests, "request")} change.${unread}`, ""];
  lines.push(...sections(changes.slice(0, lineLimit), replayedColumns, paint));
  if (changes.length > lineLimit) lines.push(`… and ${changes.length - lineLimit} more; --json has all`, "");
  return lines;
}

/** A heading for each direction, and its lines with their columns aligned. */
function sections<T extends { readonly direction: Direction }>(
  changes: readonly T[],
  columns: (change: T) => string[],
  paint: Paint,
): string[] {
  return (["more", "other", "less"] as const).flatMap((direction) => {
    const rows = changes.filter((change) => change.direction === direction).map(columns);
    if (rows.length === 0) return [];
    const widths = rows[0]!.map((_, i) => Math.min(60, Math.max(...rows.map((row) => row[i]!.length))));
    const lines = rows.map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join("  ")
        .trimEnd(),
    );
    return [headings[direction], ...lines.map((line) => paint(styles[direction], `  ${marks[direction]} ${line}`)), ""];
  });
}

function columnsOf({ hosts, methods, people, networks, targets, before, after, rules }: Change): string[] {
  return [
    shortened(hosts),
    methods.length === 0 ? "all methods" : methods.join(", "),
    `${whom(people)}: ${before} → ${after}`,
    [
      targets.length === 0 ? "" : `paths such as ${shortened(targets)}`,
      networks.length === 0 ? "" : `from ${shortened(networks)}`,
      `(${[...new Set(rules.map(ruleName))].join(" → ")})`,
    ]
      .filter(Boolean)
      .join(" "),
  ];
}

function replayedColumns({ count, method, host, target, person, before, after }: ReplayedChange): string[] {
  return [`${count} ×`, host, method, `${person}: ${before} → ${after}`, `such as ${target}`];
}

function whom(people: readonly string[]): string {
  return people.length === 2 && people[0] === "anonymous" && people[1] === "every user"
    ? "everybody"
    : shortened(people);
}

function ruleName(rule: number): string {
  return rule === 0 ? "default" : `rule ${rule}`;
}

function shortened(texts: readonly string[]): string {
  const shown = texts.slice(0, exampleLimit).join(", ");
  return texts.length > exampleLimit ? `${shown} and ${texts.length - exampleLimit} more` : shown;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
