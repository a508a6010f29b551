// One request: its headers go to the core as they are, and the core's decision is carried out on them.
import { Basic } from "../core/bundle/cookie-domain";
import { decide, refuseUndecided } from "../core/decide/decide";
import { decision, Outcome } from "../core/decide/decision";
import { addCookieLine, clearRequest, cookieLineAt, cookieLineCount, cookieLineLength, request } from "../core/request";
import { remainderAt, remainderLength, withoutCookie } from "../core/headers/cookie";
import { isBasic } from "../core/headers/credentials";
import { addForwardedFor, forgetForwardedFor } from "../core/headers/forwarded-for";
import { isIdentityHeader } from "../core/headers/identity-header";
import { BasicUse } from "../core/policy/rule";
import { Refusal } from "../core/refusal";
import { isSuperseded } from "../core/session/cookie-session";
import { Host } from "../core/session/lease";
import { Session } from "../core/session/session";
import { isText, Text, text } from "../memory/text";
import { logAccess } from "./access-log";
import { resolveClientAddress } from "./client-address";
import { AccessLog, accessLog, maxStale, trustedProxies } from "./config";
import { beginPairs, nameAt, nameLength, nextPair, pairsAreSound, valueAt, valueLength } from "./header-pairs";
import { clearResult, resultAt, resultLength, returnedAt, returnedLength, seconds } from "./host-calls";
import { credentialLink, hostState, sessionLink } from "./host-link";
import {
  Action,
  HeaderMap,
  proxy_add_header_map_value,
  proxy_get_header_map_pairs,
  proxy_remove_header_map_value,
  proxy_replace_header_map_value,
  Status,
} from "./imports";
import { askAboutCredential, askForRenewal, isAsked, subjectOfCredential, subjectOfSession } from "./inquiries";
import { sendAnswer } from "./local-response";
import { countDecision } from "./metrics";
import { rememberSocket } from "./sockets";
import { Expectation, rememberStream } from "./streams";

const REMOTE_USER = text("remote-user");
const REMOTE_GROUPS = text("remote-groups");
const REMOTE_NAME = text("remote-name");
const REMOTE_EMAIL = text("remote-email");
const COOKIE = text("cookie");
const AUTHORIZATION = text("authorization");
const PROXY_AUTHORIZATION = text("proxy-authorization");

/**
 * Decides the current request, which is that of stream `context`, and changes its headers or answers it. Held, when the host
 * has to be asked first, only if it may wait.
 */
export function filterRequest(context: i32, mayWait: bool): Action {
  const now = seconds();
  let outcome = readHeaders()
    ? decideWith(hostState(sessionLink), hostState(credentialLink), now)
    : refuseUndecided(decision, Refusal.Headers);
  if (outcome == Outcome.Wait) {
    if (mayWait && holdRequest(context, now)) return Action.Pause;
    outcome = decideWith(Host.Silent, Host.Silent, now);
  }
  countDecision(outcome, decision.access);
  if (outcome == Outcome.Allow) allow(context, now);
  else if (decision.renewable) ask(decision.renewable, now);
  const passes = outcome == Outcome.Allow || outcome == Outcome.Portal;
  if (accessLog == AccessLog.All || (accessLog == AccessLog.Refused && !passes)) logAccess();
  if (passes) return Action.Continue;
  sendAnswer();
  return Action.Pause;
}

function decideWith(host: Host, basicHost: Host, now: i64): Outcome {
  return decide(decision, request, now, maxStale, host, basicHost, resolveClientAddress);
}

function allow(context: i32, now: i64): void {
  const identity = decision.session;
  removeSessionCookie();
  if (request.authorizationAt | request.proxyAuthorizationAt) removeCredentials();
  if (!identity) return;
  setIdentityHeaders(identity);
  if (decision.renewable) {
    if (ask(identity, now) && !identity.isBasic)
      rememberStream(context, Expectation.Cookie, subjectOfSession(identity));
  } else if (isSuperseded) {
    rememberStream(context, Expectation.CookieKnown, identity.position);
  }
  if (isUpgrade) rememberSocket(context, identity);
}

/** Holds the request until the host has answered. A question that can't be asked yet is asked when its turn comes. */
function holdRequest(context: i32, now: i64): bool {
  const known = decision.session;
  const subject = known ? subjectOfSession(known) : subjectOfCredential();
  if (!rememberStream(context, Expectation.RequestHeld, subject)) return false;
  if (isAsked(subject)) return true;
  ask(known, now);
  return true;
}

/** Asks the host about a session, or about the credential of the current request. False when it can't be asked now. */
export function ask(known: Session | null, now: i64): bool {
  if (known && !known.isBasic) return askForRenewal(known, now);
  return askAboutCredential(decision.credentialAt, decision.credentialLength, decision.domain!);
}

/** Takes out the credentials that were meant for the gate. */
function removeCredentials(): void {
  const basic = decision.domain!.basic;
  if (basic & Basic.Forward || decision.basicUse == BasicUse.Off) return;
  if (basic & Basic.Authorization && isBasic(request.authorizationAt, request.authorizationLength)) {
    proxy_remove_header_map_value(HeaderMap.RequestHeaders, AUTHORIZATION.at, AUTHORIZATION.length);
  }
  // Whatever its scheme: it is for the proxy and no application (RFC 9110, section 11.7.2).
  if (basic & Basic.ProxyAuthorization && request.proxyAuthorizationAt) {
    proxy_remove_header_map_value(HeaderMap.RequestHeaders, PROXY_AUTHORIZATION.at, PROXY_AUTHORIZATION.length);
  }
}

