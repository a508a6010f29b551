// The session of a request, from all of its Cookie header lines.
import { equal } from "../../memory/bytes";
import { Bundle } from "../bundle/bundle";
import { CookieDomain } from "../bundle/cookie-domain";
import { cookieAt, cookieLength, findCookie, forgetNotedCookie, noteCookie } from "../headers/cookie";
import { Session } from "./session";
import { verifications, verifyToken, wasPostponed, wasSuperseded } from "./verify";

/** Signatures checked for one request. A neighbouring host can set cookies beside ours, but not make us check more. */
const MAX_SIGNATURES: u64 = 8;

let session: Session | null = null;
let verificationsBefore: u64 = 0;
/** Whether the client is to be given the session's latest token. */
export let isSuperseded: bool = false;

/** Whether the cookies of the request named two different sessions, so that nobody can tell who is asking. */
export let isAmbiguous: bool = false;
/** Whether a cookie that may prove a session was left unproven, for there were too many to verify. */
export let isPostponed: bool = false;

export function beginCookies(): void {
  session = null;
  verificationsBefore = verifications;
  isAmbiguous = false;
  isPostponed = false;
  isSuperseded = false;
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
    if (wasPostponed) isPostponed = true;
    if (found && found.domain == domain) choose(found, now);
  }
}

/** Of two leases of one session the later counts, and of two sessions the one whose lease holds. */
function choose(found: Session, now: i64): void {
  const first = session;
  if (!first) return take(found);
  if (isSameSession(first, found)) {
    if (found.issuedAt > first.issuedAt) take(found);
  } else if (now < first.expires && now < found.expires) isAmbiguous = true;
  else if (found.expires > first.expires) take(found);
}

function take(found: Session): void {
  session = found;
  isSuperseded = wasSuperseded;
}

/** The session all lines agree on, or null. */
export function sessionOfCookies(): Session | null {
  return isAmbiguous ? null : session;
}

function isSameSession(a: Session, b: Session): bool {
  return equal(a.sessionIdAt, a.sessionIdLength, b.sessionIdAt, b.sessionIdLength);
}
