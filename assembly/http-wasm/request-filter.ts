// One request: read, decided by the core, and let on with its headers changed, or answered. Nobody can be asked from here: a
// session whose lease has run out is renewed by the portal, where the browser is sent as if to log in.
import { answer, isForm, isRedirected, makeAnswer, makeUnsentAnswer } from "../core/answer/answer";
import { Basic } from "../core/bundle/cookie-domain";
import { decide, refuseUndecided } from "../core/decide/decide";
import { decision, Outcome } from "../core/decide/decision";
import { cookieLineAt, cookieLineCount, cookieLineLength, request } from "../core/request";
import { remainderAt, remainderLength, withoutCookie } from "../core/headers/cookie";
import { isBasic } from "../core/headers/credentials";
import { BasicUse } from "../core/policy/rule";
import { Refusal } from "../core/refusal";
import { Host } from "../core/session/lease";
import { Session } from "../core/session/session";
import { Text, text } from "../memory/text";
import { followFile } from "./bundle-file";
import { resolveClientAddress } from "./client-address";
import { isPlausible, lookAtClock } from "./clock";
import { maxStale } from "./config";
import { add_header_value, remove_header, set_header_value, Side } from "./imports";
import { readCredentialHeaders, readPreferences, readRequest } from "./read-request";
import { isGoingInCircles } from "./circles";
import { sendAnswer } from "./send-answer";

const REMOTE_USER = text("Remote-User");
const REMOTE_GROUPS = text("Remote-Groups");
const REMOTE_NAME = text("Remote-Name");
const REMOTE_EMAIL = text("Remote-Email");
const COOKIE = text("Cookie");
const AUTHORIZATION = text("Authorization");
const PROXY_AUTHORIZATION = text("Proxy-Authorization");

/** Decides the current request, and changes its headers or answers it. Whether it goes on to the next handler. */
export function filterRequest(): bool {
  const now = lookAtClock();
  followFile();
  const outcome = readRequest() ? decideNow(now) : refuseUndecided(decision, Refusal.Headers);
  if (outcome == Outcome.Portal) return true;
  if (outcome == Outcome.Allow) {
    if (letOn()) return true;
    refuseUndecided(decision, Refusal.Headers);
  }
  answerRequest();
  return false;
}

/** Whether the session of the current request was not believed for its lease alone. */
let hasRunOut: bool = false;

function decideNow(now: i64): Outcome {
  hasRunOut = false;
  if (!isPlausible(now)) return refuseUndecided(decision, Refusal.Clock);
  const outcome = decideWith(Host.Answers, now);
  if (outcome != Outcome.Wait) return outcome;
  readPreferences();
  hasRunOut = true;
  return decideWith(isForm(request) ? Host.OutOfReach : Host.None, now);
}

function decideWith(host: Host, now: i64): Outcome {
  return decide(decision, request, now, maxStale, host, Host.None, resolveClientAddress);
}

function answerRequest(): void {
  if (!hasRunOut) readPreferences();
  const domain = decision.domain;
  if (decision.outcome == Outcome.Login && domain && hasRunOut && isForm(request)) {
    makeUnsentAnswer(answer, request, domain);
  } else {
    const isLost = decision.outcome == Outcome.Login && isRedirected(request) && isGoingInCircles();
    if (isLost) refuseUndecided(decision, Refusal.Loop);
    makeAnswer(answer, request, decision);
  }
  sendAnswer();
}

/** Makes the headers those that the backend gets. False when that can't be done. */
function letOn(): bool {
  if (!removeCredentials()) return false;
  removeSessionCookie();
  const identity = decision.session;
  if (identity) setIdentityHeaders(identity);
  return true;
}

/** Takes out the credentials that were meant for the gate, though nobody here can tell whom they stand for. */
function removeCredentials(): bool {
  const basic = decision.domain!.basic;
  if (!(basic & (Basic.Authorization | Basic.ProxyAuthorization))) return true;
  if (basic & Basic.Forward || decision.basicUse == BasicUse.Off) return true;
  if (!readCredentialHeaders()) return false;
  if (basic & Basic.Authorization && isBasic(request.authorizationAt, request.authorizationLength)) {
    remove_header(Side.Request, AUTHORIZATION.at, AUTHORIZATION.length);
  }
  // Whatever its scheme: it is for the proxy and no application (RFC 9110, section 11.7.2).
  if (basic & Basic.ProxyAuthorization && request.proxyAuthorizationAt) {
    remove_header(Side.Request, PROXY_AUTHORIZATION.at, PROXY_AUTHORIZATION.length);
  }
  return true;
}

/** Takes the session out of the Cookie header. Lines without it stay as they are, and apart. */
function removeSessionCookie(): void {
  const host = decision.domain;
  if (!host || cookieLineCount == 0) return;
  let isChanged = false;
  for (let i = 0; i < cookieLineCount && !isChanged; i++) {
    isChanged = withoutCookie(cookieLineAt(i), cookieLineLength(i), host.cookieAt, host.cookieLength);
  }
  if (!isChanged) return;
  if (cookieLineCount == 1 && remainderLength > 0) {
    set_header_value(Side.Request, COOKIE.at, COOKIE.length, remainderAt, remainderLength);
    return;
  }
  remove_header(Side.Request, COOKIE.at, COOKIE.length);
  if (cookieLineCount > 1) addOtherLines(host.cookieAt, host.cookieLength);
}

function addOtherLines(cookieNameAt: usize, cookieNameLength: i32): void {
  for (let i = 0; i < cookieLineCount; i++) {
    let at = cookieLineAt(i);
    let length = cookieLineLength(i);
    if (withoutCookie(at, length, cookieNameAt, cookieNameLength)) {
      if (remainderLength == 0) continue;
      at = remainderAt;
      length = remainderLength;
    }
    add_header_value(Side.Request, COOKIE.at, COOKIE.length, at, length);
  }
}

function setIdentityHeaders(identity: Session): void {
  setHeader(REMOTE_USER, identity.nameAt, identity.nameLength);
  setHeader(REMOTE_GROUPS, identity.groupListAt, identity.groupListLength);
  setHeader(REMOTE_NAME, identity.displayNameAt, identity.displayNameLength);
  setHeader(REMOTE_EMAIL, identity.emailAt, identity.emailLength);
}

function setHeader(name: Text, at: usize, length: i32): void {
  if (length > 0) set_header_value(Side.Request, name.at, name.length, at, length);
}
