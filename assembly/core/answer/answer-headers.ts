// The headers of an answer, one after the other, for a shell to add them in the way of its proxy.
import { Challenge } from "../decide/decision";
import { Text, text } from "../../memory/text";
import { Answer } from "./answer";
import { CONTENT_SECURITY_POLICY } from "./page";

const CONTENT_TYPE = text("content-type");
const HTML = text("text/html; charset=utf-8");
const JSON_TYPE = text("application/json");
const CACHE_CONTROL = text("cache-control");
const NO_STORE = text("no-store");
const LOCATION = text("location");
export const SET_COOKIE = text("set-cookie");
const CSP = text("content-security-policy");
const NOSNIFF_NAME = text("x-content-type-options");
const NOSNIFF = text("nosniff");
const RETRY_AFTER = text("retry-after");
const SECONDS = text("5");
const AUTHENTICATE = text("www-authenticate");
const PROXY_AUTHENTICATE = text("proxy-authenticate");
const BASIC = text('Basic realm="Authorization Required", charset="UTF-8"');
const VARY = text("vary");
const VARY_ON = text("cookie, accept, x-requested-with, sec-fetch-mode, sec-fetch-dest, sec-purpose");

/** Calls `add` with the name and the value of each header of an answer: ten at most. */
export function forEachAnswerHeader(answer: Answer, add: (name: Text, at: usize, length: i32) => void): void {
  const contentType = answer.isPage ? HTML : JSON_TYPE;
  add(CONTENT_TYPE, contentType.at, contentType.length);
  add(CACHE_CONTROL, NO_STORE.at, NO_STORE.length);
  add(NOSNIFF_NAME, NOSNIFF.at, NOSNIFF.length);
  add(VARY, VARY_ON.at, VARY_ON.length);
  if (answer.locationAt) add(LOCATION, answer.locationAt, answer.locationLength);
  if (answer.setCookieAt) add(SET_COOKIE, answer.setCookieAt, answer.setCookieLength);
  if (answer.isPage) add(CSP, CONTENT_SECURITY_POLICY.at, CONTENT_SECURITY_POLICY.length);
  if (answer.challenge == Challenge.Authenticate) add(AUTHENTICATE, BASIC.at, BASIC.length);
  if (answer.challenge == Challenge.ProxyAuthenticate) add(PROXY_AUTHENTICATE, BASIC.at, BASIC.length);
  if (answer.status == 503 || answer.status == 429) add(RETRY_AFTER, SECONDS.at, SECONDS.length);
}
