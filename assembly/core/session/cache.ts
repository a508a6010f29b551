// Verified sessions, so that a signature is checked once per lease and worker. Sessions are written one behind the other into
// segments, which are taken from memory as they are needed, up to a limit, and then used again, the oldest first: no segment is
// ever freed, and memory stays flat whatever clients send. Only what verified comes in, and it is found by a keyed digest of
// its key, which is compared as a whole and in constant time, so a client can neither fill the cache nor probe it. The key is
// the token, or for a Basic credential its digest.
import { siphash128, SIPHASH_KEY_BYTES } from "../../crypto/siphash";
import { callbacks } from "../../memory/arena";
import { bytesOfCookies, limitCookies } from "./cookies";
import { sessionCounts } from "./counts";
import { KEPT_BYTES, KeptSession, releaseAll, shareAll } from "./kept-session";
import { keyHashes } from "./keyed-hash";
import { LONGEST_LEASE } from "./lease";
import { Session, takeInHand } from "./session";
import { areTextsCrowded, bytesOfTable, bytesOfTexts, keepTexts } from "./shared-texts";

/** Sessions of a segment: a power of two. */
const SESSIONS: u32 = 256;
const SEGMENT_BYTES: usize = <usize>SESSIONS * KEPT_BYTES;
/** The part of what sessions may share that those of one segment may add: one that makes way makes room, and takes few others with it. */
const TEXTS_PART: usize = 8;
/** The smallest cache in which the segments that nothing is found in are a small part. */
export const MIN_CACHE_BYTES: usize = 16 * SEGMENT_BYTES;
/** Memory is asked for in steps of so many bytes, or more where more is needed at once. */
const STEP_BYTES: usize = 4 * 65536;

const WAYS: usize = 8;
/**
 * Places of the index for each session there is room for: the sets of a full cache are far from full, but for a few. One session
 * too many would have its neighbours verified over and over.
 */
const PLACES_PER_SESSION: u32 = 4;
/**
 * From so many sessions on, one more goes to its other set where that has fewer: of two sets that fill up by themselves both are full too
 * often.
 */
const CROWDED: u32 = 6;


@unmanaged
class Segment {
  at: usize;
  /** The one that is written after this one. */
  next: u32;
  /** Which in the order of all that were ever written this is, from 1; 0 while nothing is found in it. */
  number: u32;
  /** How many sessions are in it, found or not. */
  count: u32;
  /** The longest lease of a session in it. After that all have been renewed, and it makes way before the cache grows. */
  longestLease: u32;
  /** When writing into it ended. */
  closedAt: i64;
}

/** A session of the index: a part of its digest that names its two sets as well, and its address; 0 for none. */
@unmanaged
class Place {
  tag: u32;
  kept: KeptSession | null;
}


@unmanaged
class Cache {
  /** Sets of WAYS places, a line of the processor's cache each; it grows with the segments, so that few sessions lie close together. */
  index: usize;
  setMask: u32;
  /** Segments are numbered from 0 as they are taken from memory; there is room for `limit` of them. 0 without a cache. */
  segments: usize;
  limit: u32;
  taken: u32;
  /** The segment that is being written, and its number in the order of writing. */
  current: u32;
  written: u32;
  /** How many sessions are not forgotten. */
  sessions: u32;
  /** The callback in which writing into the current segment began, and what sessions shared then. */
  begunIn: u32;
  begunWith: usize;
  /** How much its sessions may add to that. */
  textsOfSegment: usize;
  /** Memory that was asked for and is not taken yet, and what is left of the index before this one. */
  spare: usize;
  spareEnd: usize;
  left: usize;
  leftEnd: usize;
  /** What the cache may take, and has taken without what sessions share and their cookies. */
  bytesLimit: usize;
  bytes: usize;
}

const cache: Cache = changetype<Cache>(memory.data(offsetof<Cache>(), 8));
const FIRST_SETS: u32 = 128;

const digestKey: usize = memory.data(SIPHASH_KEY_BYTES, 8);
const digest: usize = memory.data(16, 8);

