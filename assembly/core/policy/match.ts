// Which rule a request meets. Who asks is an identity, or null for an anonymous visitor. Criteria are ANDed, the entries of one
// criterion ORed, an absent criterion matches.
import { allocateInArena } from "../../memory/arena";
import { equal, equalIgnoringCase } from "../../memory/bytes";
import { Identity, isInGroup, isInGroupIgnoringCase, isNamed } from "../identity";
import { capture, matches } from "../regex";
import { Path } from "../url/path";
import { findParameter } from "../url/query";
import { resolveClient } from "./client";
import { Candidates, CANDIDATES_BYTES, findCandidates, nextCandidate } from "./domain-index";
import { contains } from "./network";
import { Policy } from "./policy";
import {
  DomainKind,
  DomainPattern,
  Pattern,
  QueryAlternative,
  QueryCondition,
  QueryOperator,
  Rule,
  SubjectAlternative,
} from "./rule";
import { Target } from "./target";

/** The criterion a rule missed on, in the order in which they are tried: the cheap ones first. */
export const enum Criterion {
  None,
  Domain,
  Methods,
  Networks,
  Subject,
  Query,
  Resources,
}

const candidates: Candidates = changetype<Candidates>(memory.data(<i32>CANDIDATES_BYTES, 8));

/** The first rule that matches, or null: then the policy's default holds, unless it missed the address of `target.client`. */
export function firstMatch(policy: Policy, target: Target, identity: Identity | null): Rule | null {
  findCandidates(candidates, policy.index, target.host);
  for (let candidate = nextCandidate(candidates); candidate; candidate = nextCandidate(candidates)) {
    const rule = candidate.rule;
    const pattern = candidate.pattern;
    if (!(pattern ? domainHolds(pattern, target, identity) : domainsHold(rule, target, identity))) continue;
    if (missedCriterion(rule, target, identity) == Criterion.None) return rule;
  }
  return null;
}

/** The first criterion, the domain left out, on which a rule misses the request; None when it matches. */
function missedCriterion(rule: Rule, target: Target, identity: Identity | null): Criterion {
  if (rule.methods && !methodHolds(rule, target)) return Criterion.Methods;
  const isPlaced = !rule.networks || resolveClient(target.client);
  if (rule.networks && isPlaced && !networksHold(rule, target)) return Criterion.Networks;
  if (rule.subjects && identity && !subjectsHold(rule, identity)) return Criterion.Subject;
  if (rule.queries && !queriesHold(rule, target)) return Criterion.Query;
  if (rule.resources && !resourcesHold(rule, target, identity)) return Criterion.Resources;
  // An address that nobody can tell is missed only where everything else holds, so that the rule depends on it.
  return isPlaced || networksHold(rule, target) ? Criterion.None : Criterion.Networks;
}

export function methodHolds(rule: Rule, target: Target): bool {
  return (rule.methods & target.method) != 0;
}

function resourcesHold(rule: Rule, target: Target, identity: Identity | null): bool {
  return patternsHold(rule.resources, target.path.resourceAt, target.path.resourceLength, identity);
}

/** Whether one of the rule's domains or domain expressions holds. */
export function domainsHold(rule: Rule, target: Target, identity: Identity | null): bool {
  for (let pattern = rule.domains; pattern !== null; pattern = pattern!.next) {
    if (domainHolds(pattern, target, identity)) return true;
  }
  return patternsHold(rule.domainRegexes, target.host.at, target.host.length, identity);
}

export function domainHolds(pattern: DomainPattern, target: Target, identity: Identity | null): bool {
  const hostAt = target.host.at;
  const hostLength = target.host.length;
  const at = pattern.textAt;
  const length = pattern.textLength;
  if (pattern.kind == DomainKind.Literal) return equal(hostAt, hostLength, at, length);
  const prefixLength = hostLength - length;
  if (prefixLength <= 0 || !equal(hostAt + prefixLength, length, at, length)) return false;
  if (pattern.kind == DomainKind.Wildcard || !identity) return true;
  if (pattern.kind == DomainKind.User) return isNamed(identity, hostAt, prefixLength);
  return isFirstLabel(hostAt, prefixLength) && isInGroupIgnoringCase(identity, hostAt, prefixLength);
}

