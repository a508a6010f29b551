// From a token to a session: the cache first, then RFC 7519 §7.2, cheapest check first and the signature last. Whether a lease
// that has run out matters is for core/session/lease.ts to say.
import { allocateInArena } from "../../memory/arena";
import { equal, indexOf } from "../../memory/bytes";
import { Text, text } from "../../memory/text";
import { Bundle, bundleEpoch } from "../bundle/bundle";
import { Client } from "../policy/client";
import { findSession, reservedDigest, reservedPosition, reserveSession, sessionAt } from "./cache";
import { claims, readClaims } from "./claims";
import { decodePayload, isSignedBy, keyOfHeader, payloadAt, payloadLength, splitJws } from "./jws";
import { PublicKey } from "./public-key";
import { admit, attachSetCookie, isHeaderName, Session, sizeOfSession, writeSession } from "./session";
import { Verdict, verifyWithinBudget } from "./verification-budget";

/** The longest token that is looked at: browsers keep no longer cookie. */
export const MAX_TOKEN_LENGTH: i32 = 4096;
/** A token with the attributes that the host sets with it. */
const MAX_SET_COOKIE_LENGTH: i32 = MAX_TOKEN_LENGTH + 1024;

/** Signatures of clients' tokens checked so far. */
export let verifications: u64 = 0;
/** Sessions found in the cache so far. */
export let cacheHits: u64 = 0;
/** Whether the token looked at last went unproven only because too many had to be verified. */
export let wasPostponed: bool = false;

/** Whether the client still sends an older token of the session found last. */
export let wasSuperseded: bool = false;

/** The session that a client's token proves, as its latest lease has it, or null. `now` is in seconds since the epoch. */
export function verifyToken(token: usize, length: i32, bundle: Bundle, client: Client, now: i64): Session | null {
  wasPostponed = false;
  if (length > MAX_TOKEN_LENGTH) return null;
  const cached = findSession(token, length);
  let session = cached ? cached : verifyFresh(token, length, bundle, client, now);
  if (!session || session.isBasic) return null;
  if (cached) cacheHits++;
  wasSuperseded = false;
  for (let next = sessionAt(session.successor); next !== null; next = sessionAt(next!.successor)) {
    session = next;
    wasSuperseded = true;
  }
  // The way is walked once: the next request with the old token finds the latest lease at the first step.
  if (cached && wasSuperseded) cached.successor = session.position;
  if (session.setCookieLength == 0) {
    session.tokenAt = token;
    session.tokenLength = length;
  }
  return now < session.sessionExpires && admit(session, bundle, bundleEpoch) ? session : null;
}

function verifyFresh(token: usize, length: i32, bundle: Bundle, client: Client, now: i64): Session | null {
  const key = readToken(token, length, text("JWT"), bundle);
  if (!key || now >= claims.sessionExpires) return null;
  const verdict = verifyWithinBudget(key, client, now);
  wasPostponed = verdict == Verdict.Postponed;
  if (!wasPostponed) verifications++;
  return verdict == Verdict.Signed ? keepSession(token, length, key, 0, now) : null;
}

/**
 * Takes the host's answer to the renewal of a session: the value of a Set-Cookie with a new token of the same session. From
 * then on whoever still sends the old token has the new lease as well. False when the answer is not that.
 */
export function takeRenewal(session: Session, at: usize, length: i32, bundle: Bundle, now: i64): bool {
  if (length > MAX_SET_COOKIE_LENGTH) return false;
  const token = indexOf(at, length, 0x3d) + 1;
  const tokenEnd = indexOf(at + token, length - token, 0x3b);
  const tokenLength = tokenEnd < 0 ? length - token : tokenEnd;
  const key = readToken(at + token, tokenLength, text("JWT"), bundle);
  if (!key || !isSignedBy(key)) return false;
  if (!equal(claims.sessionIdAt, claims.sessionIdLength, session.sessionIdAt, session.sessionIdLength)) return false;
  if (!equal(claims.audienceAt, claims.audienceLength, session.audienceAt, session.audienceLength)) return false;
  const renewed = keepSession(at + token, tokenLength, key, length, now);
  if (renewed.position <= session.position) return false;
  attachSetCookie(renewed, at, length, token, tokenLength);
  beginLease(renewed, now);
  session.successor = renewed.position;
  return true;
}

/** Keeps what the host says a Basic credential stands for, under the key that stands for the credential here. */
export function takeIdentity(
  key: usize,
  keyLength: i32,
  token: usize,
  length: i32,
  bundle: Bundle,
  now: i64,
): Session | null {
  if (length > MAX_TOKEN_LENGTH) return null;
  const signer = readToken(token, length, text("zerohop-basic+jwt"), bundle);
  if (!signer || !isSignedBy(signer)) return null;
  const session = keepSession(key, keyLength, signer, 0, now);
  session.isBasic = true;
  beginLease(session, now);
  // A credential has no end but its password's. It is asked about when its lease has run out, and not before.
  session.sessionExpires = i64.MAX_VALUE;
  session.renewAt = session.expires;
  return session;
}

/** The host has issued this token just now: its lease runs from here, whatever the difference between its clock and ours. */
function beginLease(session: Session, now: i64): void {
  const shift = now - session.issuedAt;
  session.expires += shift;
  session.renewAt += shift;
}

/** Reads a token into `claims`. Returns its key, or null when anything but its times and its signature is wrong. */
function readToken(token: usize, length: i32, type: Text, bundle: Bundle): PublicKey | null {
  if (!splitJws(token, length)) return null;
  const key = keyOfHeader(bundle.keys, type);
  if (!key || !decodePayload() || !readClaims(payloadAt, payloadLength)) return null;
  if (!isHeaderName(claims.subjectAt, claims.subjectLength)) return null;
  return admit(writeDraft(key), bundle, bundleEpoch) ? key : null;
}

function writeDraft(key: PublicKey): Session {
  return writeSession(allocateInArena(sizeOfSession(claims, key.kidLength)), claims, key);
}

/** Lays the session of `claims` down in the cache, with so much room behind it; in the arena when there is no cache. */
function keepSession(key: usize, keyLength: i32, signer: PublicKey, room: i32, now: i64): Session {
  const size = sizeOfSession(claims, signer.kidLength) + room;
  const lease = claims.expires - claims.issuedAt;
  const kept = reserveSession(key, keyLength, size, lease, now);
  if (!kept) return writeDraft(signer);
  const session = writeSession(kept, claims, signer);
  session.position = reservedPosition;
  session.digest = reservedDigest;
  // Not all in the same second: each worker has its own moment for each token.
  const spread = lease > 3 ? <i64>(session.digest % <u64>(lease / 4)) : 0;
  session.renewAt = session.issuedAt + (lease + 1) / 2 + spread;
  return session;
}
