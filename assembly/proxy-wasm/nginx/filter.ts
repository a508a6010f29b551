// One request: read, decided by the core, and let on by naming its upstream. Until then $zerohop_gate names an upstream that
// does not exist, so whatever else makes nginx go on, a trap or a call that fails, leads nowhere.
import { bundle, bundleEpoch } from "../../core/bundle/bundle";
import { Basic } from "../../core/bundle/cookie-domain";
import { decide, refuseUndecided } from "../../core/decide/decide";
import { decision, Outcome } from "../../core/decide/decision";
import { cookieLineAt, cookieLineCount, cookieLineLength, request } from "../../core/request";
import { remainderAt, remainderLength, withoutCookie } from "../../core/headers/cookie";
import { isBasic } from "../../core/headers/credentials";
import { BasicUse } from "../../core/policy/rule";
import { Refusal } from "../../core/refusal";
import { isSuperseded } from "../../core/session/cookie-session";
import { Host } from "../../core/session/lease";
import { admit, Session } from "../../core/session/session";
import { resolveClientAddress } from "../client-address";
import { maxStale } from "../config";
import { callNumber } from "../edge-call";
import { readProperty, returnedAt, returnedLength, seconds } from "../host-calls";
import { credentialLink, hostState, sessionLink } from "../host-link";
import { Action } from "../imports";
import { takeAnswer } from "../inquiries";
import { sendAnswer } from "../local-response";
import { Text } from "../../memory/text";
import { ask } from "../request-filter";
import { hold, release } from "./held";
import { readRequest } from "./read-request";
import {
  AUTHORIZATION,
  COOKIE,
  EMAIL,
  GATE,
  GROUPS,
  NAME,
  PROXY_AUTHORIZATION,
  SET_COOKIE,
  setVariable,
  UPSTREAM,
  USER,
} from "./variables";

/**
 * Decides the current request. Paused, when the host has to be asked, only with a call in flight: nothing else would ever
 * resume it. After an answer of our own the action is Pause as well.
 */
export function filterRequest(mayWait: bool): Action {
  const now = seconds();
  let outcome = readRequest()
    ? decideWith(hostState(sessionLink), hostState(credentialLink), now)
    : refuseUndecided(decision, Refusal.Headers);
  // A call and Continue would crash the worker, so a renewal that could wait holds its request too.
  if (mayWait && (outcome == Outcome.Wait || (outcome == Outcome.Allow && decision.renewable != null))) {
    const known = outcome == Outcome.Wait ? decision.session : decision.renewable;
    if (ask(known, now)) {
      hold(callNumber());
      return Action.Pause;
    }
  }
  if (outcome == Outcome.Wait) outcome = decideWith(Host.Silent, Host.Silent, now);
  if (outcome == Outcome.Allow || outcome == Outcome.Portal) {
    letOn(outcome == Outcome.Allow);
    return Action.Continue;
  }
  sendAnswer();
  return Action.Pause;
}

function decideWith(host: Host, basicHost: Host, now: i64): Outcome {
  return decide(decision, request, now, maxStale, host, basicHost, resolveClientAddress);
}

/** The answer to a call came, for the current request if that waited for it: it then goes on by itself, as it is decided now. */
export function onAnswer(call: u32, headerCount: i32): void {
  const isHeld = release(call);
  takeAnswer(call, headerCount);
  if (isHeld) filterRequest(false);
}

/** Names the upstream, as the very last thing. */
function letOn(isDecided: bool): void {
  if (!setCookie(isDecided) || !setCredentials(isDecided)) return;
  if (isDecided && !setIdentity()) return;
  if (!readProperty(UPSTREAM)) return;
  setVariable(GATE, returnedAt(), returnedLength());
}

/** The Cookie header without the session; the portal's own host gets it whole. */
function setCookie(isDecided: bool): bool {
  if (cookieLineCount == 0) return true;
  const at = cookieLineAt(0);
  const length = cookieLineLength(0);
  const host = decision.domain;
  if (isDecided && host && withoutCookie(at, length, host.cookieAt, host.cookieLength)) {
    return setVariable(COOKIE, remainderAt, remainderLength);
  }
  return setVariable(COOKIE, at, length);
}

/** Authorization and Proxy-Authorization, unless they were meant for the gate. */
function setCredentials(isDecided: bool): bool {
  const host = decision.domain;
  let taken: i32 = 0;
  if (isDecided && host && !(host.basic & Basic.Forward) && decision.basicUse != BasicUse.Off) taken = host.basic;
  const keepsAuthorization = !(
    taken & Basic.Authorization && isBasic(request.authorizationAt, request.authorizationLength)
  );
  return (
    setCredential(keepsAuthorization, AUTHORIZATION, request.authorizationAt, request.authorizationLength) &&
    // Whatever its scheme: it is for the proxy and no application (RFC 9110, section 11.7.2).
    setCredential(
      !(taken & Basic.ProxyAuthorization),
      PROXY_AUTHORIZATION,
      request.proxyAuthorizationAt,
      request.proxyAuthorizationLength,
    )
  );
}

function setCredential(isKept: bool, variable: Text, at: usize, length: i32): bool {
  return !at || !isKept || setVariable(variable, at, length);
}

function setIdentity(): bool {
  const identity = decision.session;
  if (!identity) return true;
  return (
    setVariable(USER, identity.nameAt, identity.nameLength) &&
    setVariable(GROUPS, identity.groupListAt, identity.groupListLength) &&
    setVariable(NAME, identity.displayNameAt, identity.displayNameLength) &&
    setVariable(EMAIL, identity.emailAt, identity.emailLength) &&
    (!isSuperseded || setNewCookie(identity))
  );
}

/** The cookie of a renewed session, for the response, unless it has been revoked meanwhile. */
function setNewCookie(identity: Session): bool {
  const current = bundle;
  if (!current || !admit(identity, current, bundleEpoch)) return true;
  return setVariable(SET_COOKIE, identity.setCookieAt, identity.setCookieLength);
}
