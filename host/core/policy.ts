// The access control policy, compiled and asked in the core, so that the host and every proxy give the same answers.
import { createHash } from "node:crypto";
import { allocate, bytes, core, place, textAt } from "./module.ts";

/** Who asks, as a session says. */
export interface Subject {
  readonly name: string;
  readonly groups: readonly string[];
  readonly level: 1 | 2;
  /** Authentication method references, RFC 8176. */
  readonly amr: readonly string[];
  /** The last login, in seconds since the epoch. */
  readonly authTime: number;
}

export interface AuthorizationRequest {
  readonly method: string;
  /** Absolute, without a fragment. */
  readonly url: string;
  /** The client's address; empty when it is not known, which refuses the request if a rule asks for it. */
  readonly address: string;
  readonly subject?: Subject | undefined;
  /** Seconds since the epoch; the current time when absent. */
  readonly now?: number;
}

export type Outcome = "allow" | "login" | "deny" | "refuse";
export type Access = "deny" | "bypass" | "one_factor" | "two_factor";
/** What a rule makes of Basic credentials: takes them, leaves them to the application, or asks for them. */
export type BasicUse = "allow" | "off" | "challenge";
/** Why a login is asked for: nobody is logged in, too low a level, too old a login, the wrong authentication method. */
export type LoginReason = "anonymous" | "level" | "age" | "method";

/** The reason of a refusal where a rule asks for an address that is not known, as assembly/core/refusal.ts has it. */
export const addressUnknown = "the client address is not known";

export interface Decision {
  readonly outcome: Outcome;
  /** The policy of the matched rule, or the default policy. */
  readonly policy: Access;
  /** The matched rule, from 1; 0 for the default policy. */
  readonly rule: number;
  readonly basic: BasicUse;
  readonly loginReason?: LoginReason | undefined;
  /** For a refused request, what is wrong with it; else empty. */
  readonly reason: string;
}

export const criteria = ["domain", "methods", "networks", "subject", "query", "resources"] as const;
export type Criterion = (typeof criteria)[number];
/** How a criterion of a rule fares; "may": nobody is logged in, and it holds for some people. */
export type Verdict = "absent" | "hit" | "miss" | "may";

export interface RuleExplanation {
  readonly rule: number;
  readonly policy: Access;
  readonly verdicts: Readonly<Record<Criterion, Verdict>>;
}

export interface Explanation {
  readonly decision: Decision;
  /** Every rule in order, those behind the matched one too; empty for a refused request, which no rule ever sees. */
  readonly rules: readonly RuleExplanation[];
}

/** The groups that a policy asks about by name, in the order of assembly/core/policy/asked-groups.ts, and a digest of their list. */
export interface AskedGroups {
  readonly names: readonly string[];
  readonly digest: Uint8Array;
}

/** One way in which a path may be read. */
export interface PathReading {
  /** What it does otherwise than the plain reading; nothing for that one. */
  readonly how: readonly string[];
  readonly path: string;
  /** Without its `?`. */
  readonly query: string;
}

/** A mistake in an access control section, and where it is: `["rules", 2, "resources", 0]`. */
export class PolicyError extends Error {
  override readonly name = "PolicyError";
  readonly path: readonly (string | number)[];

  constructor(path: readonly (string | number)[], message: string) {
    super(message);
    this.path = path;
  }
}

// In the order of assembly/core/decide/decide.ts: Outcome, without Portal, which only a gate comes to.
const outcomes: readonly Outcome[] = ["allow", "allow", "login", "deny", "refuse"];
const accesses: readonly Access[] = ["deny", "bypass", "one_factor", "two_factor"];
const basicUses: readonly BasicUse[] = ["allow", "off", "challenge"];
const verdicts: readonly Verdict[] = ["absent", "hit", "miss", "may"];
const loginReasons: readonly (LoginReason | undefined)[] = [undefined, "anonymous", "level", "age", "method"];

/** Of a list's SHA-512. */
const listDigestBytes = 16;

/** In the order of the bits of Reading in assembly/core/url/path.ts. */
const departures = [
  "path parameters cut off",
  "escaped path parameters cut off",
  "an escaped ? or # kept",
  "the query split off after decoding",
  "%2F kept as data",
  "%5C kept as data",
  "%5C taken for a slash",
  "slashes merged",
  "escapes decoded twice",
  "everything behind path parameters cut off",
];

const encoder = new TextEncoder();
const finalizer = new FinalizationRegistry((handle: number) => core().freePolicy(handle));

