// The session of a request, from all of its Cookie header lines.
import { equal } from "../../memory/bytes";
import { Bundle } from "../bundle/bundle";
import { CookieDomain } from "../bundle/cookie-domain";
import { cookieAt, cookieLength, findCookie } from "../headers/cookie";
import { Session } from "./session";
import { verifyToken } from "./verify";

/** Session cookies looked at in one request. A page of a neighbouring host can add some, but not make us verify more. */
const MAX_SESSION_COOKIES: i32 = 4;

let session: Session | null = null;
let seen: i32 = 0;

/** Whether the cookies of the request named two different sessions, so that nobody can tell who is asking. */
export let isAmbiguous: bool = false;

export function beginCookies(): void {
  session = null;
  seen = 0;
  isAmbiguous = false;
}

/** Takes one Cookie header line. Cookies that prove nothing are passed over: anyone can set them for a neighbour. */
export function readCookieLine(at: usize, length: i32, domain: CookieDomain, bundle: Bundle, now: i64): void {
  let from = 0;
  while (seen < MAX_SESSION_COOKIES) {
    from = findCookie(at, length, from, domain.cookieAt, domain.cookieLength);
    if (from < 0) return;
    seen++;
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
