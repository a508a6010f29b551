// Verified sessions, so that a signature is checked once per lease and worker. Sessions are written one behind the other into
// segments, which are taken from memory as they are needed, up to a limit, and then used again, the oldest first: nothing is
// ever freed, and memory stays flat whatever clients send. Only what verified comes in, and it is found by a keyed digest of
// its key, which is compared as a whole and in constant time, so a client can neither fill the cache nor probe it. The key is
// the token, or for a Basic credential its digest.
import { siphash, siphash128 } from "../../crypto/siphash";
import { beginSession, Session } from "./session";

/** No token of MAX_TOKEN_LENGTH makes a larger session. */
const MAX_SESSION_BYTES: u64 = 16 * 1024;
/**
 * The eight sessions that one request may bring fit into a segment. The segment to be written next is emptied when writing into
 * the one before begins, so that what was found in it can still be read by whoever found it: it is not written over before a
 * whole segment was filled.
 */
const SEGMENT_BYTES: usize = 8 * 16 * 1024;
/** The smallest cache in which the empty segment is a small part. */
export const MIN_CACHE_BYTES: usize = 4 * SEGMENT_BYTES;
/** In seconds, no lease of the host's is longer. */
const LONGEST_LEASE: i64 = 300;

const WAYS: usize = 8;
/**
 * Bytes of sessions for each place of the index. A session takes some six times as much, and so the sets of a full cache are
 * far from full, but for a few: one session too many would have its neighbours verified over and over.
 */
const BYTES_PER_PLACE: usize = 64;


@unmanaged
class Segment {
  at: usize;
  /** The one that is written after this one. */
  next: u32;
  /** Which in the order of all that were ever written this is, from 1; 0 while it is empty. */
  number: u32;
  /** When writing into it ended. */
  closedAt: i64;
  /** The longest lease of a session in it. After that all have been renewed, and it makes way before the cache grows. */
  longestLease: i64;
}

/** A session of the index: the second half of its digest, of which the set is a part, and its position; 0 for none. */
@unmanaged
class Place {
  tag: u64;
  position: u64;
}


@unmanaged
class Cache {
  /** Segments are numbered from 0 as they are taken from memory; there is room for `limit` of them. 0 without a cache. */
  segments: usize;
  limit: u32;
  taken: u32;
  /** The segment that is being written, how much of it is, and its number in the order of writing. */
  current: u32;
  used: usize;
  written: u32;
  /** Sets of WAYS places; it grows with the segments, so that few sessions lie close together. */
  index: usize;
  setMask: u64;
  /** What is left of the index before this one, which was as large as a number of segments. */
  left: usize;
  leftEnd: usize;
  /** How much of what is there from the start is taken. */
  firstTaken: usize;
}

const cache: Cache = changetype<Cache>(memory.data(offsetof<Cache>(), 8));
const FIRST_SETS: usize = MIN_CACHE_BYTES / BYTES_PER_PLACE / WAYS;

/** The keys of the hash that spreads other things over tables, and of the digest, so that nobody outside can aim at a place. */
const hashKey: usize = memory.data(16, 8);
const digestKey: usize = memory.data(16, 8);
const digest: usize = memory.data(16, 8);

/**
 * Takes the first memory, once. `bytes` is the most that sessions may take, MIN_CACHE_BYTES at least; `secret` are 32
 * bytes that only this gate knows. Without memory there is no cache, and each token is verified with each request.
 */
export function createCache(bytes: usize, secret: usize): void {
  if (cache.segments) return;
  memory.copy(hashKey, secret, 16);
  memory.copy(digestKey, secret + 16, 16);
  cache.limit = <u32>(bytes / SEGMENT_BYTES);
  cache.setMask = FIRST_SETS - 1;
  const indexBytes = FIRST_SETS * WAYS * offsetof<Place>();
  cache.index = takeMemory(indexBytes + <usize>cache.limit * offsetof<Segment>());
  if (!cache.index) return;
  cache.segments = cache.index + indexBytes;
  if (addSegment() && addSegment()) beginSegment(0, 0);
  else cache.segments = 0;
}

