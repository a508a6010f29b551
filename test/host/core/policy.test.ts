// The policy language as an operator writes it: what each criterion matches, and what is said about each mistake.
import { describe, expect, test } from "vitest";
import { type AuthorizationRequest, loadPolicy, PolicyError, type Subject } from "../../../host/core/policy.ts";

const NOW = 1_700_000_000;
const alice: Subject = { name: "alice", groups: ["admins", "dev"], level: 1, amr: ["pwd"], authTime: NOW - 60 };
const bob: Subject = { name: "bob", groups: ["dev"], level: 1, amr: ["pwd"], authTime: NOW - 60 };

type Rule = Readonly<Record<string, unknown>>;
type Question = Partial<AuthorizationRequest> & { url?: string };

/** Decides by a policy of these rules that denies the rest. */
function decide(rules: Rule | readonly Rule[], { url = "/", ...question }: Question = {}, more: Rule = {}) {
  const policy = loadPolicy({ default_policy: "deny", ...more, rules });
  const absolute = url.startsWith("/") ? `https://app.example.com${url}` : url;
  return policy.decide({ method: "GET", address: "192.0.2.1", now: NOW, url: absolute, ...question });
}

/** Whether one rule, on top of a domain that holds, matches. */
function hits(rule: Rule, question: Question = {}, more: Rule = {}): boolean {
  const { outcome, rule: number } = decide(
    [{ domain: "*.example.com", policy: "one_factor", ...rule }],
    question,
    more,
  );
  expect(outcome).not.toBe("refuse");
  return number === 1;
}

function mistakeIn(accessControl: unknown): [path: readonly (string | number)[], message: string] {
  try {
    loadPolicy(accessControl);
  } catch (error) {
    if (error instanceof PolicyError) return [error.path, error.message];
  }
  throw new Error(`accepted: ${JSON.stringify(accessControl)}`);
}

const rule = { domain: "a.example.com", policy: "deny" };
const open = { domain: "a.example.com", policy: "one_factor" };
const policies = "bypass, one_factor, two_factor, deny";
const ruleKeys = "domain, domain_regex, resources, methods, networks, query, subject, policy, max_age, amr, basic";
const methods =
  "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, TRACE, CONNECT, COPY, LOCK, MKCOL, MOVE, PROPFIND, PROPPATCH, UNLOCK";
const inRule = (more: Rule): Rule => ({ rules: [rule, { ...open, ...more }] });
const networksOf = (networks: unknown): Rule => ({ networks, rules: [rule] });
const queryOf = (query: unknown): Rule => inRule({ query });
const aDomain =
  "is not a domain; write a host name such as app.example.com, *.example.com, {user}.example.com or {group}.example.com";
const aTime = "must be a time such as 900, 15m, 12h or 1h30m";

