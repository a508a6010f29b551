// Why a rule matches or not, criterion by criterion, for people. The verdicts come from the very functions that decide.
import { Identity } from "../identity";
import { hostAt, hostLength } from "../url/host";
import { resourceAt, resourceLength } from "../url/path";
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

export const enum Verdict {
  /** The rule does not have this criterion. */
  Absent,
  Hit,
  Miss,
  /** Holds for some people; nobody is logged in, so the criterion passes and the rule asks for a login. */
  May,
}

/** How a rule's criterion fares with the request read last. */
export function verdictOn(rule: Rule, criterion: Criterion, identity: Identity | null): Verdict {
  switch (criterion) {
    case Criterion.Domain:
      return domainVerdict(rule, identity);
    case Criterion.Methods:
      return rule.methods ? verdict(methodHolds(rule)) : Verdict.Absent;
    case Criterion.Networks:
      return rule.networks ? verdict(networksHold(rule)) : Verdict.Absent;
    case Criterion.Subject:
      if (!rule.subjects) return Verdict.Absent;
      return identity ? verdict(subjectsHold(rule, identity)) : Verdict.May;
    case Criterion.Query:
      return rule.queries ? verdict(queriesHold(rule)) : Verdict.Absent;
    case Criterion.Resources:
      return rule.resources ? patternsVerdict(rule.resources, resourceAt, resourceLength, identity) : Verdict.Absent;
    default:
      return Verdict.Absent;
  }
}

function verdict(holds: bool): Verdict {
  return holds ? Verdict.Hit : Verdict.Miss;
}

function domainVerdict(rule: Rule, identity: Identity | null): Verdict {
  if (!domainsHold(rule, identity)) return Verdict.Miss;
  if (identity) return Verdict.Hit;
  for (let pattern = rule.domains; pattern !== null; pattern = pattern!.next) {
    const forEverybody = pattern.kind == DomainKind.Literal || pattern.kind == DomainKind.Wildcard;
    if (forEverybody && domainHolds(pattern, identity)) return Verdict.Hit;
  }
  const byExpression = patternsVerdict(rule.domainRegexes, hostAt, hostLength, identity);
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
