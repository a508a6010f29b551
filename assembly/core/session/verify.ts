// From a cookie's value to a session: the cache first, then RFC 7519 §7.2, cheapest check first and the signature last.
import { allocateInArena } from "../../memory/arena";
import { Bundle, bundleEpoch } from "../bundle/bundle";
import { findSession, reserveSession } from "./cache";
import { claims, readClaims } from "./claims";
import { decodePayload, isSignedBy, keyOfHeader, payloadAt, payloadLength, splitJws } from "./jws";
import { admit, isHeaderName, Session, sizeOfSession, writeSession } from "./session";
import { text } from "../../memory/text";

/** The longest token that is looked at: browsers keep no longer cookie. */
export const MAX_TOKEN_LENGTH: i32 = 4096;

/** Signatures checked so far, for the metrics. */
export let verifications: u64 = 0;
/** Sessions found in the cache so far. */
export let cacheHits: u64 = 0;

/** The session that a token proves now, or null. `now` is in seconds since the epoch. */
export function verifyToken(token: usize, length: i32, bundle: Bundle, now: i64): Session | null {
  if (length > MAX_TOKEN_LENGTH) return null;
  const cached = findSession(token, length);
  const session = cached ? cached : verifyFresh(token, length, bundle, now);
  if (!session) return null;
  if (cached) cacheHits++;
  if (!admit(session, bundle, bundleEpoch)) return null;
  return now < session.expires && now < session.sessionExpires ? session : null;
}

function verifyFresh(token: usize, length: i32, bundle: Bundle, now: i64): Session | null {
  if (!splitJws(token, length)) return null;
  const key = keyOfHeader(bundle.keys, text("JWT"));
  if (!key) return null;
  if (!decodePayload() || !readClaims(payloadAt, payloadLength)) return null;
  if (now >= claims.expires || now >= claims.sessionExpires) return null;
  if (!isHeaderName(claims.subjectAt, claims.subjectLength)) return null;
  const size = sizeOfSession(claims, length, key.kidLength);
  const draft = allocateInArena(size);
  if (!draft) return null;
  const session = writeSession(draft, claims, token, length, key);
  if (!admit(session, bundle, bundleEpoch)) return null;

  verifications++;
  if (!isSignedBy(key)) return null;
  const kept = reserveSession(token, length, size);
  return kept ? writeSession(kept, claims, token, length, key) : session;
}