/**
 * Takes the first memory, once. `bytes` is the most that sessions may take, MIN_CACHE_BYTES at least; `secret` are 32
 * bytes that only this gate knows. Half of the memory is for the sessions, an eighth at the most for their index, and the rest for
 * what they share and their cookies. Without memory there is no cache, and each token is verified with each request.
 */
export function createCache(bytes: usize, secret: usize): void {
  if (cache.segments) return;
  keyHashes(secret);
  memory.copy(digestKey, secret + SIPHASH_KEY_BYTES, SIPHASH_KEY_BYTES);
  limitCookies(bytes / 16);
  cache.bytesLimit = bytes;
  cache.limit = <u32>(bytes / 2 / SEGMENT_BYTES);
  cache.setMask = FIRST_SETS - 1;
  cache.index = takeMemory(<usize>FIRST_SETS * WAYS * offsetof<Place>());
  const segments = takeMemory(<usize>cache.limit * offsetof<Segment>());
  const textBytes = (bytes / 16) * 5;
  const table = takeMemory(bytesOfTable(textBytes));
  if (!cache.index || !segments || !table) return;
  keepTexts(textBytes, table);
  cache.textsOfSegment = textBytes / TEXTS_PART;
  cache.segments = segments;
  if (addSegment() && addSegment()) beginSegment(0, 0, false);
  else cache.segments = 0;
}

/** What all of the cache takes by now, and may take. */
export function bytesOfCache(): usize {
  return cache.bytes + bytesOfTexts() + bytesOfCookies();
}

export function limitOfCache(): usize {
  return cache.bytesLimit;
}

/** How many sessions are in the cache, those among them whose leases have run out. */
export function sessionsOfCache(): u32 {
  return cache.sessions;
}

/** The session of this key, or null. */
export function findSession(key: usize, length: i32): Session | null {
  if (!cache.segments) return null;
  siphash128(digestKey, key, length, digest);
  const head = load<u64>(digest);
  const tail = load<u64>(digest, 8);
  let kept = keptInSet(setOf(<u32>tail), head, tail);
  if (!kept) kept = keptInSet(otherSetOf(<u32>tail), head, tail);
  return kept ? takeInHand(kept) : null;
}

/** The session of a set that has this digest, given as its two halves, or null. */
function keptInSet(set: usize, head: u64, tail: u64): KeptSession | null {
  for (let way: usize = 0; way < WAYS; way++) {
    const place = placeAt(set, way);
    if (place.tag == <u32>tail && hasDigest(place.kept, head, tail)) return place.kept;
  }
  return null;
}

/** Whether a session is not forgotten, and has this digest. */
function hasDigest(kept: KeptSession | null, head: u64, tail: u64): bool {
  return kept != null && kept.number != 0 && ((kept.digestHead ^ head) | (kept.digestTail ^ tail)) == 0;
}

/** Names a session in the cache by where it is and when it was written; 0 for one that is not kept. No other ever has the same. */
export function positionOf(session: Session): u64 {
  const kept = session.kept;
  return kept.number == 0 ? 0 : ((<u64>kept.number) << 32) | (<u64>kept.slot + 1);
}

/** The session of this position, or null when it has been forgotten. */
export function sessionAt(position: u64): Session | null {
  const slot = <u32>position - 1;
  const number = <u32>(position >> 32);
  if (number == 0 || slot >= cache.taken * SESSIONS) return null;
  const kept = keptIn(segmentAt(slot / SESSIONS), slot % SESSIONS);
  return kept.number == number ? takeInHand(kept) : null;
}

/**
 * Keeps a session under its key in place of the one before, as it stands in the arena. Null when there is no room for it now: then it
 * is verified again with the next request. `now` is in seconds since the epoch.
 */
