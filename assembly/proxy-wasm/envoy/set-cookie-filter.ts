// Applications have no business with the session's cookie: one that sets it for the whole cookie domain makes the others see the
// visitor as somebody else. With `drop_session_set_cookie` such lines are taken out of every response but the portal's.
import { bundle } from "../../core/bundle/bundle";
import { setsSessionCookie } from "../../core/bundle/session-set-cookie";
import { resetArena } from "../../memory/arena";
import { Slice } from "../../memory/slice";
import { isText, text } from "../../memory/text";
import { areSound, beginPairs, HeaderPairs, nextPair } from "../abi/header-pairs";
import { readHeader, readHeaders, readProperty } from "../abi/host-calls";
import { SessionSetCookies } from "../edge/configuration";
import { configuration } from "../edge/current";
import { HeaderMap, proxy_add_header_map_value, proxy_remove_header_map_value, proxy_set_property } from "../abi/env";

const SET_COOKIE = text("set-cookie");
/** A property of the portal's streams. A route may give the request another host meanwhile, so that is not what is looked at. */
const PORTAL = text("zerohop.portal");

/** Remembers that the current stream's response is the portal's, which sets the session's cookie. */
export function notePortal(): void {
  if (configuration.sessionSetCookies == SessionSetCookies.Dropped)
    proxy_set_property(PORTAL.at, PORTAL.length, PORTAL.at, 1);
}

const found: Slice = changetype<Slice>(memory.data(offsetof<Slice>(), 8));
const pairs: HeaderPairs = changetype<HeaderPairs>(memory.data(offsetof<HeaderPairs>(), 8));

/** Takes cookies of a session's name out of the current response; other cookies keep every byte and their order. */
export function filterSetCookies(): void {
  resetArena();
  const map = HeaderMap.ResponseHeaders;
  // Most responses have none, and the first tells that with the least work.
  if (!readHeader(found, map, SET_COOKIE)) return;
  const isRead = readHeaders(found, map);
  const at = found.at;
  const length = found.length;
  // Cookies that can't be looked at go, all of them.
  if (isRead && at != 0 && !hasSessionCookie(at, length)) return;
  if (readProperty(found, PORTAL)) return;
  proxy_remove_header_map_value(map, SET_COOKIE.at, SET_COOKIE.length);
  if (!isRead || at == 0 || !beginPairs(pairs, at, length)) return;
  while (nextPair(pairs)) {
    if (isSetCookie(pairs) && !setsSessionCookie(bundle, pairs.valueAt, pairs.valueLength))
      proxy_add_header_map_value(map, SET_COOKIE.at, SET_COOKIE.length, pairs.valueAt, pairs.valueLength);
  }
}

/** Whether a map has a session's cookie, or can't be read to its end. */
function hasSessionCookie(at: usize, length: i32): bool {
  if (!beginPairs(pairs, at, length)) return true;
  while (nextPair(pairs)) {
    if (isSetCookie(pairs) && setsSessionCookie(bundle, pairs.valueAt, pairs.valueLength)) return true;
  }
  return !areSound(pairs);
}

function isSetCookie(pair: HeaderPairs): bool {
  return isText(pair.nameAt, pair.nameLength, SET_COOKIE);
}