describe("a mistake in a policy", () => {
  test.each<[mistake: string, policy: unknown, path: (string | number)[], message: string]>([
    ["not a mapping", [], [], "must be a mapping"],
    ...["networks", "subject", "resources", "methods", "query", "max_age", "amr"].map(
      (key): [string, unknown, (string | number)[], string] => [
        `${key}: .inf, which is nothing in JSON`,
        inRule({ [key]: Number.POSITIVE_INFINITY }),
        ["rules", 1, key],
        "must be a finite number",
      ],
    ),
    ["no rules at all", {}, [], "there are no rules; then default_policy must be one_factor or two_factor"],
    [
      "no rules and bypass",
      { default_policy: "bypass", rules: [] },
      [],
      "there are no rules; then default_policy must be one_factor or two_factor",
    ],
    ["an unknown key", { rule: [] }, ["rule"], "unknown key; allowed are default_policy, networks, rules"],
    [
      "a key with a hyphen",
      { "default-policy": "deny" },
      ["default-policy"],
      "unknown key; allowed are default_policy, networks, rules",
    ],
    [
      "a key like a path",
      { "rules[0].x: y": 1 },
      ["rules", 0, "x: y"],
      "unknown key; allowed are default_policy, networks, rules",
    ],
    ["an empty key", inRule({ "": 1 }), ["rules", 1, ""], `unknown key; allowed are ${ruleKeys}`],
    [
      "an unknown default",
      { default_policy: "allow" },
      ["default_policy"],
      `"allow" is not a policy; allowed are ${policies}`,
    ],
    ["a default that is no text", { default_policy: 1 }, ["default_policy"], "must be a text"],
    ["rules that are no list", { rules: rule }, ["rules"], "must be a list of rules"],
    ["a rule that is no mapping", { rules: ["deny"] }, ["rules", 0], "must be a mapping"],
    ["a rule that is null", { rules: [rule, null] }, ["rules", 1], "must be a mapping"],
    [
      "an unknown key of a rule",
      inRule({ domains: "x" }),
      ["rules", 1, "domains"],
      `unknown key; allowed are ${ruleKeys}`,
    ],
    [
      "a hyphen in a rule's key",
      inRule({ "max-age": 1 }),
      ["rules", 1, "max-age"],
      `unknown key; allowed are ${ruleKeys}`,
    ],
    [
      "a key that is not ASCII",
      inRule({ "domäne: x": 1 }),
      ["rules", 1, "domäne: x"],
      `unknown key; allowed are ${ruleKeys}`,
    ],
    [
      "no policy",
      { rules: [{ domain: "a.b" }] },
      ["rules", 0],
      `a rule needs a policy: bypass, one_factor, two_factor or deny`,
    ],
    [
      "an unknown policy",
      inRule({ policy: "Deny" }),
      ["rules", 1, "policy"],
      `"Deny" is not a policy; allowed are ${policies}`,
    ],
    ["an empty policy", inRule({ policy: "" }), ["rules", 1, "policy"], "must not be empty"],
    ["no domain", { rules: [{ policy: "deny" }] }, ["rules", 0], "a rule needs a domain or a domain_regex"],
    ["an empty list of domains", inRule({ domain: [] }), ["rules", 1], "a rule needs a domain or a domain_regex"],
    ["an empty domain", inRule({ domain: "" }), ["rules", 1, "domain"], "must not be empty"],
    ["a domain that is a number", inRule({ domain: ["a.b", 7] }), ["rules", 1, "domain", 1], "must be a text"],
    ...[
      "https://a.b",
      "a.b:443",
      "a.b/",
      "a.b.",
      ".",
      "*.",
      "*",
      "*a.b",
      "a.*.b",
      "*.*.b",
      "a..b",
      "{user}",
      "{group}",
      "{x}.b",
      "a.{user}.b",
      "bücher.de",
      "a b",
      "[::1]",
    ].map((domain): [string, unknown, (string | number)[], string] => [
      `the domain ${domain}`,
      inRule({ domain: ["a.b", domain] }),
      ["rules", 1, "domain", 1],
      `"${domain}" ${aDomain}`,
    ]),
    [
      "a bad domain_regex",
      inRule({ domain_regex: "^(a$" }),
      ["rules", 1, "domain_regex"],
      "missing closing ) at offset 1",
    ],
    [
      "a bad resource",
      inRule({ resources: ["^/", "a**"] }),
      ["rules", 1, "resources", 1],
      "invalid nested repetition operator at offset 1",
    ],
    [
      "a backreference",
      inRule({ resources: "(a)\\1" }),
      ["rules", 1, "resources"],
      "invalid escape sequence at offset 3",
    ],
    ["an empty resource", inRule({ resources: "" }), ["rules", 1, "resources"], "must not be empty"],
    [
      "an unknown method",
      inRule({ methods: ["GET", "FETCH"] }),
      ["rules", 1, "methods", 1],
      `"FETCH" is not a method a rule can name; allowed are ${methods}`,
    ],
    [
      "an unknown network",
      inRule({ networks: ["10.0.0.0/8", "intranet"] }),
      ["rules", 1, "networks", 1],
      '"intranet" is not an address, a CIDR block or the name of a network',
    ],
    [
      "a prefix too long",
      inRule({ networks: "10.0.0.0/33" }),
      ["rules", 1, "networks"],
      '"10.0.0.0/33" is not an address, a CIDR block or the name of a network',
    ],
    ["networks that are no list", networksOf({}), ["networks"], "must be a list of named networks"],
    [
      "a network without a name",
      networksOf([{ networks: "10.0.0.1" }]),
      ["networks", 0],
      "a named network needs a name",
    ],
    ["a network without networks", networksOf([{ name: "x" }]), ["networks", 0], "a named network needs networks"],
    [
      "a network with no entries",
      networksOf([{ name: "x", networks: [] }]),
      ["networks", 0],
      "a named network needs networks",
    ],
    [
      "a bad entry of a network",
      networksOf([{ name: "x", networks: ["10.0.0.1", "y"] }]),
      ["networks", 0, "networks", 1],
      '"y" is not an address, a CIDR block or the name of a network',
    ],
    [
      "a network defined twice",
      networksOf([
        { name: "x", networks: "::1" },
        { name: "x", networks: "::1" },
      ]),
      ["networks", 1],
      'the network "x" is defined twice',
    ],
    [
      "an unknown key of a network",
      networksOf([{ name: "x", network: "::1" }]),
      ["networks", 0],
      'unknown key "network"; allowed are name, networks',
    ],
    [
      "a subject of neither kind",
      inRule({ subject: "alice" }),
      ["rules", 1, "subject"],
      '"alice" is not a subject; write user:NAME, group:NAME or source:PROVIDER',
    ],
    [
      "a subject without a name",
      inRule({ subject: ["user:a", ["group:"]] }),
      ["rules", 1, "subject", 1, 0],
      '"group:" is not a subject; write user:NAME, group:NAME or source:PROVIDER',
    ],
    [
      "an OAuth client as subject",
      inRule({ subject: ["oauth2:client:x"] }),
      ["rules", 1, "subject", 0],
      "oauth2:client: subjects are not supported; use user: or group:",
    ],
    ["an empty alternative", inRule({ subject: [[]] }), ["rules", 1, "subject", 0], "must not be empty"],
    [
      "bypass with a subject",
      { rules: [{ ...rule, policy: "bypass", subject: "user:a" }] },
      ["rules", 0],
      "the policy bypass can't have a subject: it lets everybody in without a login",
    ],
    [
      "bypass with a named group",
      { rules: [{ domain_regex: "^(?P<User>\\w+)\\.x$", policy: "bypass" }] },
      ["rules", 0],
      "the policy bypass can't have a domain_regex with a group named User or Group",
    ],
    ["a query that is no mapping", queryOf("a=b"), ["rules", 1, "query"], "must be a mapping"],
    ["an empty query alternative", queryOf([[]]), ["rules", 1, "query", 0], "must not be empty"],
    [
      "a query without a key",
      queryOf([[{ value: "x" }]]),
      ["rules", 1, "query", 0, 0],
      "a query condition needs a key",
    ],
    [
      "an unknown operator",
      queryOf({ key: "a", operator: "is", value: "x" }),
      ["rules", 1, "query", "operator"],
      '"is" is not an operator; allowed are equal, not equal, present, absent, pattern, not pattern',
    ],
    [
      "an operator without its value",
      queryOf({ key: "a", operator: "equal" }),
      ["rules", 1, "query"],
      "this operator needs a value",
    ],
    [
      "a value too many",
      queryOf({ key: "a", operator: "absent", value: "x" }),
      ["rules", 1, "query"],
      "the operators present and absent take no value",
    ],
    ["a value that is a list", queryOf({ key: "a", value: [] }), ["rules", 1, "query", "value"], "must be a text"],
    [
      "a bad query pattern",
      queryOf({ key: "a", operator: "pattern", value: "[" }),
      ["rules", 1, "query", "value"],
      "missing closing ] at offset 0",
    ],
    [
      "an unknown key of a query",
      queryOf({ key: "a", val: "x" }),
      ["rules", 1, "query"],
      'unknown key "val"; allowed are operator, key, value',
    ],
    ...[-1, 1.5, "", "x", "1x", "-1", "1h30", "0h30", "h", "1.5h", "1 h", "99999999999", true, []].map(
      (time): [string, unknown, (string | number)[], string] => [
        `the max_age ${JSON.stringify(time)}`,
        inRule({ max_age: time }),
        ["rules", 1, "max_age"],
        time === ""
          ? "must not be empty"
          : typeof time === "object" || typeof time === "boolean"
            ? "must be a text"
            : aTime,
      ],
    ),
    [
      "an unknown amr",
      inRule({ amr: ["hwk", "passkey"] }),
      ["rules", 1, "amr", 1],
      '"passkey" is not an authentication method of RFC 8176, such as pwd, otp, hwk, swk, user, mfa',
    ],
    [
      "max_age where nobody logs in",
      { rules: [{ ...rule, max_age: 60 }] },
      ["rules", 0],
      "max_age and amr need the policy one_factor or two_factor",
    ],
    [
      "amr where nobody logs in",
      { rules: [{ ...rule, policy: "bypass", amr: "hwk" }] },
      ["rules", 0],
      "max_age and amr need the policy one_factor or two_factor",
    ],
  ])("is named with its place: %s", (_mistake, policy, path, message) => {
    expect(mistakeIn(policy)).toEqual([path, message]);
  });

  test("is found behind any number of rules", () => {
    const rules = [...Array(500).fill(rule), { ...rule, methods: "X" }];
    expect(mistakeIn({ rules })[0]).toEqual(["rules", 500, "methods"]);
  });
});