export function keepSession(draft: KeptSession, key: usize, length: i32, now: i64): Session | null {
  if (!cache.segments) return null;
  // What it shares with others may need room that the oldest ones have; another segment would take none from them.
  const isCrowded = areTextsCrowded();
  if (isCrowded || isFull(segmentAt(cache.current))) turnSegment(now, !isCrowded);
  if (segmentAt(cache.current).count == SESSIONS || !shareAll(draft, nextKept())) return null;
  const segment = segmentAt(cache.current);
  const kept = nextKept();
  cache.sessions++;
  kept.slot = cache.current * SESSIONS + segment.count++;
  kept.number = segment.number;
  const lease = min(<i64>kept.expires - <i64>kept.issuedAt, LONGEST_LEASE);
  segment.longestLease = <u32>max(<i64>segment.longestLease, lease);
  siphash128(digestKey, key, length, digest);
  kept.digestHead = load<u64>(digest);
  kept.digestTail = load<u64>(digest, 8);
  const place = placeForDigest(kept.digestHead, kept.digestTail);
  place.tag = <u32>kept.digestTail;
  place.kept = kept;
  return takeInHand(kept);
}

/** Where the next session of the current segment is written. */
function nextKept(): KeptSession {
  const segment = segmentAt(cache.current);
  return keptIn(segment, segment.count);
}

/** The place of a digest: that of the session before, else one that is free, else that of the oldest of both sets. */
function placeForDigest(head: u64, tail: u64): Place {
  const tag = <u32>tail;
  const place = placeInSet(setOf(tag), head, tail);
  if (hasDigest(place.kept, head, tail)) return place;
  const other = placeInSet(otherSetOf(tag), head, tail);
  if (hasDigest(other.kept, head, tail) || ageOf(other) < ageOf(place)) return other;
  const taken = takenIn(setOf(tag));
  return taken >= CROWDED && takenIn(otherSetOf(tag)) < taken ? other : place;
}

/** How many places of a set are not free. */
function takenIn(set: usize): u32 {
  let taken: u32 = 0;
  for (let way: usize = 0; way < WAYS; way++) if (ageOf(placeAt(set, way)) != 0) taken++;
  return taken;
}

/** Of a set, the place of a digest, else one that is free, else that of the oldest session. */
function placeInSet(set: usize, head: u64, tail: u64): Place {
  let oldest = placeAt(set, 0);
  let age = u32.MAX_VALUE;
  for (let way: usize = 0; way < WAYS; way++) {
    const place = placeAt(set, way);
    if (hasDigest(place.kept, head, tail)) return place;
    const number = ageOf(place);
    if (number >= age) continue;
    oldest = place;
    age = number;
  }
  return oldest;
}

/** The number of a place's session, less for an older one, and 0 for a place that is free: where its session was another may be now. */
function ageOf(place: Place): u32 {
  const kept = place.kept;
  return kept && <u32>kept.digestTail == place.tag ? kept.number : 0;
}

/** Whether the current segment has all that is to be in it. */
function isFull(segment: Segment): bool {
  return segment.count == SESSIONS || bytesOfTexts() - cache.begunWith >= cache.textsOfSegment;
}

/**
 * Goes on with writing in the next segment. Once in a callback at the most, for what was found in it may be in the segment after that.
 */
function turnSegment(now: i64, mayGrow: bool): void {
  if (cache.begunIn != callbacks) beginSegment(segmentAt(cache.current).next, now, mayGrow);
}

/**
 * Goes on with writing in a segment in which nothing is found any more, and forgets the sessions of the one after it, or takes a new one
 * from memory for that. What the sessions share is given back a segment later, when nobody can have them at hand.
 */
function beginSegment(number: u32, now: i64, mayGrow: bool): void {
  segmentAt(cache.current).closedAt = now;
  cache.current = number;
  cache.begunIn = callbacks;
  const segment = segmentAt(number);
  for (let i: u32 = 0; i < segment.count; i++) releaseAll(keptIn(segment, i));
  cache.begunWith = bytesOfTexts();
  segment.count = 0;
  segment.number = ++cache.written;
  segment.longestLease = 0;
  const oldest = segmentAt(segment.next);
  if (mayGrow && oldest.number != 0 && <u64>(now - oldest.closedAt) < <u64>oldest.longestLease) addSegment();
  forget(segmentAt(segment.next), now);
}

function forget(segment: Segment, now: i64): void {
  if (now - segment.closedAt < <i64>segment.longestLease) sessionCounts.forgotten += segment.count;
  cache.sessions -= segment.count;
  segment.number = 0;
  for (let i: u32 = 0; i < segment.count; i++) keptIn(segment, i).number = 0;
}

