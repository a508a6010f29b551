// The session of a request, from all of its Cookie header lines.
import { equal } from "../../memory/bytes";
import { Bundle } from "../bundle/bundle";
import { CookieDomain } from "../bundle/cookie-domain";
import { cookieAt, cookieLength, findCookie, forgetNotedCookie, noteCookie } from "../headers/cookie";
import { Session } from "./session";
import { verifications, verifyToken } from "./verify";

/** Signatures checked for one request. A neighbouring host can set cookies beside ours, but not make us check more. */
const MAX_SIGNATURES: u64 = 8;

let session: Session | null = null;
let verificationsBefore: u64 = 0;

/** Whether the cookies of the request named two different sessions, so that nobody can tell who is asking. */
export let isAmbiguous: bool = false;

export function beginCookies(): void {
  session = null;
  verificationsBefore = verifications;
  isAmbiguous = false;
  forgetNotedCookie();
}

/** Takes one Cookie header line. Cookies that prove nothing are passed over: anyone can set them for a neighbour. */
export function readCookieLine(at: usize, length: i32, domain: CookieDomain, bundle: Bundle, now: i64): void {
  let from = 0;
  let isFirst = true;
  while (verifications - verificationsBefore < MAX_SIGNATURES) {
    from = findCookie(at, length, from, domain.cookieAt, domain.cookieLength);
    if (from < 0) return;
    if (isFirst) noteCookie(at, from);
    isFirst = false;
    const found = verifyToken(cookieAt, cookieLength, bundle, now);
    if (!found || found.domain != domain) continue;
    const first = session;
    if (!first) session = found;
    else if (!isSameSession(first, found)) isAmbiguous = true;
    else if (found.issuedAt > first.issuedAt) session = found;
  }
}

/** The session all lines agree on, or null. */
export function sessionOfCookies(): Session | null {
  return isAmbiguous ? null : session;
}

function isSameSession(a: Session, b: Session): bool {
  return equal(a.sessionIdAt, a.sessionIdLength, b.sessionIdAt, b.sessionIdLength);
}
