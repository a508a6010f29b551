// An explanation of a decision as text for a person: what was asked, each rule's verdicts, and the outcome in a sentence.
import { styleText } from "node:util";
import {
  type AuthorizationRequest,
  type Criterion,
  criteria,
  type Decision,
  type Explanation,
  type RuleExplanation,
  type Verdict,
} from "../core/policy.ts";

type Style = Parameters<typeof styleText>[0];

const marks: Readonly<Record<Verdict, string>> = { absent: "-", hit: "hit", miss: "miss", may: "may" };
const styles: Readonly<Partial<Record<Verdict, Style>>> = { absent: "dim", hit: "green", miss: "red", may: "yellow" };

/** Renders an explanation. `section` is the access control section, for the words of the rules; `colour` is for terminals. */
export function explanationText(
  request: AuthorizationRequest,
  explanation: Explanation,
  section: unknown,
  colour: boolean,
): string {
  const paint = (style: Style, text: string) => (colour ? styleText(style, text, { validateStream: false }) : text);
  const { decision, rules } = explanation;
  const lines = [question(request), ""];
  if (rules.length > 0) lines.push(...table(rules, decision, section, paint), "");
  if (rules.some(({ verdicts }) => criteria.some((criterion) => verdicts[criterion] === "may")))
    lines.push("may: nobody is logged in, and it depends on who logs in; the rule counts as matching.", "");
  lines.push(...misses(rules, decision, section, request));
  lines.push(paint(decision.outcome === "allow" ? "green" : "red", sentence(request, decision)));
  return `${lines.join("\n")}\n`;
}

function question({ method, url, address, subject }: AuthorizationRequest): string {
  const from = address === "" ? "an unknown address" : address;
  if (!subject) return `${method} ${url}, by nobody who is logged in, from ${from}`;
  const groups = subject.groups.length > 0 ? ` (${subject.groups.join(", ")})` : " (no groups)";
  const level = subject.level === 2 ? "two factors" : "one factor";
  return `${method} ${url}, by ${subject.name}${groups} with ${level}, from ${from}`;
}

function table(
  rules: readonly RuleExplanation[],
  decision: Decision,
  section: unknown,
  paint: (style: Style, text: string) => string,
): string[] {
  const used = criteria.filter((criterion) => rules.some(({ verdicts }) => verdicts[criterion] !== "absent"));
  const header = ["", "rule", "policy", ...used, "its domain"];
  const rows = rules.map(({ rule, policy, verdicts }) => [
    rule === decision.rule ? ">" : "",
    String(rule),
    policy,
    ...used.map((criterion) => marks[verdicts[criterion]]),
    domainOf(section, rule),
  ]);
  const fallback = [
    decision.rule === 0 ? ">" : "",
    "-",
    defaultPolicy(section),
    ...used.map(() => ""),
    "(default policy)",
  ];
  const all = [header, ...rows, fallback];
  const widths = header.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  return all.map((row, line) => {
    const cells = row.map((cell, column) => cell.padEnd(widths[column]!));
    const rule = rules[line - 1];
    if (rule)
      used.forEach((criterion, i) => {
        const style = styles[rule.verdicts[criterion]];
        if (style) cells[i + 3] = paint(style, cells[i + 3]!);
      });
    const text = cells.join("  ").trimEnd();
    if (line === 0) return paint("dim", text);
    return row[0] === ">" ? paint("bold", text) : text;
  });
}

/** For each rule before the matched one that is about this host: what it wanted, and why it was passed over. */
function misses(
  rules: readonly RuleExplanation[],
  decision: Decision,
  section: unknown,
  request: AuthorizationRequest,
): string[] {
  const before = decision.rule === 0 ? rules : rules.slice(0, decision.rule - 1);
  const lines = before
    .filter(({ verdicts }) => verdicts.domain !== "miss")
    .map(({ rule, verdicts }) => {
      const missed = criteria.filter((criterion) => verdicts[criterion] === "miss");
      const reasons = missed.map(
        (criterion) => `${criterion} ${wanted(section, rule, criterion)}${had(criterion, request)}`,
      );
      return `Rule ${rule} is about this host but does not match: ${reasons.join("; ")}.`;
    });
  return lines.length > 0 ? [...lines, ""] : [];
}

function wanted(section: unknown, rule: number, criterion: Criterion): string {
  return `must be ${JSON.stringify(ruleOf(section, rule)[criterion])}`;
}

/** What the request had instead, where that is short to say. */
function had(criterion: Criterion, { method, address, subject }: AuthorizationRequest): string {
  if (criterion === "methods") return `, not ${method}`;
  if (criterion === "networks") return address === "" ? ", and the address is unknown" : `, not ${address}`;
  if (criterion === "subject" && subject) return `; ${subject.name} is in ${subject.groups.join(", ") || "no group"}`;
  return "";
}

function sentence({ subject }: AuthorizationRequest, decision: Decision): string {
  const by =
    decision.rule === 0 ? "no rule matches, so the default policy holds" : `rule ${decision.rule} matches first`;
  const policy = `${by}: ${decision.policy}`;
  switch (decision.outcome) {
    case "refuse":
      return `Refused with 400, before any rule: ${decision.reason}.`;
    case "deny":
      return `Denied: ${policy}.`;
    case "allow":
      return decision.policy === "bypass"
        ? `Allowed for everybody: ${policy}.`
        : `Allowed for ${subject?.name}: ${policy}.`;
    case "login":
      return `Asked to log in: ${policy}, and ${lacking(decision)}.`;
  }
}

function lacking({ loginReason }: Decision): string {
  if (loginReason === "level") return "the session has one factor only";
  if (loginReason === "age") return "the login is older than the rule's max_age";
  if (loginReason === "method") return "the session was made without an authentication method of the rule's amr";
  return "nobody is logged in";
}

function ruleOf(section: unknown, number: number): Readonly<Record<string, unknown>> {
  const { rules } = (section ?? {}) as { rules?: readonly Record<string, unknown>[] };
  return rules?.[number - 1] ?? {};
}

function domainOf(section: unknown, number: number): string {
  const { domain, domain_regex: expression } = ruleOf(section, number);
  return [domain, expression].flat().filter(Boolean).join(", ");
}

function defaultPolicy(section: unknown): string {
  const { default_policy: policy } = (section ?? {}) as { default_policy?: string };
  return policy || "deny";
}
