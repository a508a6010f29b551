// One rule of `access_control.rules`.
import { JsonKind } from "../../encoding/json";
import { text } from "../../memory/text";
import { amrBit } from "./amr";
import { METHODS } from "./method";
import { readDomains } from "./read-domain";
import { readNetworkEntries } from "./read-network";
import { readPatterns } from "./read-pattern";
import { readQueries } from "./read-query";
import { readSubjects } from "./read-subject";
import { PolicyReading } from "./reading";
import { Access, DomainKind, Pattern, Rule } from "./rule";

const NO_ACCESS: Access = <Access>-1;
const KEYS = text("domain, domain_regex, resources, methods, networks, query, subject, policy, max_age, amr, basic");
/** In the order of Access, but for the last, which is its first. */
const POLICIES = text("bypass, one_factor, two_factor, deny");
/** In the order of BasicUse. */
const BASIC_USES = text("allow, off, challenge");

export function readRule(reading: PolicyReading, number: i32): Rule | null {
  if (!reading.beginObject()) return null;
  const rule = reading.create<Rule>();
  rule.number = number;
  rule.maxAge = -1;
  rule.access = NO_ACCESS;
  while (reading.json.nextKey()) {
    const key = reading.json.wordIn(KEYS);
    const before = reading.enterKey();
    if (!reading.skipNull()) readMember(reading, rule, key);
    if (reading.problem.isFound) return null;
    reading.problem.leave(before);
  }
  if (reading.json.failed || !isSound(reading, rule)) return null;
  rule.hasSubject = dependsOnPerson(rule);
  return rule;
}

function readMember(reading: PolicyReading, rule: Rule, key: i32): void {
  switch (key) {
    case 0:
      rule.domains = readDomains(reading);
      return;
    case 1:
      rule.domainRegexes = readPatterns(reading);
      return;
    case 2:
      rule.resources = readPatterns(reading);
      return;
    case 3:
      return readMethods(reading, rule);
    case 4:
      rule.networks = readNetworkEntries(reading);
      return;
    case 5:
      rule.queries = readQueries(reading);
      return;
    case 6:
      rule.subjects = readSubjects(reading);
      return;
    case 7:
      if (reading.readText()) rule.access = readAccess(reading);
      return;
    case 8:
      return readMaxAge(reading, rule);
    case 9:
      return readAmr(reading, rule);
    case 10:
      if (reading.readText())
        rule.basic = reading.choose(BASIC_USES, text(" is not what a rule can do with Basic credentials"));
      return;
    default:
      reading.problem.reportChoice(text("unknown key"), 0, 0, text(""), KEYS);
  }
}

/** What only the whole rule can tell. */
function isSound(reading: PolicyReading, rule: Rule): bool {
  if (rule.access == NO_ACCESS)
    return reading.report(text("a rule needs a policy: bypass, one_factor, two_factor or deny"));
  if (!rule.domains && !rule.domainRegexes) return reading.report(text("a rule needs a domain or a domain_regex"));
  const asksForLogin = rule.access == Access.OneFactor || rule.access == Access.TwoFactor;
  if (!asksForLogin && (rule.maxAge >= 0 || rule.amr)) {
    return reading.report(text("max_age and amr need the policy one_factor or two_factor"));
  }
  if (rule.access != Access.Bypass) return true;
  if (rule.subjects)
    return reading.report(text("the policy bypass can't have a subject: it lets everybody in without a login"));
  if (!haveNamedGroups(rule.domainRegexes)) return true;
  return reading.report(text("the policy bypass can't have a domain_regex with a group named User or Group"));
}

/** Whether one of the expressions has a group that stands for a user or a group. */
function haveNamedGroups(first: Pattern | null): bool {
  for (let pattern = first; pattern !== null; pattern = pattern!.next) {
    if (pattern.userGroup >= 0 || pattern.groupGroup >= 0) return true;
  }
  return false;
}

/** Whether it matters to a rule who is asking. */
function dependsOnPerson(rule: Rule): bool {
  if (rule.subjects || haveNamedGroups(rule.domainRegexes) || haveNamedGroups(rule.resources)) return true;
  for (let pattern = rule.domains; pattern !== null; pattern = pattern!.next) {
    if (pattern.kind == DomainKind.User || pattern.kind == DomainKind.Group) return true;
  }
  return false;
}

/** The access that the text read last names; NO_ACCESS after a problem. */
export function readAccess(reading: PolicyReading): Access {
  const index = reading.choose(POLICIES, text(" is not a policy"));
  return index < 0 ? NO_ACCESS : (index + 1) & 3;
}

function readMethods(reading: PolicyReading, rule: Rule): void {
  const list = reading.beginEntries();
  for (let i = 0; reading.nextEntry(list, i); i++) {
    const before = reading.enterEntry(list, i);
    if (!reading.readText()) return;
    upperCase(reading.json.textAt, reading.json.textLength);
    const index = reading.choose(METHODS, text(" is not a method a rule can name"));
    if (index < 0) return;
    rule.methods |= 1 << index;
    reading.leaveEntry(before);
  }
}

/** Puts ASCII letters in upper case, in place. */
function upperCase(at: usize, length: i32): void {
  for (let i = 0; i < length; i++) {
    const byte = load<u8>(at + i);
    if (<u32>byte - 0x61 < 26) store<u8>(at + i, byte - 32);
  }
}

function readAmr(reading: PolicyReading, rule: Rule): void {
  const list = reading.beginEntries();
  for (let i = 0; reading.nextEntry(list, i); i++) {
    const before = reading.enterEntry(list, i);
    if (!reading.readText()) return;
    const bit = amrBit(reading.json.textAt, reading.json.textLength);
    if (!bit) {
      reading.reportText(text(" is not an authentication method of RFC 8176, such as pwd, otp, hwk, swk, user, mfa"));
      return;
    }
    rule.amr |= bit;
    reading.leaveEntry(before);
  }
}

/** Seconds as a number or a text, or a sum of numbers with the units s, m, h, d and w. */
function readMaxAge(reading: PolicyReading, rule: Rule): void {
  let isTime = true;
  if (reading.json.peek() == JsonKind.Number) {
    rule.maxAge = reading.json.integer();
    isTime = !reading.json.failed;
  } else if (reading.readText()) {
    rule.maxAge = secondsOf(reading.json.textAt, reading.json.textLength);
  }
  if (!isTime || rule.maxAge < 0) reading.report(text("must be a time such as 900, 15m, 12h or 1h30m"));
}

/** The seconds a duration stands for, or -1. */
function secondsOf(at: usize, length: i32): i64 {
  let total: i64 = -1;
  let number: i64 = -1;
  for (let i = 0; i < length; i++) {
    const byte = load<u8>(at + i);
    if (<u32>byte - 0x30 < 10) {
      number = max<i64>(number, 0) * 10 + <i64>(byte - 0x30);
      if (number > 1_000_000_000) return -1;
      continue;
    }
    const unit = secondsOfUnit(byte);
    if (!unit || number < 0) return -1;
    total = max<i64>(total, 0) + number * unit;
    number = -1;
  }
  if (number < 0) return total;
  return total < 0 ? number : -1;
}

function secondsOfUnit(byte: u8): i64 {
  if (byte == 0x73) return 1;
  if (byte == 0x6d) return 60;
  if (byte == 0x68) return 3600;
  if (byte == 0x64) return 86400;
  return byte == 0x77 ? 604800 : 0;
}