/** Whether the first so many bytes of a host are its first label. */
function isFirstLabel(hostAt: usize, length: i32): bool {
  for (let i = 0; i < length; i++) {
    if (load<u8>(hostAt + i) == 0x2e) return false;
  }
  return load<u8>(hostAt + length) == 0x2e;
}

/** Whether one of the expressions matches, its named groups standing for the identity's name and groups. */
export function patternsHold(first: Pattern | null, at: usize, length: i32, identity: Identity | null): bool {
  for (let pattern = first; pattern !== null; pattern = pattern!.next) {
    if (patternHolds(pattern, at, length, identity)) return true;
  }
  return false;
}

export function patternHolds(pattern: Pattern, at: usize, length: i32, identity: Identity | null): bool {
  const named = pattern.userGroup >= 0 || pattern.groupGroup >= 0;
  if (!named || !identity) return matches(pattern.regex, at, length);
  return namesHold(pattern, at, length, identity);
}

function namesHold(pattern: Pattern, at: usize, length: i32, identity: Identity): bool {
  const captures = allocateInArena(<usize>(pattern.regex.groupCount + 1) * 8);
  if (!captures || !capture(pattern.regex, at, length, captures)) return false;
  if (pattern.userGroup >= 0) {
    const start = load<i32>(captures + <usize>pattern.userGroup * 8);
    const end = load<i32>(captures + <usize>pattern.userGroup * 8, 4);
    if (start < 0 || !equalIgnoringCase(at + start, end - start, identity.nameAt, identity.nameLength)) return false;
  }
  if (pattern.groupGroup < 0) return true;
  const start = load<i32>(captures + <usize>pattern.groupGroup * 8);
  const end = load<i32>(captures + <usize>pattern.groupGroup * 8, 4);
  return start >= 0 && isInGroupIgnoringCase(identity, at + start, end - start);
}

export function networksHold(rule: Rule, target: Target): bool {
  if (!resolveClient(target.client)) {
    target.client.isMissed = true;
    return false;
  }
  for (let entry = rule.networks; entry !== null; entry = entry!.next) {
    if (contains(entry.network, target.client)) return true;
  }
  return false;
}

export function subjectsHold(rule: Rule, identity: Identity): bool {
  for (let alternative = rule.subjects; alternative !== null; alternative = alternative!.next) {
    if (termsHold(alternative, identity)) return true;
  }
  return false;
}

function termsHold(alternative: SubjectAlternative, identity: Identity): bool {
  for (let term = alternative.terms; term !== null; term = term!.next) {
    const holds = term.isGroup
      ? isInGroup(identity, term.nameAt, term.nameLength)
      : isNamed(identity, term.nameAt, term.nameLength);
    if (!holds) return false;
  }
  return true;
}

export function queriesHold(rule: Rule, target: Target): bool {
  for (let alternative = rule.queries; alternative !== null; alternative = alternative!.next) {
    if (conditionsHold(alternative, target.path)) return true;
  }
  return false;
}

function conditionsHold(alternative: QueryAlternative, path: Path): bool {
  for (let condition = alternative.conditions; condition !== null; condition = condition!.next) {
    if (!conditionHolds(condition, path)) return false;
  }
  return true;
}

function conditionHolds(condition: QueryCondition, path: Path): bool {
  const parameter = findParameter(path, condition.keyAt, condition.keyLength);
  const valueAt = parameter ? parameter.valueAt : 0;
  const valueLength = parameter ? parameter.valueLength : 0;
  switch (condition.operator) {
    case QueryOperator.Present:
      return parameter !== null;
    case QueryOperator.Absent:
      return parameter === null;
    case QueryOperator.Equal:
      return equal(valueAt, valueLength, condition.valueAt, condition.valueLength);
    case QueryOperator.NotEqual:
      return !equal(valueAt, valueLength, condition.valueAt, condition.valueLength);
    default: {
      const pattern = condition.pattern;
      const found = pattern !== null && matches(pattern, valueAt, valueLength);
      return found == (condition.operator == QueryOperator.Pattern);
    }
  }
}