/** The session of this key, or null. */
export function findSession(key: usize, length: i32): Session | null {
  if (!cache.segments) return null;
  siphash128(digestKey, key, length, digest);
  const head = load<u64>(digest);
  const tag = load<u64>(digest, 8);
  const session = sessionInSet(setOf(tag), head, tag);
  return session ? session : sessionInSet(otherSetOf(tag), head, tag);
}

/** The session of a set that has this digest, given as its two halves, or null. */
// @ts-ignore: decorator
@inline
function sessionInSet(set: usize, head: u64, tag: u64): Session | null {
  for (let way: usize = 0; way < WAYS; way++) {
    const session = sessionOfDigest(placeAt(set, way), head, tag);
    if (session) return session;
  }
  return null;
}

/** The session of a place when it has this digest. */
// @ts-ignore: decorator
@inline
function sessionOfDigest(place: Place, head: u64, tag: u64): Session | null {
  if (place.tag != tag) return null;
  const session = sessionAt(place.position);
  return session && session.digest == head ? session : null;
}

/**
 * The session that was written to this position, or null when it has been forgotten. A position is the segment's number in
 * the order of writing, above the segment's own number and the offset in it, and 1.
 */
export function sessionAt(position: u64): Session | null {
  if (position == 0) return null;
  const offset = <usize>(<u32>position - 1);
  const number = <u32>(offset / SEGMENT_BYTES);
  if (number >= cache.taken) return null;
  const segment = segmentAt(number);
  if (segment.number != <u32>(position >> 32)) return null;
  return changetype<Session>(segment.at + (offset % SEGMENT_BYTES));
}

/**
 * A session that has just begun, with room for so many bytes in all, entered under its key in place of the one before; null when it
 * is too large to be kept. The lease is in seconds, `now` in seconds since the epoch.
 */
export function reserveSession(key: usize, length: i32, size: usize, lease: i64, now: i64): Session | null {
  const aligned = (size + 7) & ~7;
  if (!cache.segments || <u64>aligned > MAX_SESSION_BYTES) return null;
  if (cache.used + aligned > SEGMENT_BYTES) beginSegment(segmentAt(cache.current).next, now);
  const segment = segmentAt(cache.current);
  segment.longestLease = max(segment.longestLease, min(lease, LONGEST_LEASE));
  const session = beginSession(segment.at + cache.used);
  session.position = ((<u64>cache.written) << 32) | (<u64>(<usize>cache.current * SEGMENT_BYTES + cache.used + 1));
  cache.used += aligned;

  siphash128(digestKey, key, length, digest);
  const tag = load<u64>(digest, 8);
  session.digest = load<u64>(digest);
  const place = placeForDigest(session.digest, tag);
  place.tag = tag;
  place.position = session.position;
  return session;
}

/** The place of a digest: that of the session before, else one that is free, else that of the oldest of both sets. */
function placeForDigest(head: u64, tag: u64): Place {
  const place = placeInSet(setOf(tag), head, tag);
  if (sessionOfDigest(place, head, tag)) return place;
  const other = placeInSet(otherSetOf(tag), head, tag);
  return sessionOfDigest(other, head, tag) || ageOf(other) < ageOf(place) ? other : place;
}

/** Of a set, the place of a digest, else one that is free, else that of the oldest session. */
function placeInSet(set: usize, head: u64, tag: u64): Place {
  let oldest = placeAt(set, 0);
  let age = u64.MAX_VALUE;
  for (let way: usize = 0; way < WAYS; way++) {
    const place = placeAt(set, way);
    if (sessionOfDigest(place, head, tag)) return place;
    const position = ageOf(place);
    if (position >= age) continue;
    oldest = place;
    age = position;
  }
  return oldest;
}

/** The position of a place's session, less for an older one, and 0 for a place that is free. */
function ageOf(place: Place): u64 {
  return sessionAt(place.position) ? place.position : 0;
}

