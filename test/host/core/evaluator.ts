// The policy language a second time: slow, readable, and written from its description (docs/canonical-target.md,
// docs/conformance.md) and not from the core, which the property tests hold against it. It keeps no index, compiles nothing
// and tries every rule.
import type { Access, AuthorizationRequest, LoginReason, Outcome, Subject } from "../../../host/core/policy.ts";
import { type Address, isInNetwork, readAddress } from "./address.ts";
import { readingsOf, type Target } from "./canonical-target.ts";

type OneOrMore<T> = T | readonly T[];

export interface Condition {
  readonly key: string;
  readonly operator?: "equal" | "not equal" | "present" | "absent" | "pattern" | "not pattern";
  readonly value?: string;
}

export interface Rule {
  readonly policy: Access;
  readonly domain?: OneOrMore<string>;
  readonly domain_regex?: OneOrMore<string>;
  readonly resources?: OneOrMore<string>;
  readonly methods?: OneOrMore<string>;
  readonly networks?: OneOrMore<string>;
  readonly subject?: OneOrMore<OneOrMore<string>>;
  readonly query?: OneOrMore<OneOrMore<Condition>>;
  readonly max_age?: number;
  readonly amr?: OneOrMore<string>;
}

export interface AccessControl {
  readonly default_policy?: Access;
  readonly networks?: readonly { name: string; networks: OneOrMore<string> }[];
  readonly rules: readonly Rule[];
}

export interface Evaluation {
  readonly outcome: Outcome;
  readonly policy: Access;
  readonly rule: number;
  readonly loginReason?: LoginReason | undefined;
}

const refused: Evaluation = { outcome: "refuse", policy: "deny", rule: 0, loginReason: undefined };

/** What a rule is held against: one reading of the request. */
interface Situation {
  readonly host: string;
  readonly target: Target;
  readonly method: string;
  readonly address: Address | undefined;
  readonly subject: Subject | undefined;
  readonly networks: NonNullable<AccessControl["networks"]>;
}

class AddressNeeded extends Error {}

