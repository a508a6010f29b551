// Why a rule matches or not, criterion by criterion, for people. The verdicts come from the very functions that decide.
import { Identity } from "../identity";
import {
  Criterion,
  domainHolds,
  domainsHold,
  methodHolds,
  networksHold,
  patternHolds,
  patternsHold,
  queriesHold,
  subjectsHold,
} from "./match";
import { DomainKind, Pattern, Rule } from "./rule";
import { Target } from "./target";

export const enum Verdict {
  /** The rule does not have this criterion. */
  Absent,
  Hit,
  Miss,
  /** Holds for some people; nobody is logged in, so the criterion passes and the rule asks for a login. */
  May,
}

/** How a rule's criterion fares with a request. */
export function verdictOn(rule: Rule, criterion: Criterion, target: Target, identity: Identity | null): Verdict {
  switch (criterion) {
    case Criterion.Domain:
      return domainVerdict(rule, target, identity);
    case Criterion.Methods:
      return rule.methods ? verdict(methodHolds(rule, target)) : Verdict.Absent;
    case Criterion.Networks:
      return rule.networks ? verdict(networksHold(rule, target)) : Verdict.Absent;
    case Criterion.Subject:
      if (!rule.subjects) return Verdict.Absent;
      return identity ? verdict(subjectsHold(rule, identity)) : Verdict.May;
    case Criterion.Query:
      return rule.queries ? verdict(queriesHold(rule, target)) : Verdict.Absent;
    case Criterion.Resources:
      if (!rule.resources) return Verdict.Absent;
      return patternsVerdict(rule.resources, target.path.resourceAt, target.path.resourceLength, identity);
    default:
      return Verdict.Absent;
  }
}

function verdict(holds: bool): Verdict {
  return holds ? Verdict.Hit : Verdict.Miss;
}

function domainVerdict(rule: Rule, target: Target, identity: Identity | null): Verdict {
  if (!domainsHold(rule, target, identity)) return Verdict.Miss;
  if (identity) return Verdict.Hit;
  for (let pattern = rule.domains; pattern !== null; pattern = pattern!.next) {
    const forEverybody = pattern.kind == DomainKind.Literal || pattern.kind == DomainKind.Wildcard;
    if (forEverybody && domainHolds(pattern, target, identity)) return Verdict.Hit;
  }
  const byExpression = patternsVerdict(rule.domainRegexes, target.host.at, target.host.length, identity);
  return byExpression == Verdict.Hit ? Verdict.Hit : Verdict.May;
}

/** For the anonymous, an expression with a group named `User` or `Group` holds only for those it names. */
function patternsVerdict(first: Pattern | null, at: usize, length: i32, identity: Identity | null): Verdict {
  if (!patternsHold(first, at, length, identity)) return Verdict.Miss;
  if (identity) return Verdict.Hit;
  for (let pattern = first; pattern !== null; pattern = pattern!.next) {
    const named = pattern.userGroup >= 0 || pattern.groupGroup >= 0;
    if (!named && patternHolds(pattern, at, length, identity)) return Verdict.Hit;
  }
  return Verdict.May;
}