/** Takes one more segment from memory, to be written after the current one. False when there is no more to be had. */
function addSegment(): bool {
  if (cache.taken == cache.limit) return false;
  const at = takeMemory(SEGMENT_BYTES);
  if (!at) return false;
  const added = segmentAt(cache.taken);
  added.at = at;
  added.next = segmentAt(cache.current).next;
  segmentAt(cache.current).next = cache.taken++;
  if (cache.taken * SESSIONS * PLACES_PER_SESSION > (cache.setMask + 1) * <u32>WAYS) growIndex();
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
  const bytes = oldPlaces * 2 * offsetof<Place>();
  const larger: usize = bytes > cache.bytesLimit / 8 ? 0 : takeMemory(bytes);
  if (!larger) return;
  cache.index = larger;
  cache.setMask = oldMask * 2 + 1;
  cache.left = oldIndex;
  cache.leftEnd = oldIndex + oldPlaces * offsetof<Place>();
  cache.bytes -= oldPlaces * offsetof<Place>();
  for (let i: usize = 0; i < oldPlaces; i++) {
    const old = placeAt(oldIndex, i);
    if (!old.kept) continue;
    const isInFirst = (old.tag & oldMask) == <u32>(i / WAYS);
    const set = isInFirst ? setOf(old.tag) : otherSetOf(old.tag);
    let way: usize = 0;
    while (placeAt(set, way).kept) way++;
    memory.copy(changetype<usize>(placeAt(set, way)), changetype<usize>(old), offsetof<Place>());
  }
  // Segments are to begin with zeros.
  memory.fill(oldIndex, 0, oldPlaces * offsetof<Place>());
}

/**
 * What the cache begins with is there from the start: zeros that nobody has touched cost a host nothing, and Traefik's copies all of an
 * instance's memory where it grows.
 */
const FIRST_BYTES: i32 = 4 * 65536;
// @ts-ignore: decorator
@lazy
const first: usize = memory.data(4 * 65536, 64);

/** Zeroed memory of so many bytes, from the beginning of a line of the processor's cache; 0 when the host gives none. */
function takeMemory(bytes: usize): usize {
  const aligned = (bytes + 63) & ~63;
  if (!cache.spareEnd) {
    cache.spare = first;
    cache.spareEnd = first + FIRST_BYTES;
  }
  if (aligned <= cache.leftEnd - cache.left) {
    cache.left += aligned;
    cache.bytes += aligned;
    return cache.left - aligned;
  }
  if (aligned > cache.spareEnd - cache.spare) {
    const asked = (max(aligned, STEP_BYTES) + 0xffff) & ~0xffff;
    const before = memory.grow(<i32>(asked >> 16));
    if (before < 0) return 0;
    const grown = (<usize>before) << 16;
    cache.bytes += aligned;
    // What is left of the step before is larger than what is left of this one.
    if (aligned > STEP_BYTES / 2) return grown;
    cache.spare = grown + aligned;
    cache.spareEnd = grown + asked;
    return grown;
  }
  cache.spare += aligned;
  cache.bytes += aligned;
  return cache.spare - aligned;
}

function segmentAt(number: u32): Segment {
  return changetype<Segment>(cache.segments + <usize>number * offsetof<Segment>());
}

function keptIn(segment: Segment, index: u32): KeptSession {
  return changetype<KeptSession>(segment.at + <usize>index * KEPT_BYTES);
}

function setOf(tag: u32): usize {
  return cache.index + <usize>(tag & cache.setMask) * WAYS * offsetof<Place>();
}

/** The set of a session whose own set is full: one in a thousand sets is, and hardly ever two at once. */
function otherSetOf(tag: u32): usize {
  return cache.index + <usize>(((tag * 0x9e3779b1) >> 7) & cache.setMask) * WAYS * offsetof<Place>();
}

// @ts-ignore: decorator
@inline
function placeAt(set: usize, way: usize): Place {
  return changetype<Place>(set + way * offsetof<Place>());
}