/** Goes on with writing in a segment that is empty, and empties the one after it, or takes a new one from memory for that. */
function beginSegment(number: u32, now: i64): void {
  segmentAt(cache.current).closedAt = now;
  cache.current = number;
  cache.used = 0;
  const segment = segmentAt(number);
  segment.number = ++cache.written;
  segment.longestLease = 0;
  const oldest = segmentAt(segment.next);
  if (oldest.number != 0 && <u64>(now - oldest.closedAt) < <u64>oldest.longestLease) addSegment();
  segmentAt(segment.next).number = 0;
}

/** Takes one more segment from memory, to be written after the current one. False when there is no more to be had. */
function addSegment(): bool {
  if (cache.taken == cache.limit) return false;
  const at = cache.left < cache.leftEnd ? cache.left : takeMemory(SEGMENT_BYTES);
  if (!at) return false;
  if (at == cache.left) cache.left += SEGMENT_BYTES;
  const added = segmentAt(cache.taken);
  added.at = at;
  added.next = segmentAt(cache.current).next;
  segmentAt(cache.current).next = cache.taken++;
  if (<usize>cache.taken * SEGMENT_BYTES > <usize>(cache.setMask + 1) * WAYS * BYTES_PER_PLACE) growIndex();
  return true;
}

/**
 * Puts an index of twice as many sets in the place of the one there is, whose memory is left for segments. What was in one set
 * is then in one of two, whether it was its first or its other one, and so each has room.
 */
function growIndex(): void {
  const oldIndex = cache.index;
  const oldMask = cache.setMask;
  const oldPlaces = <usize>(oldMask + 1) * WAYS;
  const larger = takeMemory(oldPlaces * 2 * offsetof<Place>());
  if (!larger) return;
  cache.index = larger;
  cache.setMask = cache.setMask * 2 + 1;
  cache.left = oldIndex;
  cache.leftEnd = oldIndex + oldPlaces * offsetof<Place>();
  for (let i: usize = 0; i < oldPlaces; i++) {
    const old = placeAt(oldIndex, i);
    if (sessionAt(old.position) === null) continue;
    const isInFirst = (old.tag & oldMask) == <u64>(i / WAYS);
    const set = isInFirst ? setOf(old.tag) : otherSetOf(old.tag);
    let way: usize = 0;
    while (placeAt(set, way).position != 0) way++;
    placeAt(set, way).tag = old.tag;
    placeAt(set, way).position = old.position;
  }
}

/**
 * What the cache begins with, the index and two segments, is there from the start: zeros that nobody has touched cost a host
 * nothing, and Traefik's copies all of an instance's memory where it grows.
 */
const FIRST_BYTES: usize = 7 * 65536;
// @ts-ignore: decorator
@lazy
const first: usize = memory.data(7 * 65536, 16);

/** Zeroed memory of so many bytes, which nobody else gets; 0 when the host gives none. */
function takeMemory(bytes: usize): usize {
  const aligned = (bytes + 15) & ~15;
  if (aligned <= FIRST_BYTES - cache.firstTaken) {
    cache.firstTaken += aligned;
    return first + cache.firstTaken - aligned;
  }
  const before = memory.grow(<i32>((bytes + 0xffff) >> 16));
  return before < 0 ? 0 : (<usize>before) << 16;
}

function segmentAt(number: u32): Segment {
  return changetype<Segment>(cache.segments + <usize>number * offsetof<Segment>());
}

/** A hash of this key that only this gate can tell. */
export function hashOf(key: usize, length: i32): u64 {
  return siphash(hashKey, key, length);
}

// @ts-ignore: decorator
@inline
function setOf(tag: u64): usize {
  return cache.index + <usize>(tag & cache.setMask) * WAYS * offsetof<Place>();
}

/** The set of a session whose own set is full: one in some thousands of sets is, and hardly ever two at once. */
// @ts-ignore: decorator
@inline
function otherSetOf(tag: u64): usize {
  return cache.index + <usize>((tag >> 32) & cache.setMask) * WAYS * offsetof<Place>();
}

// @ts-ignore: decorator
@inline
function placeAt(set: usize, way: usize): Place {
  return changetype<Place>(set + way * offsetof<Place>());
}
