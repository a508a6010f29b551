// Compiles the access control section of a configuration, given as JSON, into a Policy. The syntax is Authelia's. The first
// mistake ends it; problem.ts then has it, with the path to its place.
import { JsonKind } from "../../encoding/json";
import { createRegion, Region } from "../../memory/region";
import { isText, text } from "../../memory/text";
import { addToIndex, createDomainIndex } from "./domain-index";
import {
  clearProblem,
  enterElement,
  enterNamed,
  hasProblem,
  leave,
  report,
  reportAtOffset,
  reportValue,
} from "./problem";
import { forgetNamedNetworks, readNamedNetworks } from "./read-network";
import { accessNamed, readRule } from "./read-rule";
import { beginObject, beginReading, reader, region, skipNull } from "./reading";
import { Access, Policy, Rule } from "./rule";

/** Compiles `length` bytes of JSON, which this leaves unchanged. Null after a problem. */
export function compilePolicy(json: usize, length: i32): Policy | null {
  clearProblem();
  forgetNamedNetworks();
  const target = createRegion();
  const policy = changetype<Policy>(target.allocate(offsetof<Policy>()));
  policy.region = target;
  policy.index = createDomainIndex(target);

  // Rules may name networks that are defined behind them, so the definitions are read first. Reading changes the bytes; what
  // the policy keeps points into its own copy of them.
  const scratch = heap.alloc(length);
  memory.copy(scratch, json, length);
  const complete =
    readSection(target, scratch, length, policy, true) &&
    readSection(target, target.copy(json, length), length, policy, false);
  heap.free(scratch);
  if (complete && isSound(policy)) return policy;

  target.free();
  return null;
}

/** Gives back everything a policy holds. */
export function freePolicy(policy: Policy): void {
  policy.region.free();
}

/** Reads the section once: only the definitions of networks, or all but them. */
function readSection(target: Region, at: usize, length: i32, policy: Policy, definitions: bool): bool {
  beginReading(at, length, target);
  if (!beginObject()) return false;
  while (reader.nextKey()) {
    const before = enterNamed(reader.textAt, reader.textLength);
    if (!readMember(policy, definitions)) return false;
    leave(before);
  }
  return reader.finished() || (!hasProblem() && reportAtOffset(text("not valid JSON"), reader.offset));
}

function readMember(policy: Policy, definitions: bool): bool {
  const at = reader.textAt;
  const length = reader.textLength;
  const isDefinition = isText(at, length, text("networks"));
  if (isDefinition != definitions) {
    reader.skip();
    return true;
  }
  if (isDefinition) return readNamedNetworks();
  if (isText(at, length, text("default_policy"))) return readDefaultPolicy(policy);
  if (isText(at, length, text("rules"))) return readRules(policy);
  return report(text("unknown key; allowed are default_policy, networks, rules"));
}

function readDefaultPolicy(policy: Policy): bool {
  if (skipNull()) return true;
  if (reader.peek() != JsonKind.String || !reader.string()) return report(text("must be a text"));
  if (reader.textLength == 0) return true;
  const access = accessNamed(reader.textAt, reader.textLength);
  if (<i32>access < 0) {
    const allowed = text(" is not a policy; allowed are bypass, one_factor, two_factor, deny");
    return reportValue(text(""), reader.textAt, reader.textLength, allowed);
  }
  policy.defaultAccess = access;
  return true;
}

function readRules(policy: Policy): bool {
  if (skipNull()) return true;
  if (policy.rules) return report(text("must not come twice"));
  if (reader.peek() != JsonKind.Array) return report(text("must be a list of rules"));
  reader.enterArray();
  let last: Rule | null = null;
  while (reader.nextElement()) {
    const before = enterElement(policy.ruleCount);
    const rule = readRule(++policy.ruleCount);
    if (!rule) return !hasProblem() && reportAtOffset(text("not valid JSON"), reader.offset);
    addToIndex(region, policy.index, rule);
    if (last) last.next = rule;
    else policy.rules = rule;
    last = rule;
    leave(before);
  }
  return true;
}

/** A policy without rules that bypasses or denies everything is a mistake, as it is in Authelia. */
function isSound(policy: Policy): bool {
  if (policy.rules) return true;
  if (policy.defaultAccess == Access.OneFactor || policy.defaultAccess == Access.TwoFactor) return true;
  return report(text("there are no rules; then default_policy must be one_factor or two_factor"));
}
