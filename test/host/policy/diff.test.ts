import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { loadPolicy, type Policy } from "../../../host/core/policy.ts";
import { parseLogLine } from "../../../host/policy/access-log.ts";
import { diffPolicies } from "../../../host/policy/diff.ts";
import { samplesOf } from "../../../host/policy/pattern-sample.ts";
import { resourceMayMatch } from "../../../host/policy/probe.ts";
import { Replay } from "../../../host/policy/replay.ts";
import { requirementOf, requirementText } from "../../../host/policy/requirement.ts";
import { readSection } from "../../../host/policy/section.ts";
import { request, section } from "./arbitraries.ts";

type Written = Record<string, unknown>;

function policyOf(rules: readonly Written[], more: Written = {}): Policy {
  return loadPolicy({ default_policy: "deny", ...more, rules });
}

/** The changes, each on a line. */
function changes(before: Policy, after: Policy): string[] {
  return diffPolicies(before, after).changes.map(
    ({ direction, hosts, methods, people, networks, targets, before, after }) =>
      [direction, hosts, methods, people, networks, targets, `${before} → ${after}`].flat().filter(Boolean).join(" | "),
  );
}

function requirement(policy: Policy, asked: Parameters<Policy["decide"]>[0]): string {
  return requirementText(requirementOf({ policy, section: readSection(policy.section) }, asked));
}

const app = { domain: "app.example.com", policy: "one_factor" };

describe("the difference of two policies", () => {
  test("is nothing when only the form differs", () => {
    const before = policyOf([{ ...app, methods: "get", networks: "home", subject: "group:a" }], {
      networks: [{ name: "home", networks: ["10.0.0.0/8"] }],
    });
    const after = policyOf([
      { ...app, domain: ["APP.example.com"], methods: ["GET"], networks: ["10.0.0.0/8"], subject: [["group:a"]] },
    ]);
    expect(changes(before, after)).toEqual([]);
  });

  test("names host, method, group and what is asked, and that more is allowed", () => {
    const rule = { domain: "admin.example.com", methods: ["GET", "POST"], subject: "group:admins" };
    const before = policyOf([{ ...rule, policy: "two_factor" }]);
    const after = policyOf([{ ...rule, policy: "one_factor" }]);
    expect(changes(before, after)).toEqual([
      "more | admin.example.com | GET | POST | group admins | two_factor → one_factor",
    ]);
    expect(changes(after, before)).toEqual([
      "less | admin.example.com | GET | POST | group admins | one_factor → two_factor",
    ]);
  });

  test.each<[string, Written[], Written[], string[]]>([
    ["an anchor that is gone", [{ ...app, resources: "^/a$" }], [{ ...app, resources: "^/a" }], ["/ax"]],
    ["a flag", [{ ...app, resources: "^/a$" }], [{ ...app, resources: "(?i)^/a$" }], ["/A"]],
    ["an alternative", [{ ...app, resources: "^/(a|b)/" }], [{ ...app, resources: "^/(a|c)/" }], ["/b/", "/c/"]],
    [
      "a query's value",
      [{ ...app, query: { key: "a", value: 1 } }],
      [{ ...app, query: { key: "a", value: 2 } }],
      ["a=1", "a=2"],
    ],
    ["a smaller network", [{ ...app, networks: "10.0.0.0/8" }], [{ ...app, networks: "10.0.0.0/9" }], ["10.0.0.0/8"]],
    [
      "a bypassed depth",
      [{ ...app, domain: "*.b.com" }],
      [{ domain_regex: "^[a-z]+\\.b\\.com$", policy: "one_factor" }],
      ["*.*.b.com"],
    ],
    [
      "an AND",
      [{ ...app, subject: ["user:a", "group:b"] }],
      [{ ...app, subject: [["user:a", "group:b"]] }],
      ["user a", "group b"],
    ],
    ["a placeholder", [{ ...app, domain: "{user}.b.com" }], [{ ...app, domain: "*.b.com" }], ["{user}.b.com"]],
    [
      "the age of a login",
      [{ ...app, max_age: "1h" }],
      [{ ...app, max_age: "2h" }],
      ["one_factor (max_age 1h) → one_factor (max_age 2h)"],
    ],
    ["an authentication method", [app], [{ ...app, amr: ["hwk"] }], ["one_factor → one_factor (amr hwk)"]],
    [
      "who is denied first",
      [{ domain: "app.example.com", policy: "deny", subject: "group:x" }, app],
      [app],
      ["group x"],
    ],
  ])("shows %s", (_, before, after, words) => {
    const text = changes(policyOf(before), policyOf(after)).join("\n");
    for (const word of words) expect(text).toContain(word);
  });

  test("puts what allows more first", () => {
    const before = policyOf([
      { domain: "a.com", policy: "one_factor" },
      { domain: "b.com", policy: "two_factor" },
    ]);
    const after = policyOf([
      { domain: "a.com", policy: "deny" },
      { domain: "b.com", policy: "bypass" },
    ]);
    expect(diffPolicies(before, after).changes.map(({ direction }) => direction)).toEqual([
      "more",
      "more",
      "less",
      "less",
    ]);
  });

  test("covers another default policy", () => {
    expect(changes(policyOf([app]), policyOf([app], { default_policy: "one_factor" }))).toEqual([
      "more | (any other host) | anonymous | deny → login",
      "more | (any other host) | every user | deny → one_factor",
    ]);
  });

  test("says when there was too much to ask", () => {
    const rules = Array.from({ length: 40 }, (_, i) => ({
      ...app,
      methods: ["GET", "POST", "PUT", "DELETE"],
      resources: [`^/a${i}`],
      subject: [`group:g${i}`, `user:u${i}`],
    }));
    const diff = diffPolicies(policyOf(rules), policyOf(rules.slice(1)));
    expect(diff.cut).toEqual(["app.example.com"]);
    expect(diff.changes.length).toBeGreaterThan(0);
  });

  test("finds every change that requests over the same world meet", () => {
    let changed = 0;
    fc.assert(
      fc.property(
        section,
        fc.nat(),
        section,
        fc.array(request, { minLength: 40, maxLength: 40 }),
        (written, at, other, requests) => {
          // One rule of a policy is exchanged for one of another.
          const rules = written.rules.toSpliced(at % written.rules.length, 1, other.rules[0]!);
          const before = loadPolicy(written);
          const after = loadPolicy({ ...written, rules });
          const found = diffPolicies(before, after).changes;
          for (const { example } of found) expect(requirement(before, example)).not.toBe(requirement(after, example));
          const missed = requests.filter((asked) => requirement(before, asked) !== requirement(after, asked));
          if (missed.length > 0) changed++;
          if (found.length === 0) expect(missed).toEqual([]);
        },
      ),
      { numRuns: 50 },
    );
    expect(changed).toBeGreaterThan(10);
  });
});

