// The decision: what becomes of a request. One way through, from the checks that need nothing to those that need a session
// and a rule; whatever is missing or unclear on it ends in a refusal, never in an allow.
import { allocateInArena } from "../../memory/arena";
import { isText, text } from "../../memory/text";
import { Slice } from "../../memory/slice";
import { Bundle } from "../bundle/bundle";
import { Basic, CookieDomain, cookieDomainOfHost, isPortalHost } from "../bundle/cookie-domain";
import { Credentials, readCredentials } from "../headers/credentials";
import { isMethod, methodBit } from "../policy/method";
import { BasicUse } from "../policy/rule";
import { Target } from "../policy/target";
import { Refusal } from "../refusal";
import { Request } from "../request";
import { DIGEST_KEY_LENGTH, findBasicSession, isPutOff, isRefused, writeDigestKey } from "../session/basic-session";
import { CookieSession, readCookies } from "../session/cookie-session";
import { HostState, Lease, leaseOf } from "../session/lease";
import { readHost } from "../url/host";
import { Path, readPath, Reading } from "../url/path";
import { askLogin, Challenge, clearJudgement, Decision, LoginReason, Outcome, refuse } from "./decision";
import { judge } from "./judge";

/** The plain reading of the request being decided. */
const plainTarget: Target = changetype<Target>(memory.data(offsetof<Target>(), 8));
plainTarget.host = changetype<Slice>(memory.data(offsetof<Slice>(), 8));
plainTarget.path = changetype<Path>(memory.data(offsetof<Path>(), 8));

/**
 * Decides a request, whose client has begun, with a bundle. `now` is in seconds since the epoch, `maxStale` in seconds.
 * `hostState` and `basicHostState` say how the Zerohop host answers questions about sessions and about credentials.
 */
export function decide(
  decision: Decision,
  request: Request,
  bundle: Bundle | null,
  now: i64,
  maxStale: i64,
  hostState: HostState,
  basicHostState: HostState,
): Outcome {
  clearDecision(decision);
  if (!bundle) return refuse(decision, Refusal.NoBundle);
  if (maxStale > 0 && now - bundle.issuedAt > maxStale) return refuse(decision, Refusal.StaleBundle);

  const unreadable = readTarget(plainTarget, request);
  if (unreadable != Refusal.None) return refuse(decision, unreadable);
  const domain = cookieDomainOfHost(plainTarget.host, bundle.domains);
  if (!domain) return refuse(decision, Refusal.ForeignHost);
  decision.domain = domain;
  if (isPortalHost(plainTarget.host, domain)) {
    decision.outcome = Outcome.Portal;
    return Outcome.Portal;
  }

  const unreadablePath = readPath(request.pathAt, request.pathLength, Reading.Plain, plainTarget.path);
  if (unreadablePath != Refusal.None) return refuse(decision, unreadablePath);

  if (basicHostState != HostState.None) {
    const credentials = findCredentials(decision, request, domain);
    if (credentials != Credentials.Absent) {
      // What needs no login is decided without a look at the credentials.
      const anonymous = judge(decision, bundle.policy, request, plainTarget, null, now);
      if (decision.basicUse != BasicUse.Off) {
        if (anonymous != Outcome.Login) return anonymous;
        if (credentials == Credentials.Malformed) return askLogin(decision, LoginReason.Credentials);
        return decideByCredentials(decision, request, bundle, domain, basicHostState, now);
      }
      decision.challenge = Challenge.None;
      decision.credentialAt = 0;
      decision.credentialLength = 0;
    }
  }
  const outcome = decideByCookie(decision, request, bundle, domain, hostState, now);
  if (outcome == Outcome.Login && basicHostState != HostState.None && decision.basicUse == BasicUse.Challenge) {
    decision.challenge = Challenge.Authenticate;
  }
  return outcome;
}

const cookies: CookieSession = changetype<CookieSession>(memory.data(offsetof<CookieSession>(), 8));

