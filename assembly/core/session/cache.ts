// Verified sessions, so that a signature is checked once per lease and worker. A ring of fixed size: a new session overwrites
// the oldest, nothing is ever freed, and memory stays flat whatever clients send. Only what verified comes in, and a hit
// compares the whole key in constant time, so a client can neither fill the cache nor probe it. The key is the token, or for
// a Basic credential its keyed digest.
import { siphash } from "../../crypto/siphash";
import { equalInConstantTime } from "../../memory/bytes";
import { SIGNATURE_LENGTH } from "./jws";
import { Session } from "./session";

const WAYS: usize = 8;
/** No token of MAX_TOKEN_LENGTH makes a larger session. */
const MAX_SESSION_BYTES: u64 = 16 * 1024;
/**
 * A session this close to being overwritten is as good as gone: while one request is looked at, eight more may be written,
 * and none of them may reach a session that was already found.
 */
const MARGIN_BYTES: u64 = 8 * MAX_SESSION_BYTES;
/** The smallest ring in which the margin is a small part. */
export const MIN_CACHE_BYTES: usize = 512 * 1024;
/**
 * Bytes of the ring for each place of the table. A session takes some five times as much, and so the sets of a full ring
 * are far from full: one session too many in a set would have its neighbours verified over and over.
 */
const BYTES_PER_PLACE: usize = 256;

/** The ring, and how many bytes were ever written to it: the next session goes to `written % ringBytes`. */
let ring: usize = 0;
let ringBytes: u64 = 0;
let written: u64 = 0;

/**
 *   table: ┌───────────── set 0 ─────────────┬─ set 1 ─ …
 *          │ u64 │ u64 │ u64 │ …  8 of them  │
 *          └─────────────────────────────────┴──────────
 * Each word is the position in the stream of writes where a session begins, plus 1; 0 is empty.
 */
let table: usize = 0;
let setMask: u64 = 0;

/** The key of the hash that spreads keys over the sets, so that nobody outside can aim at one. */
const hashKey: usize = memory.data(16, 8);

/** Takes the memory, once. `bytes` is the ring's size, MIN_CACHE_BYTES at least; `secret` are 16 bytes that only this gate knows. */
export function createCache(bytes: usize, secret: usize): void {
  if (ring) return;
  memory.copy(hashKey, secret, 16);
  let sets: usize = 16;
  while (sets * WAYS * BYTES_PER_PLACE < bytes) sets <<= 1;
  ring = heap.alloc(bytes);
  ringBytes = bytes;
  table = heap.alloc(sets * WAYS * 8);
  memory.fill(table, 0, sets * WAYS * 8);
  setMask = sets - 1;
}

/** The session of this key, or null. */
export function findSession(key: usize, length: i32): Session | null {
  if (!ring) return null;
  const set = setOf(hashOf(key, length));
  for (let way: usize = 0; way < WAYS; way++) {
    const session = sessionAt(load<u64>(set + (way << 3)));
    if (session && isOf(session, key, length)) return session;
  }
  return null;
}

function isOf(session: Session, key: usize, length: i32): bool {
  return session.tokenLength == length && equalInConstantTime(session.tokenAt, key, length);
}

/** The session that was written to this position, or null when it has been overwritten, or soon will be. */
export function sessionAt(position: u64): Session | null {
  if (position == 0 || position + ringBytes <= written + MARGIN_BYTES) return null;
  return changetype<Session>(ring + <usize>((position - 1) % ringBytes));
}

/** Where the session goes for which room was reserved last. */
export let reservedPosition: u64 = 0;

/** Room for a session of this size, entered under its key in place of the one before; 0 when it is too large to be kept. */
export function reserveSession(key: usize, length: i32, size: usize): usize {
  const aligned = <u64>((size + 7) & ~7);
  if (!ring || aligned > MAX_SESSION_BYTES) return 0;
  const untilEnd = ringBytes - (written % ringBytes);
  if (aligned > untilEnd) written += untilEnd;
  reservedPosition = written + 1;
  written += aligned;

  const set = setOf(hashOf(key, length));
  let place = set;
  for (let way: usize = 0; way < WAYS; way++) {
    const other = set + (way << 3);
    const session = sessionAt(load<u64>(other));
    if (load<u64>(other) < load<u64>(place)) place = other;
    if (!session || !isOf(session, key, length)) continue;
    place = other;
    break;
  }
  store<u64>(place, reservedPosition);
  return ring + <usize>((reservedPosition - 1) % ringBytes);
}

/** A hash of this key that only this gate can tell. A token's signature differs from any other's, so it alone is hashed. */
export function hashOf(key: usize, length: i32): u64 {
  const from = max(length - SIGNATURE_LENGTH, 0);
  return siphash(hashKey, key + from, length - from);
}

function setOf(hash: u64): usize {
  return table + ((<usize>(hash & setMask)) << 6);
}
