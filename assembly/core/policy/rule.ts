// The shape of a compiled rule. Every list keeps the order of the configuration; everything lives in the policy's region.
// What is linked into lists begins with `next` (reading.ts).
import { Regex } from "../regex";
import { Network } from "./network";

/** What a rule asks of a request. */
export const enum Access {
  Deny,
  Bypass,
  OneFactor,
  TwoFactor,
}

export const enum DomainKind {
  /** `app.example.com` */
  Literal,
  /** `*.example.com`: any depth below, never the apex. */
  Wildcard,
  /** `{user}.example.com`: user name and rest; any prefix for the anonymous. */
  User,
  /** `{group}.example.com`: the first label is one of the groups; any prefix for the anonymous. */
  Group,
}


@unmanaged
export class DomainPattern {
  next: DomainPattern | null;
  kind: DomainKind;
  /** The host, or what follows the placeholder, in lower case: `app.example.com`, `.example.com`. */
  textAt: usize;
  textLength: i32;
}

/** A regular expression of a rule, and its capture groups named `User` and `Group` (-1 when it has none). */
@unmanaged
export class Pattern {
  next: Pattern | null;
  regex: Regex;
  userGroup: i32;
  groupGroup: i32;
}


@unmanaged
export class NetworkList {
  network: Network;
  next: NetworkList | null;
}

/** Networks that a policy defines, for its rules to name. */
@unmanaged
export class NamedNetwork {
  nameAt: usize;
  nameLength: i32;
  networks: NetworkList | null;
  next: NamedNetwork | null;
}

export const enum QueryOperator {
  Equal,
  NotEqual,
  Present,
  Absent,
  Pattern,
  NotPattern,
}


@unmanaged
export class QueryCondition {
  next: QueryCondition | null;
  operator: QueryOperator;
  keyAt: usize;
  keyLength: i32;
  valueAt: usize;
  valueLength: i32;
  pattern: Regex | null;
}

/** One alternative of `query`: all its conditions must hold. */
@unmanaged
export class QueryAlternative {
  next: QueryAlternative | null;
  conditions: QueryCondition | null;
}


@unmanaged
export class SubjectTerm {
  next: SubjectTerm | null;
  /** `group:` or `source:` and not `user:`. */
  isGroup: bool;
  nameAt: usize;
  nameLength: i32;
}

/** One alternative of `subject`: all its terms must hold. */
@unmanaged
export class SubjectAlternative {
  next: SubjectAlternative | null;
  terms: SubjectTerm | null;
}

/** What a rule makes of Basic credentials; in the order of the words in a policy. */
export const enum BasicUse {
  /** They are taken, where the cookie domain takes them. */
  Allow,
  /** They are the application's own: not looked at, and left on the request. */
  Off,
  /** A client that is not logged in is challenged for credentials, and not redirected to the portal. */
  Challenge,
}


@unmanaged
export class Rule {
  /** Position in the configuration, from 1. */
  number: i32;
  access: Access;
  /** Whether the rule depends on who is asking, so that an anonymous visitor it denies is asked to log in. */
  hasSubject: bool;
  domains: DomainPattern | null;
  domainRegexes: Pattern | null;
  resources: Pattern | null;
  /** Bits of policy/method.ts; 0 when every method matches. */
  methods: u32;
  basic: BasicUse;
  networks: NetworkList | null;
  queries: QueryAlternative | null;
  subjects: SubjectAlternative | null;
  /** The longest time since the last login that is accepted, in seconds; -1 for any. */
  maxAge: i64;
  /** Bits of policy/amr.ts, one of which the session must have; 0 for any. */
  amr: u32;
  next: Rule | null;
}
