// The file that `zerohop policy test` reads: a policy, the people it is about, and what is expected of requests.
import { dirname, resolve } from "node:path";
import { z } from "zod";
import { isMapping } from "../kit/config/mapping.ts";
import { Report } from "../kit/config/report.ts";
import { YamlDocument } from "../kit/yaml/document.ts";
import { nearest } from "../kit/yaml/nearest.ts";
import { InvalidFileError, type Path, type Position } from "../kit/yaml/problem.ts";
import { describe, leaf, Mistake, section, validate } from "../kit/yaml/schema.ts";
import { maxAgeSeconds } from "./section.ts";

const outcomes = ["allow", "login", "deny", "refuse"] as const;
const policies = ["bypass", "one_factor", "two_factor", "deny"] as const;

const text = leaf((value) => {
  if (typeof value === "string" && value !== "") return value;
  throw new Mistake(value === undefined ? "is required: a text" : `must be a text, not ${describe(value)}`);
});
const texts = leaf(readTexts);
const groups = leaf((value) => (value === undefined || value === null || isEmptyList(value) ? [] : readTexts(value)));
const level = leaf((value): 1 | 2 => {
  if (value === 1 || value === 2) return value;
  throw new Mistake(`must be 1 or 2, the factors of the session, not ${describe(value)}`);
});

const session = { level: level.optional(), amr: groups.optional(), auth_time: leaf(readAuthTime).optional() };

const person = z.preprocess(
  (value) => (value === null || typeof value === "string" || Array.isArray(value) ? { groups: value } : value),
  section({ groups, ...session }),
);

const expectation = z.preprocess(
  (value) => (typeof value === "string" ? { outcome: value } : value),
  section({
    outcome: leaf((value) => oneOf(outcomes, value)).optional(),
    policy: leaf((value) => oneOf(policies, value)).optional(),
    rule: leaf(readRule).optional(),
    reason: text.optional(),
  }),
);

const schema = section({
  config: text.optional(),
  access_control: z.unknown().optional(),
  users: z.preprocess((value) => value ?? {}, z.record(z.string(), person)),
  tests: z
    .array(
      section({
        name: text.optional(),
        url: texts,
        method: texts.prefault("GET"),
        user: leaf(readUsers),
        groups: groups.optional(),
        ip: text.optional(),
        ...session,
        now: leaf(readTime).optional(),
        expect: expectation,
      }),
    )
    .min(1, "must hold at least one expectation"),
});

type Written = z.output<typeof schema>;
type WrittenTest = Written["tests"][number];

/** What a request's decision has to be; what is absent may be anything. */
export type Expected = z.output<typeof expectation>;

export interface Expectation extends Position {
  readonly name?: string;
  readonly urls: readonly string[];
  readonly methods: readonly string[];
  /** null is nobody. */
  readonly users: readonly (string | null)[];
  readonly address: string;
  readonly now?: number;
  readonly expected: Expected;
  /** How each user's session was made. */
  sessionOf(user: string): ExpectedSession;
}

export interface ExpectedSession {
  readonly groups: readonly string[];
  readonly level: 1 | 2;
  readonly amr: readonly string[];
  /** Seconds since the epoch; not above 0: so many seconds before now. */
  readonly authTime: number;
}

export interface ExpectationFile {
  /** The file that has the access control section: this one or the one it names. */
  readonly config: string;
  readonly expectations: readonly Expectation[];
}

/** Reads a file of expectations. Throws InvalidFileError with every mistake in it. */
export function readExpectations(file: string): ExpectationFile {
  const document = YamlDocument.read(file);
  const report = new Report(document);
  const result = validate(schema, document.value ?? {});
  if ("issues" in result) for (const { path, part, message } of result.issues) report.add(path, message, part);
  checkWhole(document.value, report);
  if (!("data" in result) || report.problems.length > 0) throw new InvalidFileError(report.problems);

  const { data } = result;
  checkUsers(data, report);
  if (report.problems.length > 0) throw new InvalidFileError(report.problems);
  const config = data.config === undefined ? file : resolve(dirname(file), data.config);
  const place = (path: Path) => document.locate(path);
  return { config, expectations: data.tests.map((test, i) => toExpectation(test, data, place(["tests", i]))) };
}