describe("a policy", () => {
  test("takes a single value wherever it takes a list, and null for what is absent", () => {
    const scalar = {
      domain: "app.example.com",
      methods: "get",
      networks: "192.0.2.1",
      resources: "^/$",
      subject: "user:alice",
    };
    const absent = { domain_regex: null, query: null, amr: null, max_age: null };
    expect(decide([{ ...scalar, ...absent, policy: "one_factor" }], { subject: alice }).rule).toBe(1);
    expect(loadPolicy({ default_policy: "two_factor", rules: null, networks: null })).toBeDefined();
  });

  test("decides by the first rule that matches, else by its default", () => {
    const rules = [
      { domain: "app.example.com", resources: "^/public", policy: "bypass" },
      { domain: "*.example.com", policy: "two_factor" },
      { domain: "app.example.com", policy: "bypass" },
    ];
    expect(decide(rules, { url: "/public" })).toMatchObject({ policy: "bypass", rule: 1, outcome: "allow" });
    expect(decide(rules, { url: "/" })).toMatchObject({ policy: "two_factor", rule: 2, outcome: "login" });
    expect(decide(rules, { url: "https://example.com/" })).toMatchObject({ policy: "deny", rule: 0, outcome: "deny" });
  });

  test("without a default denies", () => {
    expect(decide([rule], {}, { default_policy: undefined }).outcome).toBe("deny");
    expect(decide([rule], {}, { default_policy: "" }).outcome).toBe("deny");
  });
});

