import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { loadPolicy } from "../../../host/core/policy.ts";
import { challengeWarnings } from "../../../host/policy/challenges.ts";
import { coveredRules } from "../../../host/policy/coverage.ts";
import { readSection } from "../../../host/policy/section.ts";
import { policyWarnings } from "../../../host/policy/warnings.ts";
import { cpuTime } from "../../../workshop/processes/cpu-time.ts";
import { request, section } from "./arbitraries.ts";

type Written = Record<string, unknown>;

function warningsOf(...rules: Written[]): string[] {
  const written = { default_policy: "deny", networks: [{ name: "home", networks: ["10.0.0.0/8"] }], rules };
  loadPolicy(written);
  return policyWarnings(written).map(({ path, message }) => `${path.join(".")}: ${message}`);
}

function unreachable(...rules: Written[]): number[] {
  const written = { default_policy: "deny", networks: [{ name: "home", networks: ["10.0.0.0/8"] }], rules };
  loadPolicy(written);
  return policyWarnings(written).flatMap((warning) => warning.unreachable ?? []);
}

const one = { domain: "app.example.com", policy: "one_factor" };

describe("an empty list, or a key without a value", () => {
  test.each([
    ["subject", "is about everybody"],
    ["networks", "is about every network"],
    ["methods", "is about every method"],
    ["resources", "is about every path"],
    ["query", "is about every query"],
    ["amr", "is content with every way to log in"],
  ])("of %s is told, since it counts as absent", (key, effect) => {
    expect(warningsOf({ ...one, [key]: [] })).toEqual([
      `rules.0.${key}: ${key} of rule 1 is an empty list, which counts as absent: the rule ${effect}`,
    ]);
    expect(warningsOf({ ...one, [key]: null })).toEqual([
      `rules.0.${key}: ${key} of rule 1 has no value, which counts as absent: the rule ${effect}`,
    ]);
    expect(warningsOf(one)).toEqual([]);
  });

  test("of domains is told beside one of expressions", () => {
    expect(warningsOf({ domain: [], domain_regex: "^a$", policy: "deny" })).toEqual([
      "rules.0.domain: domain of rule 1 is an empty list, which counts as absent",
    ]);
  });
});

describe("a rule that asks for Basic credentials", () => {
  const domain = (name: string, ...headers: string[]) => ({ domain: name, basic: { headers } });
  const messages = (rule: Written, ...domains: ReturnType<typeof domain>[]) =>
    challengeWarnings({ default_policy: "deny", rules: [rule] }, domains).map(({ path, message }) => [path, message]);
  const challenge = { ...one, basic: "challenge" };

  test("is told when its cookie domain does not take Authorization", () => {
    const message =
      "rule 1 asks for Basic credentials, which nobody can answer: session.cookies[].basic.headers of example.com lacks authorization";
    const rest = domain("other.net", "authorization");
    for (const name of ["app.example.com", "*.example.com", "{user}.example.com", "example.com", "*.com"])
      expect(messages({ ...challenge, domain: name }, domain("example.com", "proxy_authorization"), rest)).toEqual([
        [["rules", 0, "basic"], message],
      ]);
  });

  test("is not told when one of its cookie domains takes it, or when it is no such rule", () => {
    expect(messages(challenge, domain("example.com", "authorization"))).toEqual([]);
    expect(messages({ ...one, basic: "allow" }, domain("example.com"))).toEqual([]);
    const everywhere = { domain_regex: "^git\\.", policy: "one_factor", basic: "challenge" };
    expect(messages(everywhere, domain("example.com"), domain("other.net", "authorization"))).toEqual([]);
    expect(messages(everywhere, domain("example.com"))).toHaveLength(1);
  });
});