export class Policy {
  /** The access control section it was compiled from. */
  readonly section: unknown;
  readonly #handle: number;
  #askedGroups: AskedGroups | undefined;

  constructor(section: unknown, handle: number) {
    this.section = section;
    this.#handle = handle;
    finalizer.register(this, handle);
  }

  /** Decides one request. Never throws for what a client can send. */
  decide(request: AuthorizationRequest): Decision {
    const wasm = core();
    ask(request);
    const outcome = outcomes[wasm.decide(this.#handle, request.now ?? Date.now() / 1000)] ?? "refuse";
    if (outcome === "refuse") {
      const reason = textAt(wasm.refusalAt(), wasm.refusalLength());
      return { outcome, policy: "deny", rule: 0, basic: "allow", reason };
    }
    return {
      outcome,
      policy: accesses[wasm.decidedAccess()] ?? "deny",
      rule: wasm.decidedRule(),
      basic: basicUses[wasm.decidedBasicUse()] ?? "allow",
      loginReason: outcome === "login" ? loginReasons[wasm.decidedLoginReason()] : undefined,
      reason: "",
    };
  }

  /** The groups that the policy asks about by name; undefined where no list can be made of them. */
  askedGroups(): AskedGroups | undefined {
    this.#askedGroups ??= this.#listAskedGroups();
    return this.#askedGroups;
  }

  #listAskedGroups(): AskedGroups | undefined {
    const wasm = core();
    wasm.begin();
    const at = wasm.listAskedGroups(this.#handle) >>> 0;
    if (at === 0) return undefined;
    const packed = Buffer.from(bytes().subarray(at, at + wasm.askedGroupsLength()));
    const names: string[] = [];
    for (let next = 0; next < packed.length; ) {
      const end = next + 2 + packed.readUInt16LE(next);
      names.push(packed.toString("utf8", next + 2, end));
      next = end;
    }
    return { names, digest: createHash("sha512").update(packed).digest().subarray(0, listDigestBytes) };
  }

  /** Decides one request and tells, rule by rule, why. */
  explain(request: AuthorizationRequest): Explanation {
    const decision = this.decide(request);
    if (decision.outcome === "refuse") return { decision, rules: [] };
    return { decision, rules: [...this.#explainRules()] };
  }

  /** Decides one request in each reading of its path; empty for a path that is refused whatever the policy says. */
  decideReadings(request: AuthorizationRequest): (PathReading & Pick<Decision, "outcome" | "rule">)[] {
    const wasm = core();
    ask(request);
    return readingsAsked(() => ({
      outcome: outcomes[wasm.decideReading(this.#handle, request.now ?? Date.now() / 1000)] ?? "refuse",
      rule: wasm.decidedRule(),
    }));
  }

  *#explainRules(): Generator<RuleExplanation> {
    const wasm = core();
    for (let rule = 1; ; rule++) {
      const policy = accesses[wasm.accessOfRule(this.#handle, rule)];
      if (policy === undefined) return;
      const verdictOf = (criterion: number) => verdicts[wasm.explain(this.#handle, rule, criterion)] ?? "absent";
      // The core counts criteria from 1: 0 stands for none.
      const entries = criteria.map((name, index) => [name, verdictOf(index + 1)] as const);
      yield { rule, policy, verdicts: Object.fromEntries(entries) as Record<Criterion, Verdict> };
    }
  }
}

/** Compiles an access control section, in the shape it has in the configuration. Throws PolicyError for the first mistake. */
export function loadPolicy(accessControl: unknown): Policy {
  const wasm = core();
  wasm.begin();
  refuseEndless(accessControl, []);
  const handle = wasm.loadPolicy(...placed(JSON.stringify(accessControl ?? {})));
  if (handle === 0) throw policyError(textAt(wasm.problemAt(), wasm.problemLength()));
  return new Policy(accessControl, handle);
}

/** JSON has no `.inf` and no `.nan`, and makes of them what is absent: a rule without the criterion, which matches everything. */
function refuseEndless(value: unknown, path: readonly (string | number)[]): void {
  if (typeof value === "number" && !Number.isFinite(value)) throw new PolicyError(path, "must be a finite number");
  if (typeof value !== "object" || value === null) return;
  const isList = Array.isArray(value);
  for (const [key, entry] of Object.entries(value)) refuseEndless(entry, [...path, isList ? Number(key) : key]);
}

/** How a URL's path may be read, the plain reading first; empty when the core refuses it. docs/canonical-target.md tells why. */
export function pathReadings(url: string): PathReading[] {
  ask({ method: "GET", url, address: "" });
  return readingsAsked(() => ({}));
}

/** The different readings of what the core is asked about, with what `more` finds out about each. */
function readingsAsked<More>(more: () => More): (PathReading & More)[] {
  const wasm = core();
  if (!wasm.readAs(0)) return [];
  const found = wasm.departures();
  const readings = new Map<string, PathReading & More>();
  for (let bits = 0; ; bits = (bits - found) & found) {
    if (!wasm.readAs(bits)) return [];
    const resource = textAt(wasm.resourceAt(), wasm.resourceLength());
    const path = textAt(wasm.resourceAt(), wasm.pathLength());
    const how = departures.filter((_, bit) => bits & (1 << bit));
    const key = `${path.length} ${resource}`;
    if (!readings.has(key)) readings.set(key, { how, path, query: resource.slice(path.length + 1), ...more() });
    if (bits === found) return [...readings.values()];
  }
}

/** Hands a question to the core, as bytes of one block of its memory. */
function ask({ method, url, address, subject }: AuthorizationRequest): void {
  const wasm = core();
  const packed = subject && packedOf(subject);
  wasm.begin();
  // UTF-8 takes at most three bytes for a UTF-16 unit.
  const at = allocate(3 * (method.length + url.length + address.length) + (packed?.bytes.length ?? 0));
  const memory = bytes();
  const urlAt = at + memory.write(method, at);
  const addressAt = urlAt + memory.write(url, urlAt);
  const subjectAt = addressAt + memory.write(address, addressAt);
  wasm.setMethod(at, urlAt - at);
  wasm.setUrl(urlAt, addressAt - urlAt);
  wasm.setAddress(addressAt, subjectAt - addressAt);
  if (!packed) return;
  memory.set(packed.bytes, subjectAt);
  const groupsAt = subjectAt + packed.nameLength;
  wasm.setIdentity(subjectAt, packed.nameLength, groupsAt, packed.groupsLength, subject.level, subject.authTime);
  let referenceAt = groupsAt + packed.groupsLength;
  for (const length of packed.referenceLengths) {
    wasm.addMethodReference(referenceAt, length);
    referenceAt += length;
  }
}

/** A subject's texts as the core reads them: name, groups, method references. */
interface PackedSubject {
  readonly bytes: Uint8Array;
  readonly nameLength: number;
  readonly groupsLength: number;
  readonly referenceLengths: readonly number[];
}

/** Who asks once asks again: the same object is packed once. */
const packedSubjects = new WeakMap<Subject, PackedSubject>();

function packedOf(subject: Subject): PackedSubject {
  const known = packedSubjects.get(subject);
  if (known) return known;
  const name = encoder.encode(subject.name);
  const groups = packGroups(subject.groups);
  const references = subject.amr.map((reference) => encoder.encode(reference));
  const packed = {
    bytes: Buffer.concat([name, groups, ...references]),
    nameLength: name.length,
    groupsLength: groups.length,
    referenceLengths: references.map(({ length }) => length),
  };
  packedSubjects.set(subject, packed);
  return packed;
}

/** Each group as its length in two bytes, little-endian, and its bytes. */
function packGroups(groups: readonly string[]): Uint8Array {
  const packed = groups.map((group) => {
    const bytes = encoder.encode(group).subarray(0, 0xffff);
    return Buffer.concat([Uint8Array.of(bytes.length & 0xff, bytes.length >> 8), bytes]);
  });
  return Buffer.concat(packed);
}

function placed(text: string): [at: number, length: number] {
  const bytes = encoder.encode(text);
  return [place(bytes), bytes.length];
}

/** The path to a value: keys of the language and indices, then perhaps a key that is none of the language and so anything. */
const PROBLEM = /^((?:[a-z_]+(?:\[\d+\])*\.)*)(?:(.*?): (unknown key; .*)|([a-z_]+(?:\[\d+\])*): (.*))$/s;

/** Takes `rules[2].resources[0]: message` apart. */
function policyError(problem: string): PolicyError {
  const [, parents = "", unknownKey, unknown, last = "", message] = PROBLEM.exec(problem) ?? [];
  if (unknown !== undefined) return new PolicyError([...pathOf(parents), unknownKey!], unknown);
  return new PolicyError(pathOf(parents + last), message ?? problem);
}

function pathOf(text: string): (string | number)[] {
  return (text.match(/[a-z_]+|\d+/g) ?? []).map((segment) => (/^\d/.test(segment) ? Number(segment) : segment));
}