describe("examples for an expression", () => {
  test.each([
    "^/api/.*$",
    "^/(?P<User>\\w+)/x",
    "(a|b)c{2,3}d?$",
    "[[:alpha:]-]+\\.js$",
    "^\\Q/a.b(c\\E$",
    "(?i)^/ADMIN",
    "^/api([/?].*)?$",
    "^/\\x41\\x{42}$",
    "^/[^/]{3,5}/\\d+(?:\\.json|\\.xml)?$",
    "^/\\w+\\b-",
    "^/((a|b)|(c|d))+$",
  ])("are matched by %s", (expression) => {
    const targets = samplesOf(expression).flatMap((sample) => [sample, `/${sample}`]);
    expect(targets.some((target) => target.startsWith("/") && resourceMayMatch(expression, target))).toBe(true);
  });

  test("come to an end for every text", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."ab()[]{}|*+?\\.^$,19:-PQE<>") }), (expression) => {
        expect(samplesOf(expression).length).toBeLessThanOrEqual(24);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("an access log", () => {
  test.each([
    [
      `{"client":"10.0.0.1","method":"POST","host":"app.example.com:8443","path":"/x","status":200}`,
      { method: "POST", host: "app.example.com:8443", target: "/x", address: "10.0.0.1" },
    ],
    [
      `{"authority":"a.com","path":"/?a=1","user":"bob","groups":"dev,ops"}`,
      { method: "GET", host: "a.com", target: "/?a=1", user: "bob", groups: ["dev", "ops"] },
    ],
    [`{"host":"a.com","path":"/","user":null}`, { method: "GET", host: "a.com", target: "/", user: null }],
    [
      `a.com:443 192.0.2.1 - - [27/Jul/2026:01:02:03 +0000] "GET /x?y HTTP/1.1" 200 5 "-" "curl"`,
      { method: "GET", host: "a.com:443", target: "/x?y", address: "192.0.2.1" },
    ],
    ["nonsense", undefined],
    [`{"host":`, undefined],
    [`{"host":"a.com"}`, undefined],
  ])("line is read: %s", (line, logged) => {
    expect(parseLogLine(line)).toEqual(logged);
  });

  test("put to both policies counts the requests that change, for everybody it may have been", () => {
    const before = policyOf([{ ...app, subject: "group:dev" }]);
    const after = policyOf([{ ...app, subject: "group:dev", policy: "two_factor" }]);
    const replay = new Replay(before, after);
    const line = { method: "GET", host: "App.example.com:443", target: "/x", address: "192.0.2.1" };
    replay.add(line);
    replay.add({ ...line, user: "bob", groups: ["dev"] });
    replay.add({ ...line, user: "bob", groups: ["dev"] });
    replay.add({ ...line, user: null });
    replay.add({ ...line, host: "other.example.com" });
    expect(replay.counts).toEqual({ requests: 5, changed: 3 });
    expect(replay.changes.map(({ count, person, before, after }) => [count, person, before, after])).toEqual([
      [2, "bob", "one_factor", "two_factor"],
      [1, "group dev", "one_factor", "two_factor"],
    ]);
  });
});
