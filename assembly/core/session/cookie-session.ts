// The session of a request, from all of its Cookie header lines.
import { clear, equal } from "../../memory/bytes";
import { Bundle } from "../bundle/bundle";
import { CookieDomain } from "../bundle/cookie-domain";
import { Cookie, CookieLine, findCookie } from "../headers/cookie";
import { Client } from "../policy/client";
import { cookieLine, Request } from "../request";
import { Session } from "./session";
import { Proof, verifyToken } from "./verify";

/** Signatures checked for one request. A neighbouring host can set cookies beside ours, but not make us check more. */
const MAX_SIGNATURES: i32 = 8;

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
  /** How many signatures were checked. */
  signatures: i32;
}

/** Reads the cookies of a request. Those that prove nothing are passed over: anyone can set them for a neighbour. */
export function readCookies(
  found: CookieSession,
  request: Request,
  domain: CookieDomain,
  bundle: Bundle,
  now: i64,
): void {
  clear(changetype<usize>(found), offsetof<CookieSession>());
  for (let i = 0; i < request.cookieLines; i++)
    readLine(found, cookieLine(request, i), domain, bundle, request.client, now);
  if (found.isAmbiguous) found.session = null;
}

/** A session cookie behind the first of its line. */
const further: Cookie = changetype<Cookie>(memory.data(offsetof<Cookie>(), 8));

function readLine(
  found: CookieSession,
  line: CookieLine,
  domain: CookieDomain,
  bundle: Bundle,
  client: Client,
  now: i64,
): void {
  const nameAt = domain.cookieAt;
  const nameLength = domain.cookieLength;
  line.hasFirst = findCookie(line.at, line.length, 0, nameAt, nameLength, line.first);
  if (!line.hasFirst || found.signatures >= MAX_SIGNATURES) return;
  prove(found, line.first, domain, bundle, client, now);
  let from = line.first.next;
  while (found.signatures < MAX_SIGNATURES && findCookie(line.at, line.length, from, nameAt, nameLength, further)) {
    prove(found, further, domain, bundle, client, now);
    from = further.next;
  }
}

const proof: Proof = changetype<Proof>(memory.data(offsetof<Proof>(), 8));

function prove(
  found: CookieSession,
  cookie: Cookie,
  domain: CookieDomain,
  bundle: Bundle,
  client: Client,
  now: i64,
): void {
  verifyToken(proof, cookie.valueAt, cookie.valueLength, bundle, client, now);
  found.signatures += i32(proof.hasCostSignature);
  if (proof.isPostponed) found.isPostponed = true;
  const session = proof.session;
  if (session && session.kept.domain == domain) choose(found, session, proof.isSuperseded);
}

/**
 * Of two leases of one session the later counts. Of two sessions neither does, be their leases over or not: a neighbouring host that
 * sets its own session for everybody would otherwise have the visitor go on as somebody else as soon as a lease runs out.
 */
function choose(found: CookieSession, next: Session, isSuperseded: bool): void {
  const first = found.session;
  if (!first) {
    take(found, next, isSuperseded);
  } else if (isSameSession(first, next)) {
    if (next.kept.issuedAt > first.kept.issuedAt) take(found, next, isSuperseded);
  } else if (first.kept.hasEnded) {
    take(found, next, isSuperseded);
  } else if (!next.kept.hasEnded) {
    found.isAmbiguous = true;
  }
}

function take(found: CookieSession, session: Session, isSuperseded: bool): void {
  found.session = session;
  found.isSuperseded = isSuperseded;
}

function isSameSession(a: Session, b: Session): bool {
  return equal(a.sessionIdAt, a.sessionIdLength, b.sessionIdAt, b.sessionIdLength);
}
