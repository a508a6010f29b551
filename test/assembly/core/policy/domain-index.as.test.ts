import { beforeEach, describe, expect, test } from "vitest-pool-assemblyscript/assembly";
import { compilePolicy } from "../../../../assembly/core/policy/compile";
import {
  Candidates,
  CANDIDATES_BYTES,
  findCandidates,
  nextCandidate,
} from "../../../../assembly/core/policy/domain-index";
import { createProblem } from "../../../../assembly/core/policy/problem";
import { Policy } from "../../../../assembly/core/policy/policy";
import { readHost } from "../../../../assembly/core/url/host";
import { resetArena } from "../../../../assembly/memory/arena";
import { Slice } from "../../../../assembly/memory/slice";
import { length, place } from "../../memory/placed";

const found: Candidates = changetype<Candidates>(memory.data(<i32>CANDIDATES_BYTES, 8));
const host: Slice = changetype<Slice>(memory.data(offsetof<Slice>(), 8));

/** A policy of denying rules, one for each `domain` value, given as JSON. */
function policyFor(domains: string[]): Policy {
  let rules = "";
  for (let i = 0; i < domains.length; i++) {
    rules += (i > 0 ? "," : "") + '{"policy":"deny",' + domains[i] + "}";
  }
  const at = place('{"rules":[' + rules + "]}");
  const policy = compilePolicy(createProblem(), at, length);
  if (!policy) throw new Error("the policy does not compile");
  return policy;
}

/** The numbers of the candidates for a host, in the order in which they come. */
function candidates(policy: Policy, name: string): string {
  const at = place(name);
  if (!readHost(at, length, host)) throw new Error("not a host");
  findCandidates(found, policy.index, host);
  let numbers = "";
  for (let candidate = nextCandidate(found); candidate; candidate = nextCandidate(found)) {
    numbers += (numbers.length > 0 ? " " : "") + candidate.rule.number.toString();
  }
  return numbers;
}

describe("the candidates for a host", () => {
  beforeEach(() => {
    resetArena();
  });

  test("are the rules of its name, of its suffixes and of every host, in rule order", () => {
    const policy = policyFor([
      '"domain":"*.example.com"',
      '"domain":"app.example.com"',
      '"domain_regex":"x"',
      '"domain":"{user}.example.com"',
      '"domain":"other.example.com"',
      '"domain":"*.app.example.com"',
      '"domain":"*.com"',
      '"domain":"{group}-x.example.com"',
      '"domain":"APP.example.com"',
    ]);
    expect(candidates(policy, "app.example.com")).toBe("1 2 3 4 7 8 9");
    expect(candidates(policy, "a.app.example.com")).toBe("1 3 4 6 7 8");
    expect(candidates(policy, "example.com")).toBe("3 7");
    expect(candidates(policy, "com")).toBe("3");
    expect(candidates(policy, "[::1]")).toBe("3");
  });

  test("may come several times by several of a rule's domains, side by side", () => {
    const policy = policyFor(['"domain":["*.b.c","a.b.c","{user}.c"]', '"domain":"*.c"', '"domain":["a.b.c","a.b.c"]']);
    expect(candidates(policy, "a.b.c")).toBe("1 1 1 2 3 3");
  });

  test("include a placeholder whose rest has no dot, for every host", () => {
    const policy = policyFor(['"domain":"{user}host"', '"domain":"a.b"']);
    expect(candidates(policy, "alicehost")).toBe("1");
    expect(candidates(policy, "a.b")).toBe("1 2");
  });

  test("are found in a table that has grown, whatever else is in it", () => {
    const domains: string[] = [];
    for (let i = 0; i < 2000; i++)
      domains.push('"domain":"' + (i % 2 ? "*." : "") + "h" + i.toString() + '.example.com"');
    const policy = policyFor(domains);
    for (let i = 0; i < 2000; i++) {
      const host = (i % 2 ? "deep.er." : "") + "h" + i.toString() + ".example.com";
      expect(candidates(policy, host)).toBe((i + 1).toString());
    }
    expect(candidates(policy, "h2000.example.com")).toBe("");
  });

  test("are found for a host of as many labels as there can be", () => {
    const deepest = "a.".repeat(126) + "a";
    const policy = policyFor([
      '"domain":"*.a"',
      '"domain":"' + deepest + '"',
      '"domain":"*.a.a.a"',
      '"domain_regex":"^a"',
    ]);
    expect(candidates(policy, deepest)).toBe("1 2 3 4");
  });
});
