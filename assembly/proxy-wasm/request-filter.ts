// One request: its headers go to the core as they are, and the core's decision is carried out on them.
import { decide, domain, Outcome, refuseHeaders, session } from "../core/decide/decide";
import {
  addCookieLine,
  clearRequest,
  cookieLineAt,
  cookieLineCount,
  cookieLineLength,
  request,
} from "../core/decide/request";
import { remainderAt, remainderLength, withoutCookie } from "../core/headers/cookie";
import { isIdentityHeader } from "../core/headers/identity-header";
import { readAddress } from "../core/policy/network";
import { Session } from "../core/session/session";
import { isText, Text, text } from "../memory/text";
import { maxStale } from "./config";
import { beginPairs, nameAt, nameLength, nextPair, pairsAreSound, valueAt, valueLength } from "./header-pairs";
import { clearResult, readProperty, resultAt, resultLength, returnedAt, returnedLength, seconds } from "./host-calls";
import {
  Action,
  HeaderMap,
  proxy_add_header_map_value,
  proxy_get_header_map_pairs,
  proxy_remove_header_map_value,
  proxy_replace_header_map_value,
  Status,
} from "./imports";
import { sendAnswer } from "./local-response";

const REMOTE_USER = text("remote-user");
const REMOTE_GROUPS = text("remote-groups");
const REMOTE_NAME = text("remote-name");
const REMOTE_EMAIL = text("remote-email");
const COOKIE = text("cookie");
const SOURCE_ADDRESS = text("source\0address");

/** Decides the current request and changes its headers or answers it. */
export function filterRequest(): Action {
  const outcome = readHeaders() ? decide(seconds(), maxStale, resolveAddress) : refuseHeaders();
  if (outcome == Outcome.Allow) {
    removeSessionCookie();
    const identity = session;
    if (identity) setIdentityHeaders(identity);
    return Action.Continue;
  }
  if (outcome == Outcome.Portal) return Action.Continue;
  sendAnswer(outcome);
  return Action.Pause;
}

/** Reads all headers with one host call, and takes those out that only the gate may set. */
function readHeaders(): bool {
  clearRequest();
  clearResult();
  const status = proxy_get_header_map_pairs(HeaderMap.RequestHeaders, resultAt, resultLength);
  if (status != Status.Ok || !beginPairs(returnedAt(), returnedLength())) return false;
  while (nextPair()) {
    if (!readHeader()) return false;
  }
  return pairsAreSound();
}

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
      }
      return true;
    case 10:
      if (isText(nameAt, nameLength, text(":authority"))) {
        request.authorityAt = valueAt;
        request.authorityLength = valueLength;
      }
      return true;
    case 11:
    case 12:
    case 13:
      if (isIdentityHeader(nameAt, nameLength)) {
        proxy_remove_header_map_value(HeaderMap.RequestHeaders, nameAt, nameLength);
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
  const host = domain;
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

/** The proxy's own notion of the client's address, asked for only when a rule with networks is reached. */
function resolveAddress(): bool {
  return readProperty(SOURCE_ADDRESS) && readAddress(returnedAt(), returnedLength());
}