describe("domain", () => {
  test.each([
    ["app.example.com", "https://app.example.com/", true],
    ["APP.example.com", "https://aPP.Example.COM:8443/", true],
    ["app.example.com", "https://xapp.example.com/", false],
    ["*.example.com", "https://a.b.c.example.com/", true],
    ["*.example.com", "https://example.com/", false],
    ["*.example.com", "https://badexample.com/", false],
    ["{user}.example.com", "https://alice.example.com/", true],
    ["{user}.example.com", "https://bob.example.com/", false],
    ["{user}.example.com", "https://x.alice.example.com/", false],
    ["{user}-app.example.com", "https://alice-app.example.com/", true],
    ["{group}.example.com", "https://dev.example.com/", true],
    ["{group}.example.com", "https://DEV.example.com/", true],
    ["{group}.example.com", "https://ops.example.com/", false],
    ["{group}.example.com", "https://dev.x.example.com/", false],
  ])("%s and %s: %s", (domain, url, expected) => {
    expect(hits({ domain }, { url, subject: alice })).toBe(expected);
  });

  test("{user} and {group} stand for something", () => {
    expect(hits({ domain: "{user}app.example.com" })).toBe(false);
    expect(hits({ domain: "{user}app.example.com" }, { url: "https://my-app.example.com/" })).toBe(true);
  });

  test("{user} may be a name with a dot", () => {
    const subject = { ...alice, name: "a.b" };
    expect(hits({ domain: "{user}.example.com" }, { url: "https://a.b.example.com/", subject })).toBe(true);
  });

  test("{user} and {group} hold for any prefix while nobody is logged in, so that a login is asked for", () => {
    for (const domain of ["{user}.example.com", "{group}.example.com"]) {
      expect(decide([{ domain, policy: "deny" }], { url: "https://bob.example.com/" }).outcome).toBe("login");
      expect(decide([{ domain, policy: "deny" }], { url: "https://example.com/" }).rule).toBe(0);
    }
  });

  test("and domain_regex are alternatives", () => {
    const both = { domain: "a.example.com", domain_regex: "^b\\d\\.example\\.com$" };
    expect(hits(both, { url: "https://a.example.com/" })).toBe(true);
    expect(hits(both, { url: "https://b7.example.com/" })).toBe(true);
    expect(hits(both, { url: "https://c.example.com/" })).toBe(false);
  });
});

