// The feed: what was revoked since a version of the bundle, as a JWS signed by a root key like the bundle itself, and a few hundred bytes
// of it. It goes on from what is in force, or it is a gap and changes nothing: the whole bundle has to be fetched then.
import { createJsonReader } from "../../encoding/json";
import { equal } from "../../memory/bytes";
import { Slice } from "../../memory/slice";
import { text } from "../../memory/text";
import { Problem } from "../policy/problem";
import { decodePayload, isSignedBy, Jws, keyOfHeader, splitJws } from "../session/jws";
import { PublicKey } from "../session/public-key";
import { beginEpoch, bundle, BundleResult, compareToCurrent, offerSignedBundle } from "./bundle";
import { readNotBefore, readRevokedSessions, withoutForgotten } from "./revocations";

/** `typ` of its header, so that no other JWS of a root key can pass for it (RFC 8725 §3.11). */
const FEED_TYPE = text("zerohop-feed+jwt");

const reader = createJsonReader();

const signed: Jws = changetype<Jws>(memory.data(offsetof<Jws>(), 8));
const payload: Slice = changetype<Slice>(memory.data(offsetof<Slice>(), 8));

/** Offers what a host answers a poll with: a whole bundle, or what was revoked since the one in force. As offerSignedBundle. */
export function offerNews(problem: Problem, at: usize, length: i32, rootKeys: PublicKey | null): BundleResult {
  if (!splitJws(signed, at, length)) return BundleResult.BadSignature;
  const key = keyOfHeader(signed, rootKeys, FEED_TYPE);
  return key ? offerSignedFeed(key) : offerSignedBundle(problem, at, length, rootKeys);
}

/** Offers what was revoked since the bundle in force, trusted for where it comes from, as JSON; reading changes the bytes. */
export function offerFeed(at: usize, length: i32): BundleResult {
  if (!readFeed(at, length)) return BundleResult.Malformed;
  const order = compareToCurrent(feed.to, feed.issuedAt);
  return order == BundleResult.Accepted ? takeFeed() : order;
}

/** What the feed says, without the lists, which are where they were read: reading them is taking them. */
@unmanaged
class Feed {
  baseAt: usize;
  baseLength: i32;
  from: i64;
  to: i64;
  issuedAt: i64;
  /** When the host forgets all that is in it. */
  until: i64;
  sessionsAt: usize;
  sessionsLength: i32;
  usersAt: usize;
  usersLength: i32;
}

const feed: Feed = changetype<Feed>(memory.data(offsetof<Feed>(), 8));

function offerSignedFeed(key: PublicKey): BundleResult {
  if (!decodePayload(payload, signed) || !readFeed(payload.at, payload.length)) return BundleResult.Malformed;
  // What is not needed costs no signature.
  const order = compareToCurrent(feed.to, feed.issuedAt);
  if (order != BundleResult.Accepted) return order;
  if (!isSignedBy(signed, key)) return BundleResult.BadSignature;
  return takeFeed();
}

/** Reads all but the lists, and that these are lists. Nothing changes before the whole has been read. */
function readFeed(at: usize, length: i32): bool {
  memory.fill(changetype<usize>(feed), 0, offsetof<Feed>());
  feed.from = -1;
  feed.to = -1;
  reader.read(at, length);
  reader.enterObject();
  while (reader.nextKey()) {
    switch (reader.wordIn(text("base, from, to, iat, until, revoked_sessions, not_before"))) {
      case 0:
        reader.stringTo(changetype<usize>(feed));
        break;
      case 1:
        feed.from = reader.integer();
        break;
      case 2:
        feed.to = reader.integer();
        break;
      case 3:
        feed.issuedAt = reader.integer();
        break;
      case 4:
        feed.until = reader.integer();
        break;
      case 5:
        feed.sessionsAt = reader.valueStart();
        reader.skip();
        feed.sessionsLength = <i32>(reader.cursor - feed.sessionsAt);
        break;
      case 6:
        feed.usersAt = reader.valueStart();
        reader.skip();
        feed.usersLength = <i32>(reader.cursor - feed.usersAt);
        break;
      default:
        reader.skip();
    }
  }
  return reader.finished() && feed.baseLength > 0 && feed.from >= 0 && feed.to >= feed.from;
}

/**
 * Takes the feed that was read where it goes on from the bundle in force: from that version or one before it, and from nothing else but
 * these very keys, cookie domains and policy. Of a list that cannot be read to its end the beginning is taken, and the version is not.
 */
function takeFeed(): BundleResult {
  const current = bundle;
  if (!current || feed.from > current.version) return BundleResult.Gap;
  if (!equal(feed.baseAt, feed.baseLength, current.baseAt, current.baseLength)) return BundleResult.Gap;
  current.revocations = withoutForgotten(current.revocations, feed.issuedAt);
  if (feed.sessionsLength > 0 || feed.usersLength > 0) beginEpoch(current);
  if (feed.sessionsLength > 0) {
    reader.read(feed.sessionsAt, feed.sessionsLength);
    readRevokedSessions(current.revocations, reader, feed.until);
    if (!reader.finished()) return BundleResult.Malformed;
  }
  if (feed.usersLength > 0) {
    reader.read(feed.usersAt, feed.usersLength);
    readNotBefore(current.revocations, reader, feed.until);
    if (!reader.finished()) return BundleResult.Malformed;
  }
  current.version = feed.to;
  current.issuedAt = feed.issuedAt;
  return BundleResult.Extended;
}
