// The core against the evaluator, on policies and requests made up so that rules are met, missed by little, and overlap.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AuthorizationRequest, loadPolicy, type Policy } from "../../../host/core/policy.ts";
import { type AccessControl, type Condition, type Evaluation, evaluate, type Rule } from "./evaluator.ts";

const NOW = 1_700_000_000;

// A small world, so that things made up apart from one another meet.
const labels = ["app", "admin", "alice", "bob", "dev", "ops", "x", "a-b"];
const suffixes = [".example.com", ".test.example.com", ".other.org", "-app.example.com"];
const hosts = [
  ...labels.flatMap((label) => suffixes.map((suffix) => label + suffix)),
  "example.com",
  "other.org",
  "a.b.example.com",
];
const words = ["api", "admin", "alice", "Alice", "public", "dev", "v1", "a b", "é"];
const keys = ["a", "b", "A", "a b", "debug"];
const values = ["", "1", "2", "42", "true", "x y", "é"];
const addresses = [
  "10.1.2.3",
  "10.1.2.4",
  "192.0.2.1",
  "::1",
  "2001:db8::1",
  "2001:db8:1::1",
  "::ffff:10.1.2.3",
  "::ffff:a01:203",
];
const blocks = [
  "10.0.0.0/8",
  "10.1.2.3",
  "10.1.2.0/30",
  "192.0.2.1/32",
  "0.0.0.0/0",
  "::/0",
  "2001:db8::/32",
  "2001:db8::/47",
  "::1",
  "::ffff:10.0.0.0/104",
];
const names = ["alice", "bob", "ALICE"];
const groupNames = ["admins", "dev", "ops", "Dev"];

const oneOf = <T>(values: readonly T[]) => fc.constantFrom(...values);
const oneOrMore = <T>(value: fc.Arbitrary<T>) => fc.oneof(value, fc.array(value, { minLength: 1, maxLength: 3 }));
/** Present in so many of a hundred. */
const present = <T>(percent: number, value: fc.Arbitrary<T>) =>
  fc.oneof({ weight: percent, arbitrary: value }, { weight: 100 - percent, arbitrary: fc.constant(undefined) });

const domain = fc.oneof(
  { weight: 5, arbitrary: oneOf(hosts) },
  {
    weight: 5,
    arbitrary: oneOf([
      "*.example.com",
      "*.test.example.com",
      "*.com",
      "*.other.org",
      "*.app.example.com",
      "*.EXAMPLE.com",
    ]),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(oneOf(["{user}", "{group}"]), oneOf([...suffixes, ".com", "example.com"]))
      .map((parts) => parts.join("")),
  },
);

/** Regular expressions that mean the same to RE2 and to JavaScript. */
const literal = oneOf([...words, "/", "/", "\\.", "-", "\\?", "=1", "example", "com", "org", "%"]);
const atom = fc.oneof(
  { weight: 6, arbitrary: literal },
  {
    weight: 4,
    arbitrary: oneOf([
      ".",
      ".*",
      ".+",
      ".*?",
      "[^/]+",
      "[^/.]*",
      "[a-z]+",
      "\\d+",
      "\\w+",
      "[^a]",
      "[a-cx]{1,3}",
      "a?",
      "(?:a|al)",
    ]),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(literal, literal, oneOf(["", "+", "?", "{2}"])).map(([a, b, times]) => `(${a}|${b})${times}`),
  },
);
const unnamed = fc
  .tuple(
    oneOf(["^", "^/", "", "(?i)", "(?i)^"]),
    fc.array(atom, { minLength: 1, maxLength: 4 }),
    oneOf(["$", "", "", "(/|$)", "(\\?|$)"]),
  )
  .map(([start, atoms, end]) => start + atoms.join("") + end);
const named = oneOf([
  "^(?P<User>\\w+)\\.example\\.com$",
  "^(?P<Group>\\w+)\\.",
  "^(?<User>[a-z]+)-(?<Group>app)",
  "^(?P<User>\\w+)\\.(?P<Group>\\w+)\\.",
  "^/(?P<User>\\w+)(/|$)",
  "/(?P<Group>dev|ops)\\b",
  "^/api/(?P<User>[^/]+)/(?P<Group>[^/?]+)",
  "(?i)/(?P<User>alice)?",
]);
const pattern = fc.oneof({ weight: 4, arbitrary: unnamed }, { weight: 1, arbitrary: named });