export function evaluate(accessControl: AccessControl, request: AuthorizationRequest): Evaluation {
  const url = /^(https|wss):\/\/([^/?#\\]*)(.*)$/is.exec(request.url);
  if (!url || !/^[A-Z]{1,32}$/.test(request.method)) return refused;
  const host = hostOf(url[2]!);
  const readings = readingsOf(url[3]!.startsWith("/") ? url[3]! : `/${url[3]}`);
  if (host === undefined || readings.length === 0) return refused;

  const evaluations = readings.map((target) =>
    evaluateReading(accessControl, request, {
      ...{ host, target, method: request.method, address: readAddress(request.address), subject: request.subject },
      networks: accessControl.networks ?? [],
    }),
  );
  const [plain] = evaluations;
  return evaluations.every(({ outcome }) => outcome === plain!.outcome) ? plain! : refused;
}

/** Lower case, without a port; undefined for what is no host. */
function hostOf(authority: string): string | undefined {
  const [, host, port] =
    /^(\[[0-9a-f:.]+\]|[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*)(?::(\d{1,5}))?$/i.exec(authority) ?? [];
  return host && host.length <= 253 && Number(port ?? 0) <= 65535 ? host.toLowerCase() : undefined;
}

function evaluateReading(
  accessControl: AccessControl,
  request: AuthorizationRequest,
  situation: Situation,
): Evaluation {
  let number: number;
  try {
    number = 1 + accessControl.rules.findIndex((rule) => matches(rule, situation));
  } catch (error) {
    if (error instanceof AddressNeeded) return refused;
    throw error;
  }
  const rule = accessControl.rules[number - 1];
  const policy = rule?.policy ?? accessControl.default_policy ?? "deny";
  const { subject } = request;
  const decided = (outcome: Outcome, loginReason?: LoginReason) => ({ outcome, policy, rule: number, loginReason });

  if (policy === "bypass") return decided("allow");
  if (policy === "deny")
    return !subject && rule && dependsOnSubject(rule) ? decided("login", "anonymous") : decided("deny");
  if (!subject) return decided("login", "anonymous");
  if (policy === "two_factor" && subject.level < 2) return decided("login", "level");
  if (rule?.amr && !list(rule.amr).some((method) => subject.amr.includes(method))) return decided("login", "method");
  if (rule?.max_age !== undefined && request.now! - subject.authTime > rule.max_age) return decided("login", "age");
  return decided("allow");
}

function matches(rule: Rule, situation: Situation): boolean {
  const { host, target, method, subject } = situation;
  const domain =
    list(rule.domain).some((pattern) => domainMatches(pattern, host, subject)) ||
    list(rule.domain_regex).some((pattern) => patternMatches(pattern, host, subject));
  if (!domain) return false;
  if (rule.methods && !list(rule.methods).some((name) => name.toUpperCase() === method)) return false;
  if (rule.subject && subject && !list(rule.subject).some((all) => list(all).every((term) => termHolds(term, subject))))
    return false;
  if (rule.query && !list(rule.query).some((all) => list(all).every((one) => conditionHolds(one, target.query))))
    return false;
  if (rule.resources && !list(rule.resources).some((pattern) => patternMatches(pattern, target.resource, subject)))
    return false;
  // Last, for an address that is missing is needed only where all else holds.
  return !rule.networks || list(rule.networks).some((network) => networkMatches(network, situation));
}

function domainMatches(pattern: string, host: string, subject: Subject | undefined): boolean {
  const [, placeholder, rest] = /^(\*(?=\.)|\{user\}|\{group\})?(.*)$/.exec(pattern.toLowerCase())!;
  if (!placeholder) return host === rest;
  if (!host.endsWith(rest!) || host === rest) return false;
  if (placeholder === "*" || !subject) return true;
  const prefix = host.slice(0, -rest!.length);
  if (placeholder === "{user}") return prefix === subject.name;
  const [label] = host.split(".", 1);
  return prefix === label && subject.groups.some((group) => group.toLowerCase() === label);
}

function patternMatches(pattern: string, text: string, subject: Subject | undefined): boolean {
  const match = regexOf(pattern).exec(text);
  if (!match || !subject) return match !== null;
  const fold = (name: string) => name.toLowerCase();
  const { User, Group } = match.groups ?? {};
  if (pattern.includes("<User>") && (User === undefined || fold(User) !== fold(subject.name))) return false;
  return !pattern.includes("<Group>") || (Group !== undefined && subject.groups.map(fold).includes(fold(Group)));
}

/** JavaScript's engine, for the part of RE2's syntax that means the same there. */
function regexOf(pattern: string): RegExp {
  const ignoresCase = pattern.startsWith("(?i)");
  return new RegExp(pattern.replace("(?i)", "").replaceAll("(?P<", "(?<"), ignoresCase ? "i" : "");
}

function networkMatches(network: string, { address, networks }: Situation): boolean {
  if (!address) throw new AddressNeeded();
  const named = networks.find(({ name }) => name === network);
  return named ? list(named.networks).some((block) => isInNetwork(address, block)) : isInNetwork(address, network);
}

function termHolds(term: string, { name, groups }: Subject): boolean {
  return term.startsWith("user:") ? term === `user:${name}` : groups.some((group) => term === `group:${group}`);
}

function conditionHolds(
  { key, value, operator = value === undefined ? "present" : "equal" }: Condition,
  query: string,
): boolean {
  const found = parametersOf(query).find(([name]) => name === key);
  const actual = found?.[1] ?? "";
  if (operator === "present") return found !== undefined;
  if (operator === "absent") return found === undefined;
  if (operator === "equal") return actual === value;
  if (operator === "not equal") return actual !== value;
  return regexOf(value!).test(actual) === (operator === "pattern");
}

/** As Go's url.ParseQuery: a pair with a semicolon or an invalid escape is none. */
function parametersOf(query: string): [key: string, value: string][] {
  return query
    .split("&")
    .filter((pair) => pair !== "" && !pair.includes(";") && !/%(?![0-9a-f]{2})/i.test(pair))
    .map((pair) => /^([^=]*)=?(.*)$/s.exec(pair)!)
    .map(([, key, value]) => [decoded(key!), decoded(value!)]);
}

function decoded(text: string): string {
  return Buffer.from(
    text.replaceAll("+", " ").replace(/%(..)/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
    "latin1",
  ).toString();
}

function dependsOnSubject(rule: Rule): boolean {
  const named = [...list(rule.domain_regex), ...list(rule.resources)].some((pattern) => /<(User|Group)>/.test(pattern));
  return named || list(rule.subject).length > 0 || list(rule.domain).some((domain) => domain.startsWith("{"));
}

function list<T>(value: OneOrMore<T> | undefined): readonly T[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value as T];
}
