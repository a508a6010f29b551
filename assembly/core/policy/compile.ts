// Compiles the access control section of a configuration, given as JSON, into a Policy. The syntax is Authelia's. The first
// mistake ends it; problem.ts then has it, with the path to its place.
import { JsonKind } from "../../encoding/json";
import { createRegion, Region } from "../../memory/region";
import { text } from "../../memory/text";
import { addToIndex, createDomainIndex } from "./domain-index";
import { Policy } from "./policy";
import {
  clearProblem,
  enterElement,
  enterNamed,
  hasProblem,
  leave,
  report,
  reportAtOffset,
  reportChoice,
} from "./problem";
import { forgetNamedNetworks, readNamedNetworks } from "./read-network";
import { readAccess, readRule } from "./read-rule";
import { beginObject, beginReading, reader, region, skipNull } from "./reading";
import { Access, Rule } from "./rule";

const KEYS = text("default_policy, networks, rules");

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
  const key = reader.wordIn(KEYS);
  const isDefinition = key == 1;
  if (isDefinition != definitions) {
    reader.skip();
    return true;
  }
  switch (key) {
    case 0:
      return readDefaultPolicy(policy);
    case 1:
      return readNamedNetworks();
    case 2:
      return readRules(policy);
    default:
      return reportChoice(text("unknown key"), 0, 0, text(""), KEYS);
  }
}

function readDefaultPolicy(policy: Policy): bool {
  if (skipNull()) return true;
  if (reader.peek() != JsonKind.String || !reader.string()) return report(text("must be a text"));
  if (reader.textLength > 0) policy.defaultAccess = readAccess();
  return !hasProblem();
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