const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ key: oneOf(keys) }),
  fc.record({ key: oneOf(keys), operator: oneOf(["present", "absent"] as const) }),
  fc.record({ key: oneOf(keys), value: oneOf(values) }),
  fc.record({ key: oneOf(keys), operator: oneOf(["equal", "not equal"] as const), value: oneOf(values) }),
  fc.record({
    key: oneOf(keys),
    operator: oneOf(["pattern", "not pattern"] as const),
    value: oneOf(["^\\d+$", "1", "^$", "^.* .*$", "(?i)TRUE"]),
  }),
);
const term = fc.oneof(
  oneOf(names).map((name) => `user:${name}`),
  oneOf(groupNames).map((group) => `group:${group}`),
);

const rule: fc.Arbitrary<Rule> = fc
  .record({
    policy: oneOf(["bypass", "one_factor", "one_factor", "two_factor", "deny"] as const),
    domain: present(90, oneOrMore(domain)),
    domain_regex: present(20, oneOrMore(pattern)),
    resources: present(30, oneOrMore(pattern)),
    methods: present(15, oneOrMore(oneOf(["GET", "post", "HEAD", "DELETE"]))),
    networks: present(15, oneOrMore(oneOf([...blocks, "office", "home"]))),
    subject: present(15, oneOrMore(oneOrMore(term))),
    query: present(15, oneOrMore(oneOrMore(condition))),
    max_age: present(20, oneOf([0, 60, 3600])),
    amr: present(20, oneOrMore(oneOf(["hwk", "otp"]))),
  })
  .map(sound);

/** As it is made up: what is absent is undefined. */
type Loose<T> = { [Key in keyof T]: T[Key] | undefined } & { policy: Rule["policy"] };

/** The rule without what the language does not allow in it. */
function sound({ policy, subject, max_age, amr, ...rest }: Loose<Rule>): Rule {
  const asksForLogin = policy === "one_factor" || policy === "two_factor";
  const usable: Partial<Rule> = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  const namesPeople = JSON.stringify(usable.domain_regex ?? "").includes("<");
  return {
    ...(usable.domain || usable.domain_regex ? usable : { ...usable, domain: "*.example.com" }),
    policy: policy === "bypass" && (namesPeople || subject) ? "one_factor" : policy,
    ...(subject && { subject }),
    ...(asksForLogin && max_age !== undefined && { max_age }),
    ...(asksForLogin && amr && { amr }),
  };
}

const accessControl: fc.Arbitrary<AccessControl> = fc.record({
  default_policy: oneOf(["deny", "bypass", "one_factor", "two_factor"] as const),
  networks: fc.constant([
    { name: "office", networks: ["10.1.2.0/24", "2001:db8::/48"] },
    { name: "home", networks: "192.0.2.1" },
  ]),
  rules: fc.array(rule, { minLength: 1, maxLength: 12 }),
});

const segment = fc.oneof(
  { weight: 8, arbitrary: oneOf(words).map(encodeURIComponent) },
  { weight: 2, arbitrary: oneOf(["%61pi", "v1;x=1", "dev%3Bops", "admin%23", "public%3Fa=1", "x.y", "1", "%25"]) },
  { weight: 1, arbitrary: oneOf(["..", ".", "", "%2e%2e", "a%2fb", "..;", "%2541", "a\\b", "%ff"]) },
);
const path = fc.array(segment, { maxLength: 4 }).map((segments) => `/${segments.join("/")}`);
const parameter = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(oneOf(keys), oneOf(values)).map((pair) => pair.map(encodeURIComponent).join("=")) },
  { weight: 1, arbitrary: oneOf(["a", "=", "", "a=%zz", "a=1;b=2", "a+b=x+y", "%61=1", "a=1=2"]) },
);
const query = fc.oneof(
  fc.constant(""),
  fc.array(parameter, { maxLength: 3 }).map((pairs) => `?${pairs.join("&")}`),
);
const subject = fc.record({
  name: oneOf(["alice", "bob", "carol", "dev"]),
  groups: fc.uniqueArray(oneOf(groupNames), { maxLength: 3 }),
  level: oneOf([1, 2] as const),
  amr: fc.subarray(["pwd", "otp", "hwk"]),
  authTime: oneOf([0, 60, 61, 3600, 4000]).map((age) => NOW - age),
});