describe("domain_regex", () => {
  const of = (domain_regex: string) => ({ domain: undefined, domain_regex });

  test("is searched for in the lower-case host without its port", () => {
    expect(hits(of("^app\\.example\\.com$"), { url: "https://App.Example.com:8443/" })).toBe(true);
    expect(hits(of("ample"), {})).toBe(true);
    expect(hits(of("^ample"), {})).toBe(false);
    expect(hits(of("APP"), {})).toBe(false);
    expect(hits(of("(?i)APP"), {})).toBe(true);
  });

  test("holds with a group named User or Group when it is the user or one of the groups, in any case", () => {
    const user = of("^(?P<User>\\w+)\\.example\\.com$");
    expect(hits(user, { url: "https://ALICE.example.com/", subject: alice })).toBe(true);
    expect(hits(user, { url: "https://bob.example.com/", subject: alice })).toBe(false);
    expect(hits(user, { url: "https://bob.example.com/" })).toBe(true);
    const group = of("^(?<Group>\\w+)\\.example\\.com$");
    expect(hits(group, { url: "https://dev.example.com/", subject: bob })).toBe(true);
    expect(hits(group, { url: "https://admins.example.com/", subject: bob })).toBe(false);
    const both = of("^(?P<User>\\w+)-(?P<Group>\\w+)\\.example\\.com$");
    expect(hits(both, { url: "https://alice-dev.example.com/", subject: alice })).toBe(true);
    expect(hits(both, { url: "https://alice-ops.example.com/", subject: alice })).toBe(false);
    expect(hits(both, { url: "https://bob-dev.example.com/", subject: alice })).toBe(false);
  });
});

describe("resources", () => {
  test("match the decoded path, and the query as sent behind it", () => {
    expect(hits({ resources: "^/health$" }, { url: "/%68ealth" })).toBe(true);
    expect(hits({ resources: "^/health$" }, { url: "/health?x=1" })).toBe(false);
    expect(hits({ resources: "^/health$" }, { url: "/health?" })).toBe(true);
    expect(hits({ resources: "\\?x=%41$" }, { url: "/health?x=%41" })).toBe(true);
    expect(hits({ resources: ["^/a$", "^/b$"] }, { url: "/b" })).toBe(true);
    expect(hits({ resources: "^/caf.$" }, { url: "/caf%C3%A9" })).toBe(true);
    expect(hits({ resources: "^/a/$" }, { url: "/a" })).toBe(false);
  });

  test("with a group named User or Group ask for a login, and then for the right person", () => {
    const rules = [{ domain: "app.example.com", resources: "^/home/(?P<User>[^/]+)/", policy: "deny" }];
    expect(decide(rules, { url: "/home/bob/" }).outcome).toBe("login");
    expect(decide(rules, { url: "/home/bob/", subject: bob }).rule).toBe(1);
    expect(decide(rules, { url: "/home/bob/", subject: alice }).rule).toBe(0);
    expect(decide(rules, { url: "/home/BoB/", subject: bob }).rule).toBe(1);
  });

  test("with a group that took no part in the match hold for nobody", () => {
    expect(hits({ resources: "^/(?:x|(?P<User>\\w+)/)" }, { url: "/x", subject: { ...alice, name: "x" } })).toBe(false);
  });
});

