// The decision: what becomes of a request. One way through, from the checks that need nothing to those that need a session
// and a rule; whatever is missing or unclear on it ends in a refusal, never in an allow.
import { isText, text } from "../../memory/text";
import { Bundle, bundle } from "../bundle/bundle";
import { CookieDomain, cookieDomainOfHost, isPortalHost } from "../bundle/cookie-domain";
import { Identity } from "../identity";
import { addressMissing, beginMatching, firstMatch } from "../policy/match";
import { isMethod, methodBit } from "../policy/method";
import { Access, Policy, Rule } from "../policy/rule";
import { Refusal } from "../refusal";
import { beginCookies, isAmbiguous, readCookieLine, sessionOfCookies } from "../session/cookie-session";
import { Session } from "../session/session";
import { readHost } from "../url/host";
import { departures, readPath, Reading } from "../url/path";
import { forgetParameters } from "../url/query";
import { cookieLineAt, cookieLineCount, cookieLineLength, request } from "./request";

export const enum Outcome {
  /** To the backend, as whoever the session says, or as nobody. */
  Allow,
  /** The portal's own host: to the portal, undecided. */
  Portal,
  /** To the portal, to log in, to log in again or with a second factor. */
  Login,
  /** 403. */
  Deny,
  /** 400 or 503, see `refusal`. */
  Refuse,
}

/** Why a login is asked for. */
export const enum LoginReason {
  None,
  /** Nobody is logged in. */
  Anonymous,
  /** The rule wants two factors and the session has one. */
  Level,
  /** The login is older than the rule's max_age. */
  Age,
  /** The session was made without an authentication method that the rule names. */
  Method,
}

// The decision made last.
export let refusal: Refusal = Refusal.None;
export let loginReason: LoginReason = LoginReason.None;
/** What the matched rule, or the default, asks for. */
export let access: Access = Access.Deny;
/** The matched rule, from 1; 0 for the default policy. */
export let ruleNumber: i32 = 0;
/** The cookie domain of the host; null only after a refusal. */
export let domain: CookieDomain | null = null;
/** The session, or null for an anonymous visitor. */
export let session: Session | null = null;

/** Decides the request with the bundle in force. `now` is in seconds since the epoch. */
export function decide(now: i64, maxStale: i64, addressResolver: () => bool): Outcome {
  forget();
  const current = bundle;
  if (!current) return refuse(Refusal.NoBundle);
  if (maxStale > 0 && now - current.issuedAt > maxStale) return refuse(Refusal.StaleBundle);

  const unreadable = readTarget();
  if (unreadable != Refusal.None) return refuse(unreadable);
  const found = cookieDomainOfHost(current.domains);
  if (!found) return refuse(Refusal.ForeignHost);
  domain = found;
  if (isPortalHost(found)) return Outcome.Portal;

  const unreadablePath = readPath(request.pathAt, request.pathLength, Reading.Plain);
  if (unreadablePath != Refusal.None) return refuse(unreadablePath);
  session = readSession(current, found, now);
  if (isAmbiguous) return refuse(Refusal.Cookie);

  beginMatching(methodBit(request.methodAt, request.methodLength), addressResolver);
  return decideByPolicy(current.policy, session, now);
}

/**
 * Decides by the policy alone, for the target read last. Where the path has further readings, all must come to the same
 * outcome; the rule reported is the one of the plain reading, and that is the one left behind.
 */
export function decideByPolicy(policy: Policy, identity: Identity | null, now: i64): Outcome {
  forgetParameters();
  const ways = departures;
  const outcome = decideReading(policy, identity, now);
  if (ways == Reading.Plain || outcome == Outcome.Refuse) return outcome;

  const plainAccess = access;
  const plainRule = ruleNumber;
  const plainReason = loginReason;
  for (let reading = ways; reading != Reading.Plain; reading = (reading - 1) & ways) {
    forgetParameters();
    if (readPath(request.pathAt, request.pathLength, reading) != Refusal.None) return refuse(Refusal.PathReadings);
    if (decideReading(policy, identity, now) != outcome) return refuse(Refusal.PathReadings);
  }
  forgetParameters();
  readPath(request.pathAt, request.pathLength, Reading.Plain);
  access = plainAccess;
  ruleNumber = plainRule;
  loginReason = plainReason;
  return outcome;
}

function decideReading(policy: Policy, identity: Identity | null, now: i64): Outcome {
  const rule = firstMatch(policy, identity);
  if (addressMissing) return refuse(Refusal.ClientAddress);
  access = rule ? rule.access : policy.defaultAccess;
  ruleNumber = rule ? rule.number : 0;
  if (access == Access.Bypass) return Outcome.Allow;
  if (access == Access.Deny) return identity || !rule || !rule.hasSubject ? Outcome.Deny : login(LoginReason.Anonymous);

  loginReason = missingForRule(rule, identity, now);
  return loginReason == LoginReason.None ? Outcome.Allow : Outcome.Login;
}

/** What the identity lacks for a rule that wants one or two factors. */
function missingForRule(rule: Rule | null, identity: Identity | null, now: i64): LoginReason {
  if (!identity) return LoginReason.Anonymous;
  if (access == Access.TwoFactor && identity.level < 2) return LoginReason.Level;
  if (!rule) return LoginReason.None;
  if (rule.amr && !(rule.amr & identity.amr)) return LoginReason.Method;
  return rule.maxAge >= 0 && now - identity.authTime > rule.maxAge ? LoginReason.Age : LoginReason.None;
}

/** Reads scheme, host and method. The path is left to the caller, for the portal's own is nobody's to judge. */
export function readTarget(): Refusal {
  if (!isHttps()) return Refusal.Scheme;
  if (!isMethod(request.methodAt, request.methodLength)) return Refusal.Method;
  return readHost(request.authorityAt, request.authorityLength) ? Refusal.None : Refusal.Host;
}

function isHttps(): bool {
  const at = request.schemeAt;
  const length = request.schemeLength;
  return isText(at, length, text("https")) || isText(at, length, text("wss"));
}

function readSession(current: Bundle, host: CookieDomain, now: i64): Session | null {
  beginCookies();
  for (let i = 0; i < cookieLineCount; i++) {
    readCookieLine(cookieLineAt(i), cookieLineLength(i), host, current, now);
  }
  return sessionOfCookies();
}

function forget(): void {
  refusal = Refusal.None;
  loginReason = LoginReason.None;
  access = Access.Deny;
  ruleNumber = 0;
  domain = null;
  session = null;
}

function refuse(reason: Refusal): Outcome {
  refusal = reason;
  return Outcome.Refuse;
}

function login(reason: LoginReason): Outcome {
  loginReason = reason;
  return Outcome.Login;
}

/** The outcome of a request whose headers could not be read. */
export function refuseHeaders(): Outcome {
  forget();
  return refuse(Refusal.Headers);
}