function checkWhole(value: unknown, report: Report): void {
  if (!isMapping(value)) return;
  if (value.config !== undefined && value.access_control !== undefined)
    report.add(["config"], "names a policy, and access_control is one; give one of them", "key");
  if (value.config === undefined && value.access_control === undefined)
    report.add(["config"], "is required: the config file with the policy, such as zerohop.yml");
  for (const [i, test] of (Array.isArray(value.tests) ? value.tests : []).entries())
    if (isMapping(test) && isMapping(test.expect) && Object.keys(test.expect).length === 0)
      report.add(["tests", i, "expect"], "must say what is expected: outcome, policy, rule or reason");
    else if (isMapping(test) && (test.expect === undefined || test.expect === null))
      report.add(["tests", i, "expect"], `is required: one of ${outcomes.join(", ")}`);
}

/** With a list of users, one that is not on it is most likely misspelt. */
function checkUsers({ users, tests }: Written, report: Report): void {
  const known = Object.keys(users);
  if (known.length === 0) return;
  for (const [i, { user, groups }] of tests.entries())
    for (const name of user) {
      if (name === null || groups !== undefined || known.includes(name)) continue;
      const suggestion = nearest(name, known);
      const hint = suggestion === undefined ? "" : `; did you mean ${suggestion}?`;
      report.add(["tests", i, "user"], `${describe(name)} is not among the users, and no groups are given${hint}`);
    }
}

function toExpectation(test: WrittenTest, { users }: Written, position: Position): Expectation {
  const { name, now } = test;
  return {
    ...position,
    ...(name !== undefined && { name }),
    urls: test.url,
    methods: test.method,
    users: test.user,
    address: test.ip ?? "",
    ...(now !== undefined && { now }),
    expected: test.expect,
    sessionOf: (user) => ({
      groups: test.groups ?? users[user]?.groups ?? [],
      level: test.level ?? users[user]?.level ?? 1,
      amr: test.amr ?? users[user]?.amr ?? ["pwd"],
      authTime: test.auth_time ?? users[user]?.auth_time ?? 0,
    }),
  };
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function readTexts(value: unknown): string[] {
  const list = Array.isArray(value) ? value : [value];
  if (value === undefined || value === null || list.length === 0)
    throw new Mistake("is required: a text or a list of them");
  for (const entry of list)
    if (typeof entry !== "string" || entry === "") throw new Mistake(`must hold texts, not ${describe(entry)}`);
  return list;
}

/** A name, or a list in which `~` stands for nobody. */
function readUsers(value: unknown): (string | null)[] {
  if (value === undefined || value === null) return [null];
  const list = Array.isArray(value) ? value : [value];
  for (const entry of list)
    if (entry !== null && (typeof entry !== "string" || entry === ""))
      throw new Mistake(`must be a user name, or a list of names and ~ for nobody, not ${describe(entry)}`);
  return list;
}

function readRule(value: unknown): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw new Mistake(
    `must be the number of a rule, counted from 1, or 0 for the default policy, not ${describe(value)}`,
  );
}

/** Seconds since the epoch, or a date and time such as 2026-08-22T12:00:00Z. */
function readTime(value: unknown): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value > 0) return value;
  const time = typeof value === "string" ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(time))
    throw new Mistake(`must be a time such as 2026-08-22T12:00:00Z, or seconds since 1970, not ${describe(value)}`);
  return time / 1000;
}

/** As readTime, or so long before now: `-2h`. Returns that as a number that is not above 0. */
function readAuthTime(value: unknown): number {
  if (typeof value === "string" && /^-(?:\d+[smhdw])+$/.test(value)) return -maxAgeSeconds(value);
  return readTime(value);
}

function oneOf<T extends string>(allowed: readonly T[], value: unknown): T {
  if (allowed.includes(value as T)) return value as T;
  const suggestion = typeof value === "string" ? nearest(value, allowed) : undefined;
  const hint = suggestion === undefined ? "" : `; did you mean ${suggestion}?`;
  throw new Mistake(`must be one of ${allowed.join(", ")}, not ${describe(value)}${hint}`);
}
