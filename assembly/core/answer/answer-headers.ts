// The headers of the answer made last, one after the other, for a shell to add them in the way of its proxy.
import { Challenge, challenge, Outcome } from "../decide/decide";
import { Text, text } from "../../memory/text";
import { contentType, HTML, locationAt, locationLength, status } from "./answer";
import { CONTENT_SECURITY_POLICY } from "./page";

const CONTENT_TYPE = text("content-type");
const CACHE_CONTROL = text("cache-control");
const NO_STORE = text("no-store");
const LOCATION = text("location");
const CSP = text("content-security-policy");
const NOSNIFF_NAME = text("x-content-type-options");
const NOSNIFF = text("nosniff");
const RETRY_AFTER = text("retry-after");
const SECONDS = text("5");
const AUTHENTICATE = text("www-authenticate");
const PROXY_AUTHENTICATE = text("proxy-authenticate");
const BASIC = text('Basic realm="Authorization Required", charset="UTF-8"');
const VARY = text("vary");
const VARY_ON = text("cookie, accept, x-requested-with");

/** Calls `add` with the name and the value of each header of the answer to a request with this outcome: nine at most. */
export function forEachAnswerHeader(outcome: Outcome, add: (name: Text, at: usize, length: i32) => void): void {
  add(CONTENT_TYPE, contentType.at, contentType.length);
  add(CACHE_CONTROL, NO_STORE.at, NO_STORE.length);
  add(NOSNIFF_NAME, NOSNIFF.at, NOSNIFF.length);
  add(VARY, VARY_ON.at, VARY_ON.length);
  if (locationAt) add(LOCATION, locationAt, locationLength);
  if (contentType == HTML) add(CSP, CONTENT_SECURITY_POLICY.at, CONTENT_SECURITY_POLICY.length);
  if (outcome == Outcome.Login && challenge == Challenge.Authenticate) add(AUTHENTICATE, BASIC.at, BASIC.length);
  if (outcome == Outcome.Login && challenge == Challenge.ProxyAuthenticate)
    add(PROXY_AUTHENTICATE, BASIC.at, BASIC.length);
  if (status == 503 || status == 429) add(RETRY_AFTER, SECONDS.at, SECONDS.length);
}