describe("a path that can be read in several ways", () => {
  const guarded = [
    { domain: "app.example.com", resources: "^/admin(/|$)", policy: "deny" },
    { domain: "app.example.com", query: { key: "debug" }, policy: "deny" },
    { domain: "app.example.com", policy: "bypass" },
  ];

  test.each(["/admin;x=1", "/admin%3Bx", "/admin;x/y", "/admin%23x", "/ok%3Fdebug=1"])(
    "is refused where the rules differ: %s",
    (url) => {
      expect(decide(guarded, { url })).toEqual({
        outcome: "refuse",
        policy: "deny",
        rule: 0,
        basic: "allow",
        reason: "the path can be read in several ways that the rules may answer differently",
      });
    },
  );

  test.each(["/ok;x=1", "/ok%3Bx;y", "/C%23", "/why%3F", "/admin/C%23;x"])("is decided where they agree: %s", (url) => {
    expect(decide(guarded, { url }).rule).toBe(url.startsWith("/admin") ? 1 : 3);
  });

  test.each([
    "/%2561dmin",
    "/%25%36%31dmin",
    "/x/%25%32%65%25%32%65/admin",
    "/x/..%2fadmin",
    "//admin",
    "/x\\..\\admin",
    "/x/..;/admin",
  ])("is refused where its structure is in doubt: %s", (url) => {
    expect(decide(guarded, { url }).outcome).toBe("refuse");
  });

  test("leaves nothing behind for the next question", () => {
    const policy = loadPolicy({ rules: guarded });
    const ask = (url: string) =>
      policy.decide({ method: "GET", address: "", url: `https://app.example.com${url}` }).rule;
    expect([ask("/a%3Fdebug"), ask("/a"), ask("/a?debug"), ask("/a;b")]).toEqual([0, 3, 2, 3]);
  });
});

describe("methods", () => {
  test("match exactly what a rule names, in any case there", () => {
    expect(hits({ methods: ["get", "Propfind"] }, { method: "PROPFIND" })).toBe(true);
    expect(hits({ methods: ["GET"] }, { method: "HEAD" })).toBe(false);
    expect(hits({ methods: ["GET"] }, { method: "PURGE" })).toBe(false);
    expect(hits({}, { method: "PURGE" })).toBe(true);
  });
});

describe("networks", () => {
  const named = {
    networks: [
      { name: "office", networks: ["10.0.0.0/8", "2001:db8::/32"] },
      { name: "vpn", networks: "office" },
    ],
  };

  test("hold addresses, blocks and names", () => {
    expect(hits({ networks: "192.0.2.1" })).toBe(true);
    expect(hits({ networks: ["10.0.0.0/8", "192.0.2.0/24"] })).toBe(true);
    expect(hits({ networks: "office" }, { address: "10.9.9.9" }, named)).toBe(true);
    expect(hits({ networks: "vpn" }, { address: "[2001:db8::5]:443" }, named)).toBe(true);
    expect(hits({ networks: "office" }, { address: "2001:db9::5" }, named)).toBe(false);
  });

  test("hold IPv4 addresses mapped to IPv6, but no IPv6 block holds IPv4", () => {
    expect(hits({ networks: "10.0.0.0/8" }, { address: "::ffff:10.1.1.1" })).toBe(true);
    expect(hits({ networks: "::/0" }, { address: "2001:db8::1" })).toBe(true);
    expect(hits({ networks: "::/0" }, { address: "10.1.1.1" })).toBe(false);
  });

  test("refuse a request whose address is not known, where a rule that may match asks for it", () => {
    const rules = [
      { domain: "app.example.com", methods: "POST", networks: "10.0.0.0/8", policy: "bypass" },
      { domain: "*.example.com", policy: "one_factor" },
    ];
    for (const address of ["", "unknown", "010.0.0.1", "fe80::1%eth0"]) {
      expect(decide(rules, { method: "POST", address }).reason).toBe("the client address is not known");
      expect(decide(rules, { method: "GET", address }).rule).toBe(2);
      expect(decide(rules, { method: "POST", address, url: "https://b.example.com/" }).rule).toBe(2);
    }
  });
});

