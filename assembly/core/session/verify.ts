// Finds the session of a token: the cache first, then RFC 7519 §7.2, cheapest check first and the signature last. Whether a lease
// that has run out matters is for core/session/lease.ts to say.
import { clear, equal, indexOf } from "../../memory/bytes";
import { Slice } from "../../memory/slice";
import { Text, text } from "../../memory/text";
import { Bundle } from "../bundle/bundle";
import { Client } from "../policy/client";
import { findSession, keepSession, positionOf, sessionAt } from "./cache";
import { Claims, readClaims } from "./claims";
import { keepCookie } from "./cookies";
import { sessionCounts } from "./counts";
import { decodePayload, isSignedBy, Jws, keyOfHeader, splitJws } from "./jws";
import { toTime } from "./kept-session";
import { keepProfile } from "./profiles";
import { PublicKey } from "./public-key";
import { admit, isHeaderName, Session, takeInHand, writeSession } from "./session";
import { thirdText } from "./shared-texts";
import { Verdict, verifyWithinBudget } from "./verification-budget";

/** The longest token that is looked at: browsers keep no longer cookie. */
export const MAX_TOKEN_LENGTH: i32 = 4096;
/** A token with the attributes that the host sets with it. */
const MAX_SET_COOKIE_LENGTH: i32 = MAX_TOKEN_LENGTH + 1024;

/** What a client's token proves. */
@unmanaged
export class Proof {
  /** The session, as its latest lease has it; null when the token proves none. */
  session: Session | null;
  /** Whether the client still sends an older token of the session. */
  isSuperseded: bool;
  /** Whether the token went unproven only because too many had to be verified. */
  isPostponed: bool;
  /** Whether a signature was checked. */
  hasCostSignature: bool;
}

/** A token while it is read: its parts, its payload, and what that claims. */
const parts: Jws = changetype<Jws>(memory.data(offsetof<Jws>(), 8));
const payload: Slice = changetype<Slice>(memory.data(offsetof<Slice>(), 8));
const claimed: Claims = changetype<Claims>(memory.data(offsetof<Claims>(), 8));

/** Finds out what a client's token proves. `now` is in seconds since the epoch. */
export function verifyToken(proof: Proof, token: usize, length: i32, bundle: Bundle, client: Client, now: i64): void {
  clear(changetype<usize>(proof), offsetof<Proof>());
  if (length > MAX_TOKEN_LENGTH) return;
  const cached = findSession(token, length);
  let session = cached ? cached : verifyFresh(proof, token, length, bundle, client, now);
  if (!session || session.kept.isBasic) return;
  if (cached) sessionCounts.cacheHits++;
  for (let next = sessionAt(session.kept.successor); next !== null; next = sessionAt(next!.kept.successor)) {
    session = next;
    proof.isSuperseded = true;
  }
  // The way is walked once: the next request with the old token finds the latest lease at the first step.
  if (cached && proof.isSuperseded) cached.kept.successor = positionOf(session);
  if (session.setCookieLength == 0) {
    session.tokenAt = token;
    session.tokenLength = length;
  }
  if (now < <i64>session.kept.sessionExpires && admit(session.kept, bundle)) proof.session = session;
}

function verifyFresh(
  proof: Proof,
  token: usize,
  length: i32,
  bundle: Bundle,
  client: Client,
  now: i64,
): Session | null {
  const key = readToken(claimed, parts, token, length, text("JWT"), bundle);
  if (!key || now >= claimed.sessionExpires) return null;
  const verdict = verifyWithinBudget(parts, key, client, now);
  proof.isPostponed = verdict == Verdict.Postponed;
  proof.hasCostSignature = verdict != Verdict.Postponed;
  return verdict == Verdict.Signed ? keepClaimed(claimed, token, length, key, now) : null;
}

/**
 * Takes the host's answer to the renewal of a session: the value of a Set-Cookie with a new token of the same session, and the profile
 * of its user where the token does not hold it. From then on whoever still sends the old token has the new lease as well. False
 * when the answer is not that. Changes the profile's bytes.
 */
