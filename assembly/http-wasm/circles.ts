// Browsers that come back from the portal and have to be sent there again: it finds them logged in, and the plugin does not,
// because its clock is far ahead of the portal's or its bundle lacks the portal's new key. A cookie of a few seconds, which no
// other host can set for this one, counts the ways. It says nothing about anybody, and changes nothing but this answer.
import { Writer } from "../encoding/writer";
import { decision, request } from "../core/current";
import { Cookie, findCookie } from "../core/headers/cookie";
import { cookieLine } from "../core/request";
import { text } from "../memory/text";
import { add_header_value, Side } from "./imports";

const SET_COOKIE = text("Set-Cookie");
const NAME = text("__Host-zerohop-ways");
const ATTRIBUTES = text("; Max-Age=10; Path=/; Secure; HttpOnly; SameSite=Lax");

/** Each is two redirects, and browsers give up after twenty. */
const MAX_WAYS: i32 = 8;

/** The cookie that counts, while it is put together. */
const setCookie: Writer = changetype<Writer>(memory.data(offsetof<Writer>(), 8));

/** Whether the client of the current request, which has a session that does not count, was sent to the portal over and over. */
export function isGoingInCircles(): bool {
  const host = decision.domain;
  if (!host || !hasCookie(host.cookieAt, host.cookieLength)) return false;
  let ways = 0;
  if (hasCookie(NAME.at, NAME.length) && cookie.valueLength == 1) ways = <i32>load<u8>(cookie.valueAt) - 0x30;
  if (ways == MAX_WAYS) return true;
  if (<u32>ways > <u32>MAX_WAYS) ways = 0;
  setCookie.begin(NAME.length + ATTRIBUTES.length + 8);
  setCookie.text(NAME);
  setCookie.text(text("="));
  setCookie.integer(ways + 1);
  setCookie.text(ATTRIBUTES);
  add_header_value(Side.Response, SET_COOKIE.at, SET_COOKIE.length, setCookie.at, setCookie.length);
  return false;
}

const cookie: Cookie = changetype<Cookie>(memory.data(offsetof<Cookie>(), 8));

/** Whether a cookie of this name came; `cookie` is the first. */
function hasCookie(nameAt: usize, nameLength: i32): bool {
  for (let i = 0; i < request.cookieLines; i++) {
    const line = cookieLine(request, i);
    if (findCookie(line.at, line.length, 0, nameAt, nameLength, cookie)) return true;
  }
  return false;
}