describe("subject", () => {
  test.each<[subject: unknown, forAlice: boolean, forBob: boolean]>([
    ["user:alice", true, false],
    ["group:dev", true, true],
    [["user:alice", "user:bob"], true, true],
    [[["user:alice", "group:admins"]], true, false],
    [[["group:dev", "group:admins"], "user:bob"], true, true],
    [[["user:bob", "group:admins"]], false, false],
    ["user:Alice", false, false],
    ["group:Dev", false, false],
    ["user:admins", false, false],
  ])("%j", (subject, forAlice, forBob) => {
    expect(hits({ subject }, { subject: alice })).toBe(forAlice);
    expect(hits({ subject }, { subject: bob })).toBe(forBob);
  });

  test("passes for a visitor nobody knows yet, who is asked to log in, by a deny rule too", () => {
    for (const policy of ["deny", "one_factor", "two_factor"]) {
      const decision = decide([{ domain: "app.example.com", subject: "user:bob", policy }]);
      expect(decision).toMatchObject({ outcome: "login", loginReason: "anonymous", rule: 1, policy });
    }
    expect(decide([{ domain: "app.example.com", policy: "deny" }]).outcome).toBe("deny");
  });

  test("holds for nobody in no group, and for groups whose names contain one another", () => {
    expect(hits({ subject: "group:dev" }, { subject: { ...bob, groups: [] } })).toBe(false);
    expect(hits({ subject: "group:dev" }, { subject: { ...bob, groups: ["devops", "de", "v", "xdev"] } })).toBe(false);
    expect(hits({ subject: "group:größe" }, { subject: { ...bob, groups: ["", "größe"] } })).toBe(true);
  });
});

describe("query", () => {
  test.each<[condition: Rule, query: string, expected: boolean]>([
    [{ key: "a" }, "?a", true],
    [{ key: "a" }, "?b", false],
    [{ key: "a", operator: "present" }, "?x&a=1", true],
    [{ key: "a", operator: "absent" }, "?A=1", true],
    [{ key: "a", operator: "absent" }, "?a", false],
    [{ key: "a", value: "1" }, "?a=1", true],
    [{ key: "a", value: "1" }, "?a=2&a=1", false],
    [{ key: "a", value: "x y" }, "?%61=x+y", true],
    [{ key: "a", value: 1 }, "?a=1", true],
    [{ key: "a", value: true }, "?a=true", true],
    [{ key: "a", value: "" }, "?b", true],
    [{ key: "a", operator: "not equal", value: "1" }, "?a=1", false],
    [{ key: "a", operator: "not equal", value: "1" }, "", true],
    [{ key: "a", operator: "pattern", value: "^[0-9]+$" }, "?a=42", true],
    [{ key: "a", operator: "pattern", value: "^[0-9]+$" }, "?a=4x", false],
    [{ key: "a", operator: "pattern", value: "^$" }, "", true],
    [{ key: "a", operator: "not pattern", value: "^[0-9]+$" }, "?a=4x", true],
    [{ key: "a", operator: "not pattern", value: "^[0-9]+$" }, "?a=42", false],
  ])("%j and %s: %s", (condition, query, expected) => {
    expect(hits({ query: condition }, { url: `/${query}` })).toBe(expected);
    expect(hits({ query: [[condition]] }, { url: `/${query}` })).toBe(expected);
  });

  test("is an OR of ANDs", () => {
    const query = [[{ key: "a" }, { key: "b" }], { key: "c" }];
    expect(hits({ query }, { url: "/?a" })).toBe(false);
    expect(hits({ query }, { url: "/?b&a" })).toBe(true);
    expect(hits({ query }, { url: "/?c" })).toBe(true);
  });
});

