// Compiles the access control section of a configuration, given as JSON, into a Policy. The syntax is Authelia's. The first
// mistake ends it: the problem, with the path to its place.
import { JsonKind } from "../../encoding/json";
import { createRegion } from "../../memory/region";
import { text } from "../../memory/text";
import { addToIndex, createDomainIndex } from "./domain-index";
import { Policy } from "./policy";
import { Problem } from "./problem";
import { readNamedNetworks } from "./read-network";
import { readAccess, readRule } from "./read-rule";
import { createPolicyReading, PolicyReading } from "./reading";
import { Access, Rule } from "./rule";

const KEYS = text("default_policy, networks, rules");

const theReading: PolicyReading = createPolicyReading();

/**
 * Compiles `length` bytes of JSON, which this leaves unchanged; in the shape that Traefik gives it where it `isLoose`. Null after a
 * problem, which `problem` then has.
 */
export function compilePolicy(problem: Problem, json: usize, length: i32, isLoose: bool = false): Policy | null {
  problem.clear();
  const target = createRegion();
  const policy = changetype<Policy>(target.allocate(offsetof<Policy>()));
  policy.region = target;
  policy.index = createDomainIndex(target);
  theReading.problem = problem;
  theReading.region = target;
  theReading.networks = null;
  theReading.json.isLoose = isLoose;

  // Rules may name networks that are defined behind them, so the definitions are read first. Reading changes the bytes; what
  // the policy keeps points into its own copy of them.
  const scratch = heap.alloc(length);
  memory.copy(scratch, json, length);
  const complete =
    readSection(theReading, scratch, length, policy, true) &&
    readSection(theReading, target.copy(json, length), length, policy, false);
  heap.free(scratch);
  if (complete && isSound(theReading, policy)) return policy;

  target.free();
  return null;
}

/** Gives back everything a policy holds. */
export function freePolicy(policy: Policy): void {
  policy.region.free();
}

/** Reads the section once: only the definitions of networks, or all but them. */
function readSection(reading: PolicyReading, at: usize, length: i32, policy: Policy, definitions: bool): bool {
  reading.json.read(at, length);
  if (!reading.beginObject()) return false;
  while (reading.json.nextKey()) {
    const before = reading.enterKey();
    if (!readMember(reading, policy, definitions)) return false;
    reading.problem.leave(before);
  }
  return reading.json.finished() || reading.reportSyntax();
}

function readMember(reading: PolicyReading, policy: Policy, definitions: bool): bool {
  const key = reading.json.wordIn(KEYS);
  const isDefinition = key == 1;
  if (isDefinition != definitions) {
    reading.json.skip();
    return true;
  }
  switch (key) {
    case 0:
      return readDefaultPolicy(reading, policy);
    case 1:
      return readNamedNetworks(reading);
    case 2:
      return readRules(reading, policy);
    default:
      return reading.problem.reportChoice(text("unknown key"), 0, 0, text(""), KEYS);
  }
}

function readDefaultPolicy(reading: PolicyReading, policy: Policy): bool {
  if (reading.skipNull()) return true;
  if (reading.json.peek() != JsonKind.String || !reading.json.string()) return reading.report(text("must be a text"));
  if (reading.json.textLength > 0) policy.defaultAccess = readAccess(reading);
  return !reading.problem.isFound;
}

function readRules(reading: PolicyReading, policy: Policy): bool {
  if (reading.skipNull()) return true;
  if (policy.rules) return reading.report(text("must not come twice"));
  if (!reading.beginList()) return reading.report(text("must be a list of rules"));
  let last: Rule | null = null;
  while (reading.json.nextElement()) {
    const before = reading.problem.enterElement(policy.ruleCount);
    const rule = readRule(reading, ++policy.ruleCount);
    if (!rule) return reading.reportSyntax();
    addToIndex(reading.region, policy.index, rule);
    if (last) last.next = rule;
    else policy.rules = rule;
    last = rule;
    reading.problem.leave(before);
  }
  return true;
}

/** A policy without rules that bypasses or denies everything is a mistake, as it is in Authelia. */
function isSound(reading: PolicyReading, policy: Policy): bool {
  if (policy.rules) return true;
  if (policy.defaultAccess == Access.OneFactor || policy.defaultAccess == Access.TwoFactor) return true;
  return reading.report(text("there are no rules; then default_policy must be one_factor or two_factor"));
}
