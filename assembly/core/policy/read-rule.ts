// One rule of `access_control.rules`.
import { JsonKind } from "../../encoding/json";
import { isText, text } from "../../memory/text";
import { amrBit } from "./amr";
import { isMethod, methodBit, OTHER_METHOD } from "./method";
import { enterMember, enterNamed, hasProblem, leave, report, reportValue } from "./problem";
import { readDomains } from "./read-domain";
import { readNetworkEntries } from "./read-network";
import { readPatterns } from "./read-pattern";
import { readQueries } from "./read-query";
import { readSubjects } from "./read-subject";
import {
  beginEntries,
  beginObject,
  create,
  enterEntry,
  leaveEntry,
  nextEntry,
  reader,
  readText,
  skipNull,
} from "./reading";
import { Access, Pattern, Rule } from "./rule";

const NO_ACCESS: Access = <Access>-1;

export function readRule(number: i32): Rule | null {
  if (!beginObject()) return null;
  const rule = create<Rule>();
  rule.number = number;
  rule.maxAge = -1;
  rule.access = NO_ACCESS;
  while (reader.nextKey()) {
    const at = reader.textAt;
    const length = reader.textLength;
    const before = enterNamed(at, length);
    if (!skipNull() && !readMember(rule, at, length)) return null;
    leave(before);
  }
  if (reader.failed) return null;
  return isSound(rule) ? rule : null;
}

function readMember(rule: Rule, at: usize, length: i32): bool {
  if (isText(at, length, text("policy"))) return readPolicy(rule);
  if (isText(at, length, text("domain"))) return readDomains(rule);
  if (isText(at, length, text("domain_regex"))) {
    rule.domainRegexes = readPatterns(rule);
    return !hasProblem();
  }
  if (isText(at, length, text("resources"))) {
    rule.resources = readPatterns(rule);
    return !hasProblem();
  }
  if (isText(at, length, text("methods"))) return readMethods(rule);
  if (isText(at, length, text("networks"))) {
    rule.networks = readNetworkEntries();
    return !hasProblem();
  }
  if (isText(at, length, text("query"))) return readQueries(rule);
  if (isText(at, length, text("subject"))) return readSubjects(rule);
  if (isText(at, length, text("max_age"))) return readMaxAge(rule);
  if (isText(at, length, text("amr"))) return readAmr(rule);
  return report(
    text(
      "unknown key; allowed are domain, domain_regex, resources, methods, networks, query, subject, policy, max_age, amr",
    ),
  );
}

/** What only the whole rule can tell. */
function isSound(rule: Rule): bool {
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

function readPolicy(rule: Rule): bool {
  if (!readText()) return false;
  rule.access = accessNamed(reader.textAt, reader.textLength);
  if (rule.access != NO_ACCESS) return true;
  const allowed = text(" is not a policy; allowed are bypass, one_factor, two_factor, deny");
  return reportValue(text(""), reader.textAt, reader.textLength, allowed);
}

/** The access a policy name stands for; -1 for a name that is none. */
export function accessNamed(at: usize, length: i32): Access {
  if (isText(at, length, text("bypass"))) return Access.Bypass;
  if (isText(at, length, text("one_factor"))) return Access.OneFactor;
  if (isText(at, length, text("two_factor"))) return Access.TwoFactor;
  return isText(at, length, text("deny")) ? Access.Deny : NO_ACCESS;
}

function readMethods(rule: Rule): bool {
  const list = beginEntries();
  for (let i = 0; nextEntry(list, i); i++) {
    const before = enterEntry(list, i);
    if (!readText()) return false;
    const bit = methodBit(reader.textAt, upperCase(reader.textAt, reader.textLength));
    if (bit == OTHER_METHOD) {
      return reportValue(
        text(""),
        reader.textAt,
        reader.textLength,
        text(
          " is not a method a rule can name; allowed are GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, TRACE, CONNECT, " +
            "COPY, LOCK, MKCOL, MOVE, PROPFIND, PROPPATCH, UNLOCK",
        ),
      );
    }
    rule.methods |= bit;
    leaveEntry(before);
  }
  return true;
}

/** Puts ASCII letters in upper case, in place, and returns the length. */
function upperCase(at: usize, length: i32): i32 {
  for (let i = 0; i < length; i++) {
    const byte = load<u8>(at + i);
    if (<u32>byte - 0x61 < 26) store<u8>(at + i, byte - 32);
  }
  return length;
}

function readAmr(rule: Rule): bool {
  const list = beginEntries();
  for (let i = 0; nextEntry(list, i); i++) {
    const before = enterEntry(list, i);
    if (!readText()) return false;
    const bit = amrBit(reader.textAt, reader.textLength);
    if (!bit) {
      const allowed = text(" is not an authentication method of RFC 8176, such as pwd, otp, hwk, swk, user, mfa");
      return reportValue(text(""), reader.textAt, reader.textLength, allowed);
    }
    rule.amr |= bit;
    leaveEntry(before);
  }
  return true;
}

const MAX_AGE_HINT = text("must be a time such as 900, 15m, 12h or 1h30m");

/** Seconds as a number or a text, or a sum of numbers with the units s, m, h, d and w. */
function readMaxAge(rule: Rule): bool {
  if (reader.peek() == JsonKind.Number) {
    rule.maxAge = reader.integer();
    return (!reader.failed && rule.maxAge >= 0) || report(MAX_AGE_HINT);
  }
  if (!readText()) return false;
  rule.maxAge = secondsOf(reader.textAt, reader.textLength);
  return rule.maxAge >= 0 || report(MAX_AGE_HINT);
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
