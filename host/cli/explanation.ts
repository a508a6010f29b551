// An explanation of a decision as text for a person: what was asked, how every rule fares, why the rules before the deciding
// one are passed over, the outcome in a sentence, and what would have to be different.
import {
  type AuthorizationRequest,
  criteria,
  type Decision,
  type Explanation,
  type Policy,
  type RuleExplanation,
  type Verdict,
} from "../core/policy.ts";
import { HostTable } from "../policy/host-table.ts";
import { peopleFor, sessionOf, withoutCombinations } from "../policy/people.ts";
import { hostOf, isAmbiguous, readingOf } from "../policy/reading.ts";
import type { Remedy } from "../policy/remedies.ts";
import { requirementOf, requirementText } from "../policy/requirement.ts";
import { accessText, type Rule, readSection, type Section } from "../policy/section.ts";
import type { Paint, Style } from "./paint.ts";
import { criterionText, hostsText, mismatch } from "./rule-text.ts";

/** Above so many rules, those about other hosts are only counted. */
const rulesShown = 40;

const marks: Readonly<Record<Verdict, string>> = { absent: "-", hit: "hit", miss: "miss", may: "may" };
const styles: Readonly<Partial<Record<Verdict, Style>>> = { absent: "dim", hit: "green", miss: "red", may: "yellow" };

/** What is explained. */
export interface Explained {
  readonly policy: Policy;
  readonly request: AuthorizationRequest;
  readonly explanation: Explanation;
  readonly remedies: readonly Remedy[];
}

