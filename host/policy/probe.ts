// Small questions to the core about one regular expression: whether it is about a host or a path. What an expression
// means has one home, and a sample of it is only believed when the core agrees.
import { loadPolicy, type Policy, PolicyError } from "../core/policy.ts";

const probes = new Map<string, Policy | undefined>();

/** How many compiled expressions are kept. */
const probeLimit = 2000;

/** Whether a `domain_regex` matches a host for everybody: one with a group named User or Group never does. */
export function hostMatches(expression: string, host: string): boolean {
  return matches({ domain_regex: expression }, `https://${host}/`);
}

/** Whether a `domain_regex` matches a host for somebody. */
export function hostMayMatch(expression: string, host: string): boolean {
  return matches({ domain_regex: expression }, `https://${host}/`, "one_factor");
}

/** Whether an expression of `resources` matches a target (a raw path with its query) for somebody. */
export function resourceMayMatch(expression: string, target: string): boolean {
  return matches({ domain: "probe.invalid", resources: expression }, `https://probe.invalid${target}`, "one_factor");
}

/** Whether a query condition of operator `pattern` matches a value. */
export function valueMatches(expression: string, value: string): boolean {
  const query = [{ key: "probe", operator: "pattern", value: expression }];
  return matches({ domain: "probe.invalid", query }, `https://probe.invalid/?probe=${encodeURIComponent(value)}`);
}

/** Whether a target can be decided about at all. */
export function isReadable(target: string): boolean {
  const anything = probe({ domain: "probe.invalid", policy: "bypass" });
  const request = { method: "GET", url: `https://probe.invalid${target}`, address: "" };
  return anything?.decide(request).outcome === "allow";
}

function matches(criteria: Readonly<Record<string, unknown>>, url: string, policy = "bypass"): boolean {
  const decision = probe({ ...criteria, policy })?.decide({ method: "GET", url, address: "" });
  return decision !== undefined && decision.outcome !== "refuse" && decision.rule === 1;
}

function probe(rule: Readonly<Record<string, unknown>>): Policy | undefined {
  const key = JSON.stringify(rule);
  if (!probes.has(key)) {
    if (probes.size >= probeLimit) probes.clear();
    probes.set(key, compile(rule));
  }
  return probes.get(key);
}

function compile(rule: Readonly<Record<string, unknown>>): Policy | undefined {
  try {
    return loadPolicy({ default_policy: "deny", rules: [rule] });
  } catch (error) {
    if (error instanceof PolicyError) return undefined;
    throw error;
  }
}
