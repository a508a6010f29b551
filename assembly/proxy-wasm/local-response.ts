// Sends the core's answer to the client.
import {
  bodyAt,
  bodyLength,
  contentType,
  HTML,
  locationAt,
  locationLength,
  makeAnswer,
  status,
} from "../core/answer/answer";
import { CONTENT_SECURITY_POLICY } from "../core/answer/page";
import { Challenge, challenge, Outcome } from "../core/decide/decide";
import { Text, text } from "../memory/text";
import { addPair, addTextPair, beginBuilding, buildPairs, pairsAt, pairsLength } from "./header-pairs";
import { proxy_send_local_response } from "./imports";

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

/** Details for the proxy's access log, by outcome. */
const LOGIN_DETAILS = text("zerohop_login");
const DENY_DETAILS = text("zerohop_deny");
const REFUSE_DETAILS = text("zerohop_refuse");

/** Answers the request decided last, whose outcome was Login, Deny or Refuse. */
export function sendAnswer(outcome: Outcome): void {
  makeAnswer(outcome);
  beginBuilding();
  addTextPair(CONTENT_TYPE, contentType);
  addTextPair(CACHE_CONTROL, NO_STORE);
  addTextPair(NOSNIFF_NAME, NOSNIFF);
  addTextPair(VARY, VARY_ON);
  if (locationAt) addPair(LOCATION, locationAt, locationLength);
  if (contentType == HTML) addTextPair(CSP, CONTENT_SECURITY_POLICY);
  if (outcome == Outcome.Login && challenge == Challenge.Authenticate) addTextPair(AUTHENTICATE, BASIC);
  if (outcome == Outcome.Login && challenge == Challenge.ProxyAuthenticate) addTextPair(PROXY_AUTHENTICATE, BASIC);
  if (status == 503 || status == 429) addTextPair(RETRY_AFTER, SECONDS);
  buildPairs();
  const details = detailsOf(outcome);
  proxy_send_local_response(status, details.at, details.length, bodyAt, bodyLength, pairsAt, pairsLength, -1);
}

function detailsOf(outcome: Outcome): Text {
  if (outcome == Outcome.Login) return LOGIN_DETAILS;
  return outcome == Outcome.Deny ? DENY_DETAILS : REFUSE_DETAILS;
}
