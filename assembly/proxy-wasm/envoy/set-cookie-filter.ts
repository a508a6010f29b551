// Applications have no business with the session's cookie: one that sets it for the whole cookie domain makes the others see the
// visitor as somebody else. With `drop_session_set_cookie` such lines are taken out of every response but the portal's.
import { bundle } from "../../core/bundle/bundle";
import { CookieDomain } from "../../core/bundle/cookie-domain";
import { setsCookie } from "../../core/headers/set-cookie";
import { resetArena } from "../../memory/arena";
import { isText, text } from "../../memory/text";
import { dropsSessionSetCookie } from "../edge/config";
import { beginPairs, nameAt, nameLength, nextPair, pairsAreSound, valueAt, valueLength } from "../abi/header-pairs";
import { clearResult, readProperty, resultAt, resultLength, returnedAt, returnedLength } from "../abi/host-calls";
import {
  HeaderMap,
  proxy_add_header_map_value,
  proxy_get_header_map_pairs,
  proxy_get_header_map_value,
  proxy_remove_header_map_value,
  proxy_set_property,
  Status,
} from "../abi/imports";

const SET_COOKIE = text("set-cookie");
/** A property of the portal's streams. A route may give the request another host meanwhile, so that is not what is looked at. */
const PORTAL = text("zerohop.portal");

/** Remembers that the current stream's response is the portal's, which sets the session's cookie. */
export function notePortal(): void {
  if (dropsSessionSetCookie) proxy_set_property(PORTAL.at, PORTAL.length, PORTAL.at, 1);
}

/** Takes cookies of a session's name out of the current response; other cookies keep every byte and their order. */
export function filterSetCookies(): void {
  resetArena();
  // Most responses have none, and the first tells that with the least work.
  clearResult();
  const map = HeaderMap.ResponseHeaders;
  if (proxy_get_header_map_value(map, SET_COOKIE.at, SET_COOKIE.length, resultAt, resultLength) != Status.Ok) return;
  clearResult();
  const isRead = proxy_get_header_map_pairs(map, resultAt, resultLength) == Status.Ok;
  const at = returnedAt();
  const length = returnedLength();
  // Cookies that can't be looked at go, all of them.
  if (isRead && at != 0 && !hasSessionCookie(at, length)) return;
  if (readProperty(PORTAL)) return;
  proxy_remove_header_map_value(map, SET_COOKIE.at, SET_COOKIE.length);
  if (!isRead || at == 0 || !beginPairs(at, length)) return;
  while (nextPair()) {
    if (isSetCookie() && !isSessionCookie())
      proxy_add_header_map_value(map, SET_COOKIE.at, SET_COOKIE.length, valueAt, valueLength);
  }
}

/** Whether a map has a session's cookie, or can't be read to its end. */
function hasSessionCookie(at: usize, length: i32): bool {
  if (!beginPairs(at, length)) return true;
  while (nextPair()) {
    if (isSetCookie() && isSessionCookie()) return true;
  }
  return !pairsAreSound();
}

function isSetCookie(): bool {
  return isText(nameAt, nameLength, SET_COOKIE);
}

/** Whether the line read last sets a cookie of the name that any cookie domain's sessions have. */
function isSessionCookie(): bool {
  const current = bundle;
  if (!current) return false;
  for (let domain: CookieDomain | null = current.domains; domain !== null; domain = domain!.next) {
    if (setsCookie(valueAt, valueLength, domain.cookieAt, domain.cookieLength)) return true;
  }
  return false;
}
