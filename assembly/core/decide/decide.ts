// The decision: what becomes of a request. One way through, from the checks that need nothing to those that need a session
// and a rule; whatever is missing or unclear on it ends in a refusal, never in an allow.
import { isText, text } from "../../memory/text";
import { Bundle, bundle } from "../bundle/bundle";
import { Basic, CookieDomain, cookieDomainOfHost, isPortalHost } from "../bundle/cookie-domain";
import { credentialAt, credentialLength, Credentials, readCredentials } from "../headers/credentials";
import { Identity } from "../identity";
import { addressMissing, beginMatching, firstMatch } from "../policy/match";
import { isMethod, methodBit } from "../policy/method";
import { Access, BasicUse, Policy, Rule } from "../policy/rule";
import { Refusal } from "../refusal";
import { findBasicSession, isRefused } from "../session/basic-session";
import { beginCookies, isAmbiguous, isPostponed, readCookieLine, sessionOfCookies } from "../session/cookie-session";
import { doubt, forgetLease, Host, Lease, leaseOf, setDoubt } from "../session/lease";
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
  /** 400, 429 or 503, see `refusal`. */
  Refuse,
  /** Not before the host has been asked: about the lease of `session`, or about a credential when that is null. */
  Wait,
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
  /** The credentials are wrong. */
  Credentials,
}

/** How a client that sends Basic credentials is asked for others. */
export const enum Challenge {
  None,
  /** 401 and WWW-Authenticate. */
  Authenticate,
  /** 407 and Proxy-Authenticate. */
  ProxyAuthenticate,
}

// The decision made last.
export let refusal: Refusal = Refusal.None;
export let loginReason: LoginReason = LoginReason.None;
/** What the matched rule, or the default, asks for. */
export let access: Access = Access.Deny;
/** The matched rule, from 1; 0 for the default policy. */
export let ruleNumber: i32 = 0;
/** What the matched rule makes of Basic credentials. */
export let basicUse: BasicUse = BasicUse.Allow;
/** The cookie domain of the host; null only after a refusal. */
export let domain: CookieDomain | null = null;
/** The session, or null for an anonymous visitor. */
export let session: Session | null = null;
/** What to ask for in place of the portal's login. */
export let challenge: Challenge = Challenge.None;

/** Whether anybody can tell whom credentials stand for. */
let takesCredentials: bool = false;

/**
 * Decides the request with the bundle in force. `now` is in seconds since the epoch; `host` and `basicHost` tell how the host
 * answers questions about sessions and about credentials.
 */
export function decide(now: i64, maxStale: i64, host: Host, basicHost: Host, addressResolver: () => bool): Outcome {
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

  beginMatching(methodBit(request.methodAt, request.methodLength), addressResolver);
  takesCredentials = basicHost != Host.None;
  if (takesCredentials && hasCredentials() && findCredentials(found)) {
    const anonymous = decideByPolicy(current.policy, null, now);
    if (basicUse != BasicUse.Off)
      return anonymous == Outcome.Login ? decideBasic(current, found, basicHost, now) : anonymous;
    challenge = Challenge.None;
  }
  return decideByCookie(current, found, host, now);
}

function decideByCookie(current: Bundle, found: CookieDomain, host: Host, now: i64): Outcome {
  const known = readSession(current, found, now);
  if (isAmbiguous) return refuse(Refusal.Cookie);
  session = known;
  if (known) {
    const lease = leaseOf(known, current, host, now);
    if (lease == Lease.RunOut) return Outcome.Wait;
    if (lease == Lease.Lost) session = null;
  } else if (isPostponed) setDoubt(Refusal.Busy);

  const outcome = decideByPolicy(current.policy, session, now);
  if (outcome != Outcome.Login) return outcome;
  if (takesCredentials && basicUse == BasicUse.Challenge) challenge = Challenge.Authenticate;
  return doubt == Refusal.None ? outcome : refuse(doubt);
}

let credentials: Credentials = Credentials.Absent;

function hasCredentials(): bool {
  return (request.authorizationAt | request.proxyAuthorizationAt) != 0;
}

/** Whether the request brings Basic credentials in a header that this cookie domain takes them from. */
function findCredentials(host: CookieDomain): bool {
  if (host.basic & Basic.ProxyAuthorization) {
    credentials = readCredentials(request.proxyAuthorizationAt, request.proxyAuthorizationLength);
    challenge = Challenge.ProxyAuthenticate;
    if (credentials != Credentials.Absent) return true;
  }
  if (host.basic & Basic.Authorization) {
    credentials = readCredentials(request.authorizationAt, request.authorizationLength);
    challenge = Challenge.Authenticate;
    if (credentials != Credentials.Absent) return true;
  }
  challenge = Challenge.None;
  return false;
}

/** Decides by the credentials, which outrank the cookie. What needs no login was decided without a look at them. */
function decideBasic(current: Bundle, found: CookieDomain, host: Host, now: i64): Outcome {
  if (credentials == Credentials.Malformed) return login(LoginReason.Credentials);

  const known = findBasicSession(credentialAt, credentialLength, found, current);
  if (isRefused(now)) return login(LoginReason.Credentials);
  if (!known) return host == Host.Silent ? refuse(Refusal.HostSilent) : Outcome.Wait;
  const lease = leaseOf(known, current, host, now);
  if (lease == Lease.RunOut) return Outcome.Wait;
  if (lease == Lease.Lost) return refuse(Refusal.HostSilent);
  session = known;
  return decideByPolicy(current.policy, known, now);
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
  const plainUse = basicUse;
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
  basicUse = plainUse;
  return outcome;
}

function decideReading(policy: Policy, identity: Identity | null, now: i64): Outcome {
  const rule = firstMatch(policy, identity);
  if (addressMissing) return refuse(Refusal.ClientAddress);
  access = rule ? rule.access : policy.defaultAccess;
  ruleNumber = rule ? rule.number : 0;
  basicUse = rule ? rule.basic : BasicUse.Allow;
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
  basicUse = BasicUse.Allow;
  challenge = Challenge.None;
  forgetLease();
  beginCookies();
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
  return refuseUndecided(Refusal.Headers);
}

/** The outcome of a request that a shell refuses without a decision. */
export function refuseUndecided(reason: Refusal): Outcome {
  forget();
  return refuse(reason);
}
