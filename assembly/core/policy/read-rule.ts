// One rule of `access_control.rules`.
import { JsonKind } from "../../encoding/json";
import { text } from "../../memory/text";
import { amrBit } from "./amr";
import { METHODS } from "./method";
import { enterNamed, hasProblem, leave, report, reportChoice } from "./problem";
import { readDomains } from "./read-domain";
import { readNetworkEntries } from "./read-network";
import { readPatterns } from "./read-pattern";
import { readQueries } from "./read-query";
import { readSubjects } from "./read-subject";
import {
  beginEntries,
  beginObject,
  beginRule,
  choose,
  enterEntry,
  leaveEntry,
  nextEntry,
  reader,
  readText,
  reportText,
  rule,
  skipNull,
} from "./reading";
import { Access, Pattern, Rule } from "./rule";

const NO_ACCESS: Access = <Access>-1;
const KEYS = text("domain, domain_regex, resources, methods, networks, query, subject, policy, max_age, amr, basic");
/** In the order of Access, but for the last, which is its first. */
const POLICIES = text("bypass, one_factor, two_factor, deny");
/** In the order of BasicUse. */
const BASIC_USES = text("allow, off, challenge");

export function readRule(number: i32): Rule | null {
  if (!beginObject()) return null;
  beginRule(number);
  rule.maxAge = -1;
  rule.access = NO_ACCESS;
  while (reader.nextKey()) {
    const key = reader.wordIn(KEYS);
    const before = enterNamed(reader.textAt, reader.textLength);
    if (!skipNull()) readMember(key);
    if (hasProblem()) return null;
    leave(before);
  }
  return !reader.failed && isSound() ? rule : null;
}

function readMember(key: i32): void {
  switch (key) {
    case 0:
      return readDomains();
    case 1:
      rule.domainRegexes = readPatterns();
      return;
    case 2:
      rule.resources = readPatterns();
      return;
    case 3:
      return readMethods();
    case 4:
      rule.networks = readNetworkEntries();
      return;
    case 5:
      return readQueries();
    case 6:
      return readSubjects();
    case 7:
      if (readText()) rule.access = readAccess();
      return;
    case 8:
      return readMaxAge();
    case 9:
      return readAmr();
    case 10:
      if (readText()) rule.basic = choose(BASIC_USES, text(" is not what a rule can do with Basic credentials"));
      return;
    default:
      reportChoice(text("unknown key"), 0, 0, text(""), KEYS);
  }
}

/** What only the whole rule can tell. */
function isSound(): bool {
  if (rule.access == NO_ACCESS) return report(text("a rule needs a policy: bypass, one_factor, two_factor or deny"));
  if (!rule.domains && !rule.domainRegexes) return report(text("a rule needs a domain or a domain_regex"));
  const asksForLogin = rule.access == Access.OneFactor || rule.access == Access.TwoFactor;
  if (!asksForLogin && (rule.maxAge >= 0 || rule.amr)) {
    return report(text("max_age and amr need the policy one_factor or two_factor"));
  }
  if (rule.access != Access.Bypass) return true;
  if (rule.subjects)
    return report(text("the policy bypass can't have a subject: it lets everybody in without a login"));
  for (let pattern: Pattern | null = rule.domainRegexes; pattern !== null; pattern = pattern!.next) {
    if (pattern.userGroup >= 0 || pattern.groupGroup >= 0) {
      return report(text("the policy bypass can't have a domain_regex with a group named User or Group"));
    }
  }
  return true;
}

/** The access that the text read last names; NO_ACCESS after a problem. */
export function readAccess(): Access {
  const index = choose(POLICIES, text(" is not a policy"));
  return index < 0 ? NO_ACCESS : (index + 1) & 3;
}

function readMethods(): void {
  const list = beginEntries();
  for (let i = 0; nextEntry(list, i); i++) {
    const before = enterEntry(list, i);
    if (!readText()) return;
    upperCase(reader.textAt, reader.textLength);
    const index = choose(METHODS, text(" is not a method a rule can name"));
    if (index < 0) return;
    rule.methods |= 1 << index;
    leaveEntry(before);
  }
}

/** Puts ASCII letters in upper case, in place. */
function upperCase(at: usize, length: i32): void {
  for (let i = 0; i < length; i++) {
    const byte = load<u8>(at + i);
    if (<u32>byte - 0x61 < 26) store<u8>(at + i, byte - 32);
  }
}

function readAmr(): void {
  const list = beginEntries();
  for (let i = 0; nextEntry(list, i); i++) {
    const before = enterEntry(list, i);
    if (!readText()) return;
    const bit = amrBit(reader.textAt, reader.textLength);
    if (!bit) {
      reportText(text(" is not an authentication method of RFC 8176, such as pwd, otp, hwk, swk, user, mfa"));
      return;
    }
    rule.amr |= bit;
    leaveEntry(before);
  }
}

/** Seconds as a number or a text, or a sum of numbers with the units s, m, h, d and w. */
function readMaxAge(): void {
  let isTime = true;
  if (reader.peek() == JsonKind.Number) {
    rule.maxAge = reader.integer();
    isTime = !reader.failed;
  } else if (readText()) {
    rule.maxAge = secondsOf(reader.textAt, reader.textLength);
  }
  if (!isTime || rule.maxAge < 0) report(text("must be a time such as 900, 15m, 12h or 1h30m"));
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