describe("a rule that can never match", () => {
  test("is named with the rule that covers it, and with what that lets in", () => {
    expect(
      warningsOf({ domain: "*.example.com", policy: "bypass" }, { domain: "admin.example.com", policy: "two_factor" }),
    ).toEqual([
      "rules.1: rule 2 (two_factor) can never match: rule 1 (bypass) matches every request before it, and lets everybody in",
    ]);
  });

  test.each<[string, Written, Written]>([
    ["the same domain in other letters", one, { ...one, domain: "APP.example.com" }],
    ["a wildcard around a literal", { ...one, domain: "*.example.com" }, one],
    ["a wildcard around a wildcard", { ...one, domain: "*.example.com" }, { ...one, domain: "*.dev.example.com" }],
    [
      "a wildcard around a placeholder",
      { ...one, domain: "*.example.com" },
      { ...one, domain: "{user}-x.example.com" },
    ],
    ["the same placeholder", { ...one, domain: "{group}.a.com" }, { ...one, domain: "{group}.a.com" }],
    [
      "the same expression",
      { domain_regex: "^a(?P<User>b)", policy: "deny" },
      { domain_regex: "^a(?P<User>b)", policy: "deny" },
    ],
    ["an expression about a literal", { domain_regex: "^a.*\\.com$", policy: "deny" }, one],
    ["more methods", { ...one, methods: ["GET", "POST"] }, { ...one, methods: "post" }],
    ["a wider network", { ...one, networks: "home" }, { ...one, networks: ["10.1.0.0/16", "::ffff:10.2.0.0/112"] }],
    ["a subject that asks for less", { ...one, subject: "group:a" }, { ...one, subject: [["user:b", "group:a"]] }],
    [
      "a query that asks for less",
      { ...one, query: [{ key: "a" }] },
      { ...one, query: [[{ key: "a" }, { key: "b" }]] },
    ],
    ["the same resources", { ...one, resources: ["^/a", "^/b"] }, { ...one, resources: "^/b" }],
  ])("is one covered by %s", (_, earlier, later) => {
    expect(unreachable(earlier, later)).toEqual([2]);
  });

  test.each<[string, Written, Written]>([
    ["the apex of a wildcard", { ...one, domain: "*.example.com" }, { ...one, domain: "example.com" }],
    [
      "a literal in a placeholder's place",
      { ...one, domain: "{user}.example.com" },
      { ...one, domain: "bob.example.com" },
    ],
    ["everybody behind a subject", { ...one, subject: "group:a" }, one],
    [
      "one of two groups behind both together",
      { ...one, subject: [["group:a", "group:b"]] },
      { ...one, subject: "group:a" },
    ],
    ["IPv4 behind ::/0", { ...one, networks: "::/0" }, { ...one, networks: "10.1.2.3" }],
    ["a literal behind an expression that names people", { domain_regex: "^(?P<User>app)\\.", policy: "deny" }, one],
    ["all methods behind one", { ...one, methods: "GET" }, one],
    ["another path", { ...one, resources: "^/a" }, { ...one, resources: "^/b" }],
    [
      "session terms, which are no criteria",
      { ...one, methods: "GET", max_age: 5 },
      { ...one, methods: ["GET", "PUT"] },
    ],
  ])("is not %s", (_, earlier, later) => {
    expect(unreachable(earlier, later)).toEqual([]);
  });

  test("may be covered by several rules, each for some of its domains", () => {
    expect(
      warningsOf(
        { domain: "a.example.com", policy: "bypass" },
        { domain: "b.example.com", policy: "one_factor" },
        { domain: ["a.example.com", "b.example.com"], policy: "one_factor" },
      ),
    ).toEqual([
      "rules.2: rule 3 (one_factor) can never match: rule 1 (bypass) and rule 2 (one_factor) match every request before it, " +
        "and rule 1 lets everybody in",
    ]);
  });

  test("is, when it has further domains, warned of for the covered one only", () => {
    expect(
      warningsOf(
        { ...one, policy: "bypass" },
        { domain: ["new.example.com", "app.example.com"], policy: "two_factor" },
      ),
    ).toEqual([
      "rules.1.domain.1: app.example.com never reaches rule 2 (two_factor): rule 1 (bypass) matches before it, " +
        "and lets everybody in",
    ]);
  });

  test("never matches, whatever is asked", () => {
    let warned = 0;
    fc.assert(
      fc.property(section, fc.array(request, { minLength: 30, maxLength: 30 }), (written, requests) => {
        const policy = loadPolicy(written);
        const dead = policyWarnings(written).flatMap(({ unreachable }) => unreachable ?? []);
        if (dead.length === 0) return;
        warned++;
        for (const asked of requests) expect(dead).not.toContain(policy.decide(asked).rule);
      }),
      { numRuns: 3000 },
    );
    expect(warned).toBeGreaterThan(100);
  });

  test("is warned of for single domains only where the rule never matches by them", () => {
    let warned = 0;
    fc.assert(
      fc.property(section, fc.array(request, { minLength: 20, maxLength: 20 }), (written, requests) => {
        for (const { rule, covered } of coveredRules(readSection(written)))
          for (const { entry } of covered) {
            const { domain: _, domain_regex: __, ...others } = written.rules[rule.number - 1]!;
            const key = String(entry.path[2]);
            if (key === "domain_regex" && others.policy === "bypass") continue;
            const rules: Written[] = [...written.rules];
            rules[rule.number - 1] = { ...others, [key]: entry.value };
            const policy = loadPolicy({ ...written, rules });
            warned++;
            for (const asked of requests) expect(policy.decide(asked).rule).not.toBe(rule.number);
          }
      }),
      { numRuns: 2000 },
    );
    expect(warned).toBeGreaterThan(300);
  });
});

describe("a list that says something twice", () => {
  test.each<[Written, string]>([
    [{ ...one, domain: ["a.com", "b.com", "A.com"] }, "rules.0.domain.2: a.com is in domain of rule 1 twice"],
    [{ ...one, methods: ["GET", "get"] }, "rules.0.methods.1: GET is in methods of rule 1 twice"],
    [
      {
        ...one,
        subject: [
          ["user:a", "group:b"],
          ["group:b", "user:a"],
        ],
      },
      "rules.0.subject.1: group:b and user:a is in subject of rule 1 twice",
    ],
    [{ ...one, resources: ["^/a", "^/a"] }, "rules.0.resources.1: ^/a is in resources of rule 1 twice"],
    [
      { ...one, domain: ["a.b.com", "*.b.com"] },
      "rules.0.domain.0: a.b.com of rule 1 says nothing that *.b.com beside it does not",
    ],
  ])("is warned of: %j", (rule, message) => {
    expect(warningsOf(rule)).toEqual([message]);
  });

  test("is not a wildcard beside its apex", () => {
    expect(warningsOf({ ...one, domain: ["b.com", "*.b.com", "{user}.b.com"] })).toEqual([]);
  });
});

test("ten thousand rules are checked in well under a second", () => {
  const rules = Array.from({ length: 10_000 }, (_, i) => ({
    domain: [`h${i}.example.com`, `*.h${i}.net`],
    policy: "one_factor",
  }));
  const start = cpuTime();
  expect(policyWarnings({ default_policy: "deny", rules })).toEqual([]);
  expect(cpuTime() - start).toBeLessThan(1500);
});
