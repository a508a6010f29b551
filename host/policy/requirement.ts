// What a policy asks of a request, apart from how the session was made: the terms in which two policies are compared.
import type { Access, AuthorizationRequest, Policy } from "../core/policy.ts";
import { accessText, maxAgeSeconds, type Section } from "./section.ts";

export interface Requirement {
  /** For a user, what the rule requires. For an anonymous visitor, the outcome: "login" where a login is required. */
  readonly access: Access | "login" | "refused";
  readonly maxAge?: string;
  readonly amr: readonly string[];
  /** The rule that matched, from 1; 0 for the default policy. */
  readonly rule: number;
}

/** More is allowed, less, or neither can be said. */
export type Direction = "more" | "less" | "other";

/** A policy with its section, to be asked for requirements. */
export interface AskedPolicy {
  readonly policy: Policy;
  readonly section: Section;
}

export function requirementOf({ policy, section }: AskedPolicy, request: AuthorizationRequest): Requirement {
  const decision = policy.decide(request);
  const { rule } = decision;
  if (decision.outcome === "refuse") return { access: "refused", amr: [], rule };
  if (!request.subject) return { access: decision.outcome === "login" ? "login" : decision.policy, amr: [], rule };
  const { maxAge, amr = [] } = section.rules[rule - 1] ?? {};
  return { access: decision.policy, amr, rule, ...(maxAge !== undefined && { maxAge }) };
}

export function requirementText({ access, maxAge, amr }: Requirement): string {
  if (access === "login" || access === "refused") return access;
  return accessText({ policy: access, amr, ...(maxAge !== undefined && { maxAge }) });
}

const strictness: Readonly<Record<Requirement["access"], number>> = {
  bypass: 0,
  login: 1,
  one_factor: 1,
  two_factor: 2,
  deny: 3,
  refused: 4,
};

const directions: readonly Direction[] = ["more", "other", "less"];

/** Sorts what allows more first. */
export function compareDirections(a: { readonly direction: Direction }, b: { readonly direction: Direction }): number {
  return directions.indexOf(a.direction) - directions.indexOf(b.direction);
}

/** Which way it goes from one requirement to another that reads differently. */
export function directionOf(before: Requirement, after: Requirement): Direction {
  const change = strictness[after.access] - strictness[before.access];
  const changes = [change, changeOfAge(before, after), changeOfMethods(before, after)];
  // Where a visitor is allowed without a login, or always denied, nothing further is required.
  const counted =
    change !== 0 && [before, after].some(({ access }) => access === "bypass" || access === "deny") ? [change] : changes;
  if (counted.every((value) => value <= 0)) return "more";
  return counted.every((value) => value >= 0) ? "less" : "other";
}

function changeOfAge(before: Requirement, after: Requirement): number {
  const seconds = ({ maxAge }: Requirement) => (maxAge === undefined ? Number.MAX_VALUE : maxAgeSeconds(maxAge));
  return Math.sign(seconds(before) - seconds(after));
}

/** Fewer methods that are accepted: 1; more: -1; others: not a number, which is neither. */
function changeOfMethods(before: Requirement, after: Requirement): number {
  const accepts = (wide: Requirement, narrow: Requirement) =>
    wide.amr.length === 0 || (narrow.amr.length > 0 && narrow.amr.every((method) => wide.amr.includes(method)));
  const wider = accepts(after, before);
  const narrower = accepts(before, after);
  if (wider && narrower) return 0;
  return wider ? -1 : narrower ? 1 : Number.NaN;
}