export function explanationText({ policy, request, explanation, remedies }: Explained, paint: Paint): string {
  const section = readSection(policy.section);
  const { decision, rules } = explanation;
  const about = new Set(new HostTable(section).rulesAbout(hostOf(request.url)).map(({ rule }) => rule.number));
  const blocks = [
    [question(request), ...(decision.outcome === "refuse" && !isAmbiguous(decision) ? [] : reading(request))],
    rules.length > 0 ? table({ section, rules, decision, about, request }, paint) : [],
    legend(rules),
    passedOver(rules, decision, section, request, about),
    [paint(decision.outcome === "allow" ? "green" : "red", sentence(request, decision, section))],
    isAmbiguous(decision) ? refusedReadings(policy, request) : [],
    request.subject || decision.outcome === "deny"
      ? waysIn(remedies, request)
      : afterLogin(policy, request, section, decision),
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function question({ method, url, address, subject, now = 0 }: AuthorizationRequest): string {
  const from = address === "" ? "an unknown address" : address;
  if (!subject) return `${method} ${url}, by nobody who is logged in, from ${from}`;
  const { name, level, amr, authTime } = subject;
  const groups = subject.groups.length > 0 ? ` (${subject.groups.join(", ")})` : " (no groups)";
  const age = Math.max(0, Math.round(now - authTime));
  const session = [
    `${level === 2 ? "two factors" : "one factor"}`,
    ...(amr.length > 0 ? [`by ${amr.join(" and ")}`] : []),
    ...(age > 0 ? [`${age} s ago`] : []),
  ].join(" ");
  return `${method} ${url}, by ${name}${groups} with ${session}, from ${from}`;
}

function reading({ url }: AuthorizationRequest): string[] {
  const read = readingOf(url);
  if (!read) return [];
  const query = read.query === "" ? "no query" : `the query ${read.query}`;
  const lines = [`The rules see the path ${read.path} and ${query}.`];
  if (read.hasOthers)
    lines.push(
      "An application may read the path in another way. All readings are asked about, and must come to the same.",
    );
  return lines;
}

interface Table {
  readonly section: Section;
  readonly rules: readonly RuleExplanation[];
  readonly decision: Decision;
  /** The rules that may be about the host, for somebody. */
  readonly about: ReadonlySet<number>;
  readonly request: AuthorizationRequest;
}

function table({ section, rules, decision, about, request }: Table, paint: Paint): string[] {
  const shown = rules.length > rulesShown ? rules.filter(({ rule }) => about.has(rule)) : rules;
  const used = criteria.filter((criterion) => shown.some(({ verdicts }) => verdicts[criterion] !== "absent"));
  const header = ["", "rule", "policy", ...used, "hosts"];
  const rows = shown.map(({ rule, verdicts }) => [
    rule === decision.rule ? ">" : "",
    String(rule),
    accessText(section.rules[rule - 1]!),
    ...used.map((criterion) => marks[verdicts[criterion]]),
    hostsText(section.rules[rule - 1]!, hostOf(request.url)),
  ]);
  const fallback = [
    decision.rule === 0 ? ">" : "",
    "-",
    section.defaultPolicy,
    ...used.map(() => ""),
    "default policy",
  ];
  const all = [header, ...rows, fallback];
  const widths = header.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  const lines = all.map((row, line) => {
    const cells = row.map((cell, column) => cell.padEnd(widths[column]!));
    const explained = shown[line - 1];
    if (explained)
      used.forEach((criterion, i) => {
        const style = styles[explained.verdicts[criterion]];
        if (style) cells[i + 3] = paint(style, cells[i + 3]!);
      });
    const text = cells.join("  ").trimEnd();
    if (line === 0) return paint("dim", text);
    return row[0] === ">" ? paint("bold", text) : text;
  });
  const hidden = rules.length - shown.length;
  return hidden === 0 ? lines : [...lines, `${hidden} rules about other hosts are left out.`];
}

function legend(rules: readonly RuleExplanation[]): string[] {
  const isOpen = rules.some(({ verdicts }) => criteria.some((criterion) => verdicts[criterion] === "may"));
  if (!isOpen) return [];
  return ["may: nobody is logged in, and it depends on who logs in. The rule counts as matching, so that it can ask."];
}

/** For each rule before the deciding one that may be about this host: what it wanted, and what came instead. */
function passedOver(
  rules: readonly RuleExplanation[],
  decision: Decision,
  section: Section,
  request: AuthorizationRequest,
  about: ReadonlySet<number>,
): string[] {
  const before = decision.rule === 0 ? rules : rules.slice(0, decision.rule - 1);
  return before
    .filter(({ rule }) => about.has(rule))
    .map(({ rule, verdicts }) => {
      const read = section.rules[rule - 1]!;
      const missed = criteria.filter((criterion) => verdicts[criterion] === "miss");
      const reasons = missed.map((criterion) => mismatch(read, criterion, request, section));
      return `Rule ${rule}, ${accessText(read)}, is passed over: ${reasons.join("; ")}.`;
    });
}

function sentence({ subject, now = 0 }: AuthorizationRequest, decision: Decision, section: Section): string {
  const rule = section.rules[decision.rule - 1];
  const policy = rule
    ? `rule ${decision.rule} is the first that matches${by(rule)}, and its policy is ${accessText(rule)}`
    : `no rule matches, so the default policy holds: ${decision.policy}`;
  switch (decision.outcome) {
    case "refuse":
      return `Refused with status 400, before any rule: ${decision.reason}.`;
    case "deny":
      return `Denied: ${policy}.`;
    case "allow":
      return decision.policy === "bypass"
        ? `Allowed for everybody: ${policy}.`
        : `Allowed for ${subject?.name}: ${policy}.`;
    case "login":
      return `Asked to log in: ${policy}; ${lacking(decision, rule, now - (subject?.authTime ?? now))}.`;
  }
}

/** What a rule with criteria besides its hosts matched on. */
function by(rule: Rule): string {
  const texts = criteria
    .filter((criterion) => criterion !== "domain")
    .map((criterion) => criterionText(rule, criterion))
    .filter((text) => text !== "");
  return texts.length === 0 ? "" : ` (${texts.join("; ")})`;
}

function lacking({ loginReason, policy }: Decision, rule: Rule | undefined, age: number): string {
  if (loginReason === "level") return "the session has one factor only";
  if (loginReason === "age") return `the last login was ${Math.round(age)} s ago, longer than ${rule?.maxAge}`;
  if (loginReason === "method") return `the session was not made by ${rule?.amr.join(" or ")}`;
  return policy === "deny" ? "nobody is logged in, and for some people another rule may match" : "nobody is logged in";
}

/** For a path whose readings are decided differently: what each of them comes to. */
function refusedReadings(policy: Policy, request: AuthorizationRequest): string[] {
  return policy.decideReadings(request).map(({ how, path, query, outcome, rule }) => {
    const read = how.length === 0 ? "Read plainly" : `With ${how.join(" and ")}`;
    return `${read} it is ${path}${query === "" ? "" : `?${query}`}: ${outcome} (${ruleName(rule)}).`;
  });
}

function waysIn(remedies: readonly Remedy[], { subject }: AuthorizationRequest): string[] {
  if (remedies.length === 0) return [];
  const who = subject?.name ?? "The visitor";
  return [
    `${who} would be let in with`,
    ...remedies.map(({ rule, access, needs }) => `  - ${needs.join(" and ")}, by ${ruleName(rule)}: ${access}`),
  ];
}

/** For the anonymous, whose way goes on behind the login: what each kind of person meets there. */
function afterLogin(policy: Policy, request: AuthorizationRequest, section: Section, { outcome }: Decision): string[] {
  if (outcome !== "login") return [];
  const rules = new HostTable(section).rulesAbout(hostOf(request.url)).map(({ rule }) => rule);
  const now = request.now ?? Date.now() / 1000;
  const byRequirement = new Map<string, string[]>();
  for (const person of peopleFor(rules, hostOf(request.url))) {
    if (person.name === undefined) continue;
    const requirement = requirementOf({ policy, section }, { ...request, subject: sessionOf(person, now) });
    const text = `${requirementText(requirement)} (${ruleName(requirement.rule)})`;
    byRequirement.set(text, [...(byRequirement.get(text) ?? []), person.label]);
  }
  const lines = [...byRequirement].map(([text, labels]) => `  ${withoutCombinations(labels).join(", ")}: ${text}`);
  return ["Behind the login:", ...lines];
}

function ruleName(rule: number): string {
  return rule === 0 ? "default policy" : `rule ${rule}`;
}
