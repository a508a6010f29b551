// Policies and requests over a small world, so that rules and requests meet often.
import fc from "fast-check";
import type { AuthorizationRequest } from "../../../host/core/policy.ts";

const users = ["alice", "bob", "carol"];
const groups = ["admins", "dev", "ops"];
const labels = ["app", "admin", "alice", "dev", "a.b"];

const some = <T>(entries: readonly T[], max = 3) =>
  fc.array(fc.constantFrom(...entries), { minLength: 1, maxLength: max });
const sometimes = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 });

const domain = fc.constantFrom(
  ...labels.map((label) => `${label}.example.com`),
  "example.com",
  "*.example.com",
  "*.B.example.com",
  "*.com",
  "{user}.example.com",
  "{group}.example.com",
  "{user}-app.example.com",
);
const expression = fc.constantFrom("^a", "^app\\.", "example\\.com$", "^(?P<User>\\w+)\\.", "^(?P<Group>\\w+)\\.e");
const network = fc.constantFrom(
  "10.0.0.0/8",
  "10.1.0.0/16",
  "10.1.2.3",
  "::/0",
  "0.0.0.0/0",
  "::ffff:10.0.0.0/104",
  "2001:db8::/32",
  "2001:db8:1::/48",
  "home",
);
const term = fc.constantFrom(...users.map((name) => `user:${name}`), ...groups.map((name) => `group:${name}`));
const subject = fc.oneof(
  term,
  fc.array(fc.oneof(term, fc.array(term, { minLength: 1, maxLength: 3 })), { minLength: 1, maxLength: 3 }),
);
const condition = fc.constantFrom<Record<string, string>>(
  { key: "a" },
  { key: "a", operator: "absent" },
  { key: "a", value: "1" },
  { key: "b", operator: "not equal", value: "1" },
  { key: "b", operator: "pattern", value: "^[0-9]+$" },
);
const query = fc.array(fc.oneof(condition, fc.array(condition, { minLength: 1, maxLength: 2 })), {
  minLength: 1,
  maxLength: 2,
});
const resource = fc.constantFrom("^/api", "^/api$", "^/(a|b)/", "\\.js$", "^/(?P<User>\\w+)", "a=1", "^/.*$");
const methods = ["GET", "POST", "PUT"];

const criteria = {
  domain: fc.array(domain, { minLength: 1, maxLength: 3 }),
  domain_regex: sometimes(fc.array(expression, { minLength: 1, maxLength: 2 })),
  methods: sometimes(some(methods)),
  networks: sometimes(fc.array(network, { minLength: 1, maxLength: 3 })),
  query: sometimes(query),
  resources: sometimes(fc.array(resource, { minLength: 1, maxLength: 2 })),
};

/** Without what bypass must not have: a subject, and an expression that names people. */
const bypassRule = fc.record({ ...criteria, domain_regex: fc.constant(undefined), policy: fc.constant("bypass") });
const deniedRule = fc.record({ ...criteria, subject: sometimes(subject), policy: fc.constant("deny") });
const loginRule = fc.record({
  ...criteria,
  subject: sometimes(subject),
  policy: fc.constantFrom("one_factor", "two_factor"),
  max_age: sometimes(fc.constantFrom("15m", 3600)),
  amr: sometimes(some(["hwk", "otp"], 2)),
});

/** Access control sections that the core accepts. */
export const section = fc.record({
  default_policy: fc.constantFrom("deny", "one_factor", "two_factor", "bypass"),
  networks: fc.constant([{ name: "home", networks: ["192.168.0.0/16", "fd00::/8"] }]),
  rules: fc.array(fc.oneof(bypassRule, deniedRule, loginRule), { minLength: 1, maxLength: 6 }),
});

const host = fc.oneof(
  fc.constantFrom(...labels.map((label) => `${label}.example.com`), "example.com", "bob-app.example.com", "other.test"),
  fc.constantFrom("x.b.example.com", "bob.example.com", "ops.example.com", "carol.example.com", "example.com"),
);
const address = fc.constantFrom(
  "10.1.2.3",
  "10.1.9.9",
  "10.9.9.9",
  "192.168.1.1",
  "8.8.8.8",
  "2001:db8::1",
  "2001:db8:1::1",
  "fd00::1",
  "::1",
);
const target = fc.constantFrom(
  "/",
  "/api",
  "/api/x",
  "/a/",
  "/b/x.js",
  "/alice",
  "/bob/x",
  "/?a=1",
  "/api?a=2&b=5",
  "/a/?b=1",
  "/x?b=x",
);
const person = fc.option(
  fc.record({
    name: fc.constantFrom(...users, "dave"),
    groups: fc.subarray(groups),
    level: fc.constantFrom(1 as const, 2 as const),
    amr: fc.subarray(["pwd", "otp", "hwk"]),
    authTime: fc.constantFrom(1_790_000_000, 1_789_990_000),
  }),
  { nil: undefined, freq: 4 },
);

export const request: fc.Arbitrary<AuthorizationRequest> = fc
  .record({ host, address, target, subject: person, method: fc.constantFrom(...methods, "DELETE") })
  .map(({ host, target, ...rest }) => ({ ...rest, url: `https://${host}${target}`, now: 1_790_000_100 }));