/** Reads all headers with one host call, and takes those out that only the gate may set. */
function readHeaders(): bool {
  clearRequest();
  forgetForwardedFor();
  isUpgrade = false;
  clearResult();
  const status = proxy_get_header_map_pairs(HeaderMap.RequestHeaders, resultAt, resultLength);
  if (status != Status.Ok || !beginPairs(returnedAt(), returnedLength())) return false;
  while (nextPair()) {
    if (!readHeader()) return false;
  }
  return pairsAreSound();
}

/** Whether the connection is to outlive the request's answer: a WebSocket, or what else Upgrade or CONNECT begins. */
let isUpgrade: bool = false;

function readHeader(): bool {
  switch (nameLength) {
    case 5:
      if (isText(nameAt, nameLength, text(":path"))) {
        request.pathAt = valueAt;
        request.pathLength = valueLength;
      }
      return true;
    case 6:
      if (isText(nameAt, nameLength, text("cookie"))) return addCookieLine(valueAt, valueLength);
      if (isText(nameAt, nameLength, text("accept")) && !request.acceptAt) {
        request.acceptAt = valueAt;
        request.acceptLength = valueLength;
      }
      return true;
    case 7:
      if (isText(nameAt, nameLength, text(":method"))) {
        request.methodAt = valueAt;
        request.methodLength = valueLength;
      } else if (isText(nameAt, nameLength, text(":scheme"))) {
        request.schemeAt = valueAt;
        request.schemeLength = valueLength;
      } else if (isText(nameAt, nameLength, text("upgrade"))) {
        isUpgrade = true;
      }
      return true;
    case 9:
      if (isText(nameAt, nameLength, text(":protocol"))) isUpgrade = true;
      return true;
    case 10:
      if (isText(nameAt, nameLength, text(":authority"))) {
        request.authorityAt = valueAt;
        request.authorityLength = valueLength;
      } else if (isText(nameAt, nameLength, text("user-agent"))) {
        request.userAgentAt = valueAt;
        request.userAgentLength = valueLength;
      }
      return true;
    case 11:
    case 12:
    case 13:
      if (isIdentityHeader(nameAt, nameLength)) {
        proxy_remove_header_map_value(HeaderMap.RequestHeaders, nameAt, nameLength);
      } else if (isText(nameAt, nameLength, AUTHORIZATION)) {
        // Of two, the gate and the backend might believe different ones.
        if (request.authorizationAt) return false;
        request.authorizationAt = valueAt;
        request.authorizationLength = valueLength;
      }
      return true;
    case 15:
      if (trustedProxies && isText(nameAt, nameLength, text("x-forwarded-for"))) addForwardedFor(valueAt, valueLength);
      return true;
    case 19:
      if (isText(nameAt, nameLength, PROXY_AUTHORIZATION)) {
        if (request.proxyAuthorizationAt) return false;
        request.proxyAuthorizationAt = valueAt;
        request.proxyAuthorizationLength = valueLength;
      }
      return true;
    case 16:
      if (isText(nameAt, nameLength, text("x-requested-with"))) {
        request.isScript = isText(valueAt, valueLength, text("XMLHttpRequest"));
      }
      return true;
    default:
      return true;
  }
}

function setIdentityHeaders(identity: Session): void {
  setHeader(REMOTE_USER, identity.nameAt, identity.nameLength);
  setHeader(REMOTE_GROUPS, identity.groupListAt, identity.groupListLength);
  setHeader(REMOTE_NAME, identity.displayNameAt, identity.displayNameLength);
  setHeader(REMOTE_EMAIL, identity.emailAt, identity.emailLength);
}

/** What the client sent under this name went when the headers were read, so adding sets it once and is cheaper than replacing. */
function setHeader(name: Text, at: usize, length: i32): void {
  if (length > 0) proxy_add_header_map_value(HeaderMap.RequestHeaders, name.at, name.length, at, length);
}

/** Takes the session out of the Cookie header. One line stays one line, several stay several. */
function removeSessionCookie(): void {
  const host = decision.domain;
  if (!host) return;
  if (cookieLineCount == 1) {
    if (!withoutCookie(cookieLineAt(0), cookieLineLength(0), host.cookieAt, host.cookieLength)) return;
    if (remainderLength > 0) {
      proxy_replace_header_map_value(HeaderMap.RequestHeaders, COOKIE.at, COOKIE.length, remainderAt, remainderLength);
    } else {
      proxy_remove_header_map_value(HeaderMap.RequestHeaders, COOKIE.at, COOKIE.length);
    }
    return;
  }
  if (cookieLineCount > 1) removeFromSeveralLines(host.cookieAt, host.cookieLength);
}

function removeFromSeveralLines(cookieNameAt: usize, cookieNameLength: i32): void {
  proxy_remove_header_map_value(HeaderMap.RequestHeaders, COOKIE.at, COOKIE.length);
  for (let i = 0; i < cookieLineCount; i++) {
    let at = cookieLineAt(i);
    let length = cookieLineLength(i);
    if (withoutCookie(at, length, cookieNameAt, cookieNameLength)) {
      if (remainderLength == 0) continue;
      at = remainderAt;
      length = remainderLength;
    }
    proxy_add_header_map_value(HeaderMap.RequestHeaders, COOKIE.at, COOKIE.length, at, length);
  }
}
