// The session of a request, from all of its Cookie header lines.
import { equal } from "../../memory/bytes";
import { Bundle } from "../bundle/bundle";
import { CookieDomain } from "../bundle/cookie-domain";
import { Cookie, CookieLine, findCookie } from "../headers/cookie";
import { Client } from "../policy/client";
import { cookieLine, Request } from "../request";
import { Session } from "./session";
import { verifications, verifyToken, wasPostponed, wasSuperseded } from "./verify";

/** Signatures checked for one request. A neighbouring host can set cookies beside ours, but not make us check more. */
const MAX_SIGNATURES: u64 = 8;

/** What the cookies of a request say. */
@unmanaged
export class CookieSession {
  /** The session that they all agree on, or null. */
  session: Session | null;
  /** Whether the client is to be given the session's latest token. */
  isSuperseded: bool;
  /** Whether they name two different sessions, so that nobody can tell who is asking. */
  isAmbiguous: bool;
  /** Whether a cookie that may prove a session was left unproven, for there were too many to verify. */
  isPostponed: bool;
}

/** Reads the cookies of a request. Those that prove nothing are passed over: anyone can set them for a neighbour. */
export function readCookies(
  found: CookieSession,
  request: Request,
  domain: CookieDomain,
  bundle: Bundle,
  now: i64,
): void {
  memory.fill(changetype<usize>(found), 0, offsetof<CookieSession>());
  const limit = verifications + MAX_SIGNATURES;
  for (let i = 0; i < request.cookieLines; i++)
    readLine(found, cookieLine(request, i), limit, domain, bundle, request.client, now);
  if (found.isAmbiguous) found.session = null;
}

/** A session cookie behind the first of its line. */
const further: Cookie = changetype<Cookie>(memory.data(offsetof<Cookie>(), 8));

function readLine(
  found: CookieSession,
  line: CookieLine,
  limit: u64,
  domain: CookieDomain,
  bundle: Bundle,
  client: Client,
  now: i64,
): void {
  const nameAt = domain.cookieAt;
  const nameLength = domain.cookieLength;
  line.hasFirst = findCookie(line.at, line.length, 0, nameAt, nameLength, line.first);
  if (!line.hasFirst || verifications >= limit) return;
  prove(found, line.first, domain, bundle, client, now);
  let from = line.first.next;
  while (verifications < limit && findCookie(line.at, line.length, from, nameAt, nameLength, further)) {
    prove(found, further, domain, bundle, client, now);
    from = further.next;
  }
}

function prove(
  found: CookieSession,
  cookie: Cookie,
  domain: CookieDomain,
  bundle: Bundle,
  client: Client,
  now: i64,
): void {
  const session = verifyToken(cookie.valueAt, cookie.valueLength, bundle, client, now);
  if (wasPostponed) found.isPostponed = true;
  if (session && session.domain == domain) choose(found, session);
}

/**
 * Of two leases of one session the later counts. Of two sessions neither does, be their leases over or not: a neighbouring host that
 * sets its own session for everybody would otherwise have the visitor go on as somebody else as soon as a lease runs out.
 */
function choose(found: CookieSession, next: Session): void {
  const first = found.session;
  if (!first) return take(found, next);
  if (isSameSession(first, next)) {
    if (next.issuedAt > first.issuedAt) take(found, next);
  } else if (first.hasEnded) {
    take(found, next);
  } else if (!next.hasEnded) {
    found.isAmbiguous = true;
  }
}

function take(found: CookieSession, session: Session): void {
  found.session = session;
  found.isSuperseded = wasSuperseded;
}

function isSameSession(a: Session, b: Session): bool {
  return equal(a.sessionIdAt, a.sessionIdLength, b.sessionIdAt, b.sessionIdLength);
}