function decideByCookie(
  decision: Decision,
  request: Request,
  bundle: Bundle,
  domain: CookieDomain,
  hostState: HostState,
  now: i64,
): Outcome {
  readCookies(cookies, request, domain, bundle, now);
  if (cookies.isAmbiguous) return refuse(decision, Refusal.Cookie);
  let doubt = Refusal.None;
  const known = cookies.session;
  if (known) {
    decision.session = known;
    decision.isSuperseded = cookies.isSuperseded;
    const lease = leaseOf(known, bundle, hostState, now);
    if (lease == Lease.RunOut) return wait(decision);
    if (lease == Lease.Due || lease == Lease.Silent) decision.renewable = known;
    if (lease >= Lease.Lost) decision.session = null;
    if (lease == Lease.Silent) doubt = Refusal.HostSilent;
  } else if (cookies.isPostponed) doubt = Refusal.Busy;

  const outcome = judge(decision, bundle.policy, request, plainTarget, decision.session, now);
  return outcome == Outcome.Login && doubt != Refusal.None ? refuse(decision, doubt) : outcome;
}

/**
 * Finds Basic credentials in a header that this cookie domain takes them from, and keeps them in the decision, with what to ask for
 * in place of wrong ones.
 */
function findCredentials(decision: Decision, request: Request, domain: CookieDomain): Credentials {
  if ((request.authorizationAt | request.proxyAuthorizationAt) == 0) return Credentials.Absent;
  if (domain.basic & Basic.ProxyAuthorization) {
    const found = readCredentials(request.proxyAuthorizationAt, request.proxyAuthorizationLength, credential);
    if (found != Credentials.Absent) return keepCredential(decision, found, Challenge.ProxyAuthenticate);
  }
  if (domain.basic & Basic.Authorization) {
    const found = readCredentials(request.authorizationAt, request.authorizationLength, credential);
    if (found != Credentials.Absent) return keepCredential(decision, found, Challenge.Authenticate);
  }
  return Credentials.Absent;
}

const credential: Slice = changetype<Slice>(memory.data(offsetof<Slice>(), 8));

function keepCredential(decision: Decision, found: Credentials, challenge: Challenge): Credentials {
  decision.credentialAt = credential.at;
  decision.credentialLength = credential.length;
  decision.challenge = challenge;
  return found;
}

/** Decides by the credentials, which outrank the cookie, a request that needs a login. */
function decideByCredentials(
  decision: Decision,
  request: Request,
  bundle: Bundle,
  domain: CookieDomain,
  hostState: HostState,
  now: i64,
): Outcome {
  const key = allocateInArena(DIGEST_KEY_LENGTH);
  writeDigestKey(key, decision.credentialAt, decision.credentialLength, domain, request.client);
  decision.credentialKey = key;
  const known = findBasicSession(key, domain, bundle);
  if (isRefused(key, now)) return askLogin(decision, LoginReason.Credentials);
  if (!known)
    return hostState == HostState.Silent || isPutOff(key, now) ? refuse(decision, Refusal.HostSilent) : wait(decision);
  const lease = leaseOf(known, bundle, hostState, now);
  if (lease == Lease.RunOut) return wait(decision);
  if (lease == Lease.Due || lease == Lease.Silent) decision.renewable = known;
  if (lease >= Lease.Lost) return refuse(decision, Refusal.HostSilent);
  decision.session = known;
  return judge(decision, bundle.policy, request, plainTarget, known, now);
}

/** Reads client, scheme, host and method into a target. The path is left to the caller, for the portal's own is nobody's to judge. */
export function readTarget(target: Target, request: Request): Refusal {
  target.client = request.client;
  if (!isHttps(request)) return Refusal.Scheme;
  if (!isMethod(request.methodAt, request.methodLength)) return Refusal.Method;
  target.method = methodBit(request.methodAt, request.methodLength);
  return readHost(request.authorityAt, request.authorityLength, target.host) ? Refusal.None : Refusal.Host;
}

function isHttps(request: Request): bool {
  const at = request.schemeAt;
  const length = request.schemeLength;
  return isText(at, length, text("https")) || isText(at, length, text("wss"));
}

function wait(decision: Decision): Outcome {
  decision.outcome = Outcome.Wait;
  return Outcome.Wait;
}

function clearDecision(decision: Decision): void {
  clearJudgement(decision);
  decision.domain = null;
  decision.session = null;
  decision.renewable = null;
  decision.challenge = Challenge.None;
  decision.credentialAt = 0;
  decision.credentialLength = 0;
  decision.credentialKey = 0;
  decision.isSuperseded = false;
  decision.hasRunOut = false;
}

/** Refuses a request that a shell could not read, or must not decide. */
export function refuseUndecided(decision: Decision, reason: Refusal): Outcome {
  clearDecision(decision);
  return refuse(decision, reason);
}
