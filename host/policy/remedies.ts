// What would have to be different for a request to be let in, one rule at a time. Each answer has been put to the core.
import type { AuthorizationRequest, Explanation, Policy, RuleExplanation, Subject } from "../core/policy.ts";
import { distinguishingAddresses, networkRanges } from "./network.ts";
import { groupsIn, namedByHost } from "./people.ts";
import { hostOf } from "./reading.ts";
import { accessText, maxAgeSeconds, type Rule, readSection, type Section } from "./section.ts";

export interface Remedy {
  /** The rule that would let it in, from 1; 0 for the default policy. */
  readonly rule: number;
  /** What that rule asks for. */
  readonly access: string;
  /** All of these together, such as `group admins` and `two factors`. */
  readonly needs: readonly string[];
}

/** How many are given: the ones with the fewest needs. */
const remedyLimit = 5;

/**
 * The ways in for a request that is denied or asked to log in. Its path and query stay as they are, and so
 * does its method if there is a way in with it.
 */
export function remediesFor(policy: Policy, request: AuthorizationRequest, explanation: Explanation): Remedy[] {
  const { decision, rules } = explanation;
  if (decision.outcome !== "deny" && decision.outcome !== "login") return [];
  const section = readSection(policy.section);
  const { defaultPolicy } = section;
  const isLetIn = (attempt: Attempt) => {
    const { outcome, rule } = policy.decide(attempt.request);
    return outcome === "allow" && rule === attempt.rule;
  };
  const host = hostOf(request.url);
  const attempts = [
    ...rules.flatMap((explained, i) => attemptsAt(section.rules[i]!, explained, request, host, section)),
    attempt(0, { policy: defaultPolicy, amr: [] }, { needs: [], request }, []),
  ];
  const found = attempts.filter(isLetIn);
  const sameMethod = found.filter((attempt) => attempt.request.method === request.method);
  return (sameMethod.length > 0 ? sameMethod : found)
    .toSorted((a, b) => a.needs.length - b.needs.length)
    .slice(0, remedyLimit)
    .map(({ rule, access, needs }) => ({ rule, access, needs }));
}

interface Place {
  readonly needs: readonly string[];
  readonly request: AuthorizationRequest;
}

interface Attempt extends Remedy, Place {}

type Demands = Pick<Rule, "policy" | "maxAge" | "amr">;

/** The request as a rule wants it, once for each alternative of its subject. */
function attemptsAt(
  rule: Rule,
  { verdicts }: RuleExplanation,
  request: AuthorizationRequest,
  host: string,
  section: Section,
): Attempt[] {
  if (rule.policy === "deny" || verdicts.query === "miss" || verdicts.resources === "miss") return [];
  const named = verdicts.domain === "hit" ? [[]] : namedByHost(rule, host);
  const wanted =
    verdicts.subject === "may" || verdicts.subject === "miss" ? rule.subjects.map(({ value }) => value) : [[]];
  const place = placed(rule, verdicts, request, section);
  return named.flatMap((own) => wanted.map((terms) => attempt(rule.number, rule, place, [...own, ...terms])));
}

/** Method and address as the rule wants them. */
function placed(
  rule: Rule,
  verdicts: RuleExplanation["verdicts"],
  request: AuthorizationRequest,
  section: Section,
): Place {
  const { methods, networks } = rule;
  const needs: string[] = [];
  let { method, address } = request;
  if (verdicts.methods === "miss") {
    needs.push(`method ${methods.map(({ value }) => value).join(" or ")}`);
    method = methods[0]!.value;
  }
  if (verdicts.networks === "miss") {
    needs.push(`an address in ${networks.map(({ value }) => value).join(" or ")}`);
    const inside = distinguishingAddresses(networkRanges([rule], section.networks));
    address = inside.find(({ label }) => label !== "elsewhere")?.address ?? address;
  }
  return { needs, request: { ...request, method, address } };
}

/** Somebody who is all that `terms` ask for, with a session that a rule accepts. */
function attempt(rule: number, demands: Demands, place: Place, terms: readonly string[]): Attempt {
  const access = accessText(demands);
  if (demands.policy === "bypass") return { rule, access, ...place };
  const person = personFor(terms, place.request.subject);
  const session = sessionFor(demands, person.subject, place.request);
  const needs = [...place.needs, ...person.needs, ...session.needs];
  return { rule, access, needs: [...new Set(needs)], request: { ...place.request, subject: session.subject } };
}

function personFor(terms: readonly string[], subject: Subject | undefined) {
  const named = (prefix: string) =>
    terms.filter((term) => term.startsWith(prefix)).map((term) => term.slice(prefix.length));
  const [user] = named("user:");
  const missing = groupsIn(terms).filter((group) => !subject?.groups.includes(group));
  const needs = [
    ...(subject ? [] : ["a login"]),
    ...(user !== undefined && user !== subject?.name ? [`user ${user}`] : []),
    ...missing.map((group) =>
      group.startsWith("source:") ? `a login with ${group.slice("source:".length)}` : `group ${group}`,
    ),
  ];
  const name = user ?? subject?.name ?? "someone";
  return { needs, subject: { name, groups: [...(subject?.groups ?? []), ...missing] } };
}

function sessionFor(
  { policy, maxAge, amr: wanted }: Demands,
  person: Pick<Subject, "name" | "groups">,
  { subject, now = Date.now() / 1000 }: AuthorizationRequest,
) {
  const { level = 1, amr = [], authTime = now } = subject ?? {};
  const needsFactor = policy === "two_factor" && level < 2;
  const needsMethod = wanted.length > 0 && !wanted.some((method) => amr.includes(method));
  const needsLogin = maxAge !== undefined && Math.floor(now) - authTime > maxAgeSeconds(maxAge);
  return {
    needs: [
      ...(needsFactor ? ["two factors"] : []),
      ...(needsMethod ? [`a login by ${wanted.join(" or ")}`] : []),
      ...(needsLogin ? [`a login within the last ${maxAge}`] : []),
    ],
    subject: {
      ...person,
      level: needsFactor ? (2 as const) : level,
      amr: needsMethod ? [...amr, ...wanted] : amr,
      authTime: needsLogin ? now : authTime,
    },
  };
}
