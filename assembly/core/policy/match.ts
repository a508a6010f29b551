// Which rule a request meets. The request is the host, path and query read last; who asks is an identity, or null for an
// anonymous visitor. Criteria are ANDed, the entries of one criterion ORed, an absent criterion matches.
import { allocateInArena } from "../../memory/arena";
import { equal, equalIgnoringCase } from "../../memory/bytes";
import { Identity, isInGroup, isInGroupIgnoringCase, isNamed } from "../identity";
import { capture, matches } from "../regex";
import { hostAt, hostLength } from "../url/host";
import { resourceAt, resourceLength } from "../url/path";
import { findParameter, valueAt, valueLength } from "../url/query";
import { findCandidates, nextCandidate } from "./domain-index";
import { contains } from "./network";
import {
  DomainKind,
  DomainPattern,
  Pattern,
  Policy,
  QueryAlternative,
  QueryCondition,
  QueryOperator,
  Rule,
  SubjectAlternative,
} from "./rule";

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

/** Bits of the request's method, see method.ts. */
let methodBits: u32 = 0;
/** Makes the client's address known to network.ts, on the first question about it. False when it can't. */
let resolveAddress: () => bool = () => false;
let addressAsked: bool = false;
/** Set when a rule asked for the client's address and it is not known: then no answer is safe. */
export let addressMissing: bool = false;

/** Tells the matcher about the request, before the first question about it. */
export function beginMatching(method: u32, addressResolver: () => bool): void {
  methodBits = method;
  resolveAddress = addressResolver;
  addressAsked = false;
  addressMissing = false;
}

/** The first rule that matches, or null: then the policy's default holds. */
export function firstMatch(policy: Policy, identity: Identity | null): Rule | null {
  findCandidates(policy.index);
  for (let candidate = nextCandidate(); candidate; candidate = nextCandidate()) {
    const rule = candidate.rule;
    const pattern = candidate.pattern;
    if (!(pattern ? domainHolds(pattern, identity) : domainsHold(rule, identity))) continue;
    if (missedCriterion(rule, identity) == Criterion.None) return rule;
  }
  return null;
}

/** The first criterion, the domain left out, on which a rule misses the request; None when it matches. */
export function missedCriterion(rule: Rule, identity: Identity | null): Criterion {
  if (rule.methods && !methodHolds(rule)) return Criterion.Methods;
  if (rule.networks && !networksHold(rule)) return Criterion.Networks;
  if (rule.subjects && identity && !subjectsHold(rule, identity)) return Criterion.Subject;
  if (rule.queries && !queriesHold(rule)) return Criterion.Query;
  if (rule.resources && !patternsHold(rule.resources, resourceAt, resourceLength, identity)) return Criterion.Resources;
  return Criterion.None;
}

export function methodHolds(rule: Rule): bool {
  return (rule.methods & methodBits) != 0;
}

/** Whether one of the rule's domains or domain expressions holds. */
export function domainsHold(rule: Rule, identity: Identity | null): bool {
  for (let pattern = rule.domains; pattern !== null; pattern = pattern!.next) {
    if (domainHolds(pattern, identity)) return true;
  }
  return patternsHold(rule.domainRegexes, hostAt, hostLength, identity);
}

export function domainHolds(pattern: DomainPattern, identity: Identity | null): bool {
  const at = pattern.textAt;
  const length = pattern.textLength;
  if (pattern.kind == DomainKind.Literal) return equal(hostAt, hostLength, at, length);
  const prefixLength = hostLength - length;
  if (prefixLength <= 0 || !equal(hostAt + prefixLength, length, at, length)) return false;
  if (pattern.kind == DomainKind.Wildcard || !identity) return true;
  if (pattern.kind == DomainKind.User) return isNamed(identity, hostAt, prefixLength);
  return isFirstLabel(prefixLength) && isInGroupIgnoringCase(identity, hostAt, prefixLength);
}

/** Whether the first so many bytes of the host are its first label. */
function isFirstLabel(length: i32): bool {
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

export function networksHold(rule: Rule): bool {
  if (!addressAsked) {
    addressAsked = true;
    addressMissing = !resolveAddress();
  }
  if (addressMissing) return false;
  for (let entry = rule.networks; entry !== null; entry = entry!.next) {
    if (contains(entry.network)) return true;
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

export function queriesHold(rule: Rule): bool {
  for (let alternative = rule.queries; alternative !== null; alternative = alternative!.next) {
    if (conditionsHold(alternative)) return true;
  }
  return false;
}

function conditionsHold(alternative: QueryAlternative): bool {
  for (let condition = alternative.conditions; condition !== null; condition = condition!.next) {
    if (!conditionHolds(condition)) return false;
  }
  return true;
}

function conditionHolds(condition: QueryCondition): bool {
  const present = findParameter(condition.keyAt, condition.keyLength);
  switch (condition.operator) {
    case QueryOperator.Present:
      return present;
    case QueryOperator.Absent:
      return !present;
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