export function takeRenewal(
  session: Session,
  at: usize,
  length: i32,
  profile: usize,
  profileLength: i32,
  bundle: Bundle,
  now: i64,
): bool {
  if (length > MAX_SET_COOKIE_LENGTH) return false;
  const token = indexOf(at, length, 0x3d) + 1;
  const tokenEnd = indexOf(at + token, length - token, 0x3b);
  const tokenLength = tokenEnd < 0 ? length - token : tokenEnd;
  const key = readToken(claimed, parts, at + token, tokenLength, text("JWT"), bundle);
  if (!key || !isSignedBy(parts, key)) return false;
  if (!equal(claimed.sessionIdAt, claimed.sessionIdLength, session.sessionIdAt, session.sessionIdLength)) return false;
  const origin = session.kept.origin;
  if (!equal(claimed.audienceAt, claimed.audienceLength, thirdText(origin), origin.thirdLength)) return false;
  if (claimed.profileAt && !keepProfile(claimed.profileAt, profile, profileLength)) return false;
  const renewed = keepClaimed(claimed, at + token, tokenLength, key, now);
  const position = positionOf(renewed);
  if (position <= positionOf(session)) return false;
  const kept = renewed.kept;
  kept.cookie = keepCookie(at, length);
  kept.cookieLength = <u16>length;
  kept.tokenStart = <u16>token;
  kept.tokenLength = <u16>tokenLength;
  beginLease(renewed, now);
  session.kept.successor = position;
  return true;
}

/**
 * Keeps what the host says a Basic credential stands for, under the key that stands for the credential here: a token, and where that
 * does not hold it a line feed and the user's profile. Changes the profile's bytes.
 */
export function takeIdentity(
  key: usize,
  keyLength: i32,
  voucher: usize,
  length: i32,
  bundle: Bundle,
  now: i64,
): Session | null {
  const lineEnd = indexOf(voucher, length, 0x0a);
  const tokenLength = lineEnd < 0 ? length : lineEnd;
  if (tokenLength > MAX_TOKEN_LENGTH) return null;
  const signer = readToken(claimed, parts, voucher, tokenLength, text("zerohop-basic+jwt"), bundle);
  if (!signer || !isSignedBy(parts, signer)) return null;
  if (
    claimed.profileAt &&
    (lineEnd < 0 || !keepProfile(claimed.profileAt, voucher + lineEnd + 1, length - lineEnd - 1))
  ) {
    return null;
  }
  const session = keepClaimed(claimed, key, keyLength, signer, now);
  const kept = session.kept;
  kept.isBasic = true;
  beginLease(session, now);
  // A credential has no end but its password's. It is asked about when its lease has run out, and not before.
  kept.sessionExpires = u32.MAX_VALUE;
  kept.renewAt = kept.expires;
  return session;
}

/** The host has issued this token just now: its lease runs from here, whatever the difference between its clock and ours. */
function beginLease(session: Session, now: i64): void {
  const kept = session.kept;
  const shift = now - <i64>kept.issuedAt;
  kept.expires = toTime(<i64>kept.expires + shift);
  kept.renewAt = toTime(<i64>kept.renewAt + shift);
}

/** Reads a token. Returns its key, or null when anything but its times and its signature is wrong. */
function readToken(claims: Claims, jws: Jws, token: usize, length: i32, type: Text, bundle: Bundle): PublicKey | null {
  if (!splitJws(jws, token, length)) return null;
  const key = keyOfHeader(jws, bundle.keys, type);
  if (!key || !decodePayload(payload, jws) || !readClaims(claims, payload.at, payload.length)) return null;
  if (!isHeaderName(claims.subjectAt, claims.subjectLength)) return null;
  return admit(writeSession(claims, key), bundle) ? key : null;
}

/** The session of some claims, laid down in the cache; in the arena when it cannot be kept. */
function keepClaimed(claims: Claims, key: usize, keyLength: i32, signer: PublicKey, now: i64): Session {
  const draft = writeSession(claims, signer);
  draft.renewAt = toTime(claims.issuedAt + (claims.expires - claims.issuedAt + 1) / 2);
  const session = keepSession(draft, key, keyLength, now);
  if (!session) return takeInHand(draft);
  const kept = session.kept;
  const lease = <i64>kept.expires - <i64>kept.issuedAt;
  // Not all in the same second: each worker has its own moment for each token.
  if (lease > 3) kept.renewAt += <u32>(kept.digestHead % <u64>(lease / 4));
  return session;
}