const request: fc.Arbitrary<AuthorizationRequest> = fc.record({
  method: fc.oneof(
    { weight: 9, arbitrary: oneOf(["GET", "GET", "POST", "HEAD", "PURGE"]) },
    { weight: 1, arbitrary: oneOf(["get", ""]) },
  ),
  url: fc
    .tuple(
      fc.oneof(
        { weight: 20, arbitrary: oneOf(["https", "https", "wss", "HTTPS"]) },
        { weight: 1, arbitrary: fc.constant("http") },
      ),
      fc.oneof(
        { weight: 9, arbitrary: oneOf(hosts) },
        { weight: 1, arbitrary: oneOf(["App.Example.Com:8443", "app.example.com.", "[::1]", "u@app.example.com"]) },
      ),
      path,
      query,
    )
    .map(([scheme, host, path, query]) => `${scheme}://${host}${path}${query}`),
  address: fc.oneof(
    { weight: 9, arbitrary: oneOf(addresses) },
    { weight: 1, arbitrary: oneOf(["", "10.1.2.3:80", "[::1]:443", "unknown", "10.1.2", "010.1.2.3"]) },
  ),
  subject: present(70, subject),
  now: fc.constant(NOW),
});

const questions = fc.array(request, { minLength: 12, maxLength: 12 });

function ask(policy: Policy, request: AuthorizationRequest): Evaluation {
  const { reason: _, basic: __, ...decision } = policy.decide(request);
  return { loginReason: undefined, ...decision };
}

describe("the core", () => {
  test("decides as the evaluator does, whatever the policy and the request", () => {
    const seen: Record<string, number> = {};
    const count = (what: string) => (seen[what] = (seen[what] ?? 0) + 1);
    fc.assert(
      fc.property(accessControl, questions, (accessControl, requests) => {
        const policy = loadPolicy(accessControl);
        for (const request of requests) {
          const decision = ask(policy, request);
          expect({ request, ...decision }).toEqual({ request, ...evaluate(accessControl, request) });
          count(decision.outcome);
          count(decision.loginReason ?? "");
          if (decision.rule > 0) count("by rule");
          if (decision.rule > 3) count("by late rule");
        }
      }),
      { numRuns: 2000 },
    );
    // The made-up world must not be so far off that all this shows nothing.
    const total = 2000 * 12;
    expect(seen["by rule"]! / total).toBeGreaterThan(0.3);
    expect(seen["by late rule"]! / total).toBeGreaterThan(0.05);
    for (const what of ["allow", "deny", "login", "refuse", "anonymous", "level", "age", "method"]) {
      expect(seen[what]! / total, what).toBeGreaterThan(0.004);
    }
  });

  test("decides by the same rule with 10,000 others around it", () => {
    const padding = (index: number): Rule => ({
      policy: "bypass",
      domain: index % 2 === 0 ? `pad${index}.example.com` : `*.pad${index}.example.com`,
    });
    fc.assert(
      fc.property(accessControl, fc.array(questions, { minLength: 4, maxLength: 4 }), (accessControl, requests) => {
        const gap = Math.ceil(10_000 / accessControl.rules.length);
        const padded = accessControl.rules.flatMap((rule, index) => [
          ...Array.from({ length: gap }, (_, i) => padding(index * gap + i)),
          rule,
        ]);
        const alone = loadPolicy(accessControl);
        const crowded = loadPolicy({ ...accessControl, rules: padded });
        for (const request of requests.flat()) {
          const decision = ask(alone, request);
          const rule = decision.rule * (gap + 1);
          expect({ request, ...ask(crowded, request) }).toEqual({ request, ...decision, rule });
        }
      }),
      { numRuns: 10 },
    );
  });

  test("keeps the order of rules that different parts of the index find", () => {
    const host = "app.example.com";
    const ways: Rule[] = [
      { domain: host, policy: "deny" },
      { domain: "*.example.com", policy: "deny" },
      { domain: "*.com", policy: "deny" },
      { domain_regex: "^app", policy: "deny" },
      { domain: "{user}.example.com", policy: "deny" },
      { domain: ["other.org", "*.example.com"], domain_regex: "nothing", policy: "deny" },
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(ways, { minLength: 1 }), fc.nat({ max: 5 }), (rules, misses) => {
        const missing = rules.slice(0, misses).map((rule) => ({ ...rule, methods: "POST" }));
        const policy = loadPolicy({ rules: [...missing, ...rules] });
        const { rule } = policy.decide({ method: "GET", url: `https://${host}/`, address: "" });
        expect(rule).toBe(missing.length + 1);
      }),
    );
  });

  test("answers the same again, whatever was asked in between", () => {
    fc.assert(
      fc.property(accessControl, accessControl, questions, (first, second, requests) => {
        const policies = [loadPolicy(first), loadPolicy(second)];
        const answers = () => requests.map((request, index) => ask(policies[index % 2]!, request));
        expect(answers()).toEqual(answers());
      }),
      { numRuns: 100 },
    );
  });
});
