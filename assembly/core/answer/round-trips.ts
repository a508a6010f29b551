// The answers of a gate that can't ask the host: whose session's lease has run out is sent to the portal, which renews it.
//
// Browsers may come back from the portal and have to be sent there again: it finds them logged in, and the gate does not, because its
// clock is far ahead of the portal's or its bundle lacks the portal's new key. A cookie of a few seconds, which no other host can set
// for this one, counts the round trips. It says nothing about anybody, and changes nothing but this answer.
import { Writer } from "../../encoding/writer";
import { text } from "../../memory/text";
import { refuseUndecided } from "../decide/decide";
import { Decision, Outcome } from "../decide/decision";
import { Cookie, findCookie } from "../headers/cookie";
import { isForm, isRedirected } from "../preferences";
import { Refusal } from "../refusal";
import { cookieLine, Request } from "../request";
import { Answer, makeAnswer, makeUnsentAnswer } from "./answer";

const NAME = text("__Host-zerohop-ways");
const ATTRIBUTES = text("; Max-Age=10; Path=/; Secure; HttpOnly; SameSite=Lax");

/** Each is two redirects, and browsers give up after twenty. */
const MAX_ROUND_TRIPS: i32 = 8;

/** The cookie that counts, while it is put together. */
const setCookie: Writer = changetype<Writer>(memory.data(offsetof<Writer>(), 8));

/** Makes the answer to a request whose decision, made without a host, is Login, Deny or Refuse. */
export function makeAnswerWithoutHost(answer: Answer, request: Request, decision: Decision): void {
  const domain = decision.domain;
  const isLogin = decision.outcome == Outcome.Login;
  if (isLogin && domain && decision.hasRunOut && isForm(request)) return makeUnsentAnswer(answer, request, domain);
  const isCounted = isLogin && isRedirected(request) && hasSession(request, decision);
  const roundTrips = isCounted ? roundTripsOf(request) : 0;
  if (roundTrips == MAX_ROUND_TRIPS) {
    refuseUndecided(decision, Refusal.Loop);
    return makeAnswer(answer, request, decision);
  }
  makeAnswer(answer, request, decision);
  if (!isCounted) return;
  setCookie.begin(NAME.length + ATTRIBUTES.length + 8);
  setCookie.text(NAME);
  setCookie.text(text("="));
  setCookie.integer(roundTrips + 1);
  setCookie.text(ATTRIBUTES);
  answer.setCookieAt = setCookie.at;
  answer.setCookieLength = setCookie.length;
}

const cookie: Cookie = changetype<Cookie>(memory.data(offsetof<Cookie>(), 8));

/** Whether a cookie came that would be a session, had it counted. */
function hasSession(request: Request, decision: Decision): bool {
  const domain = decision.domain;
  return domain != null && findFirstCookie(cookie, request, domain.cookieAt, domain.cookieLength);
}

/** How often the browser has been to the portal and back within seconds; MAX_ROUND_TRIPS at most. */
function roundTripsOf(request: Request): i32 {
  if (!findFirstCookie(cookie, request, NAME.at, NAME.length) || cookie.valueLength != 1) return 0;
  const digit = <u32>load<u8>(cookie.valueAt) - 0x30;
  return digit <= <u32>MAX_ROUND_TRIPS ? <i32>digit : 0;
}

/** Finds the first cookie of this name in any line. */
function findFirstCookie(found: Cookie, request: Request, nameAt: usize, nameLength: i32): bool {
  for (let i = 0; i < request.cookieLines; i++) {
    const line = cookieLine(request, i);
    if (findCookie(line.at, line.length, 0, nameAt, nameLength, found)) return true;
  }
  return false;
}