describe("a rule that asks for a login", () => {
  const one = { domain: "app.example.com", policy: "one_factor" };
  const two = { domain: "app.example.com", policy: "two_factor" };

  test("is satisfied by a session of its level or a higher one", () => {
    expect(decide([one], { subject: alice }).outcome).toBe("allow");
    expect(decide([one], { subject: { ...alice, level: 2 } }).outcome).toBe("allow");
    expect(decide([two], { subject: { ...alice, level: 2 } }).outcome).toBe("allow");
    expect(decide([two], { subject: alice })).toMatchObject({ outcome: "login", loginReason: "level" });
    expect(decide([two])).toMatchObject({ outcome: "login", loginReason: "anonymous" });
  });

  test.each<[maxAge: unknown, seconds: number]>([
    [900, 900],
    ["900", 900],
    ["90s", 90],
    ["15m", 900],
    ["12h", 43_200],
    ["1h30m", 5400],
    ["2d", 172_800],
    ["1w", 604_800],
    [0, 0],
    ["0", 0],
    ["0s", 0],
  ])("with max_age %j wants a login of the last %i seconds", (max_age, seconds) => {
    const at = (age: number) => decide([{ ...one, max_age }], { subject: { ...alice, authTime: NOW - age } });
    expect(at(seconds).outcome).toBe("allow");
    expect(at(seconds + 1)).toMatchObject({ outcome: "login", loginReason: "age", rule: 1 });
    expect(decide([{ ...one, max_age }]).loginReason).toBe("anonymous");
  });

  test("with amr wants one of these authentication methods", () => {
    const by = (...amr: string[]) => decide([{ ...one, amr: ["hwk", "swk"] }], { subject: { ...alice, amr } });
    expect(by("pwd", "hwk").outcome).toBe("allow");
    expect(by("swk").outcome).toBe("allow");
    expect(by("pwd", "otp", "mfa")).toMatchObject({ outcome: "login", loginReason: "method" });
    expect(by()).toMatchObject({ outcome: "login", loginReason: "method" });
    expect(by("HWK", "unheard-of").outcome).toBe("login");
  });
});

describe("a request", () => {
  const anything = [{ domain: "app.example.com", policy: "bypass" }];

  test.each([
    ["http://app.example.com/", "only https is protected here"],
    ["ftp://app.example.com/", "only https is protected here"],
    ["app.example.com", "only https is protected here"],
    ["", "only https is protected here"],
    ["https://app.example.com./", "the host is not a valid host name"],
    ["https://user@app.example.com/", "the host is not a valid host name"],
    ["https://app.example.com:99999/", "the host is not a valid host name"],
    ["https:///", "the host is not a valid host name"],
    ["https://app.example.com\\@evil.example/", "the path does not begin with a slash"],
    ["https://app.example.com/#x", "the path has a control character, a space or a fragment"],
  ])("for %s is refused: %s", (url, reason) => {
    expect(loadPolicy({ rules: anything }).decide({ method: "GET", address: "", url })).toEqual({
      outcome: "refuse",
      policy: "deny",
      rule: 0,
      basic: "allow",
      reason,
    });
  });

  test.each(["get", "", "GET ", "M-SEARCH", "G\u0000T", "X".repeat(33)])("with the method %j is refused", (method) => {
    expect(decide(anything, { method }).reason).toBe("the method is not made of letters A to Z");
  });

  test("over wss and HTTPS in capitals is decided", () => {
    expect(decide(anything, { url: "wss://app.example.com/" }).rule).toBe(1);
    expect(decide(anything, { url: "HTTPS://app.example.com" }).rule).toBe(1);
  });

  test("may be as long as a megabyte, and be followed by others", () => {
    const policy = loadPolicy({ rules: [{ domain: "app.example.com", resources: "(a|aa)*b$", policy: "bypass" }] });
    for (let i = 0; i < 5; i++) {
      const url = `https://app.example.com/${"a".repeat(1_000_000)}`;
      expect(policy.decide({ method: "GET", address: "", url }).rule).toBe(0);
      expect(policy.decide({ method: "GET", address: "", url: `${url}b` }).rule).toBe(1);
    }
  });
});
