// Verified tokens, so that a session's signature is checked once per lease and worker. A ring of fixed size: a new session
// overwrites the oldest, nothing is ever freed, and memory stays flat whatever clients send. Only tokens that verified come
// in, and a hit compares the whole token in constant time, so a client can neither fill the cache nor probe it.
import { siphash } from "../../crypto/siphash";
import { equalInConstantTime } from "../../memory/bytes";
import { SIGNATURE_LENGTH } from "./jws";
import { Session } from "./session";

const WAYS: usize = 4;
/** No token of MAX_TOKEN_LENGTH makes a larger session. */
const MAX_SESSION_BYTES: u64 = 16 * 1024;
/**
 * A session this close to being overwritten is as good as gone: while one request is looked at, a few more may be written,
 * and none of them may reach a session that was already found.
 */
const MARGIN_BYTES: u64 = 4 * MAX_SESSION_BYTES;
/** The smallest ring in which the margin is a small part. */
export const MIN_CACHE_BYTES: usize = 512 * 1024;
/** What a session takes on average, for the size of the table. */
const TYPICAL_SESSION_BYTES: usize = 1024;

/** The ring, and how many bytes were ever written to it: the next session goes to `written % ringBytes`. */
let ring: usize = 0;
let ringBytes: u64 = 0;
let written: u64 = 0;

/**
 *   table: ┌───────────── set 0 ─────────────┬─ set 1 ─ …
 *          │ u64 │ u64 │ u64 │ u64           │
 *          └─────────────────────────────────┴──────────
 * Each word is the position in the stream of writes where a session begins, plus 1; 0 is empty.
 */
let table: usize = 0;
let setMask: u64 = 0;

/** The key of the hash that spreads tokens over the sets, so that nobody outside can aim at one. */
const hashKey: usize = memory.data(16, 8);

/** Takes the memory, once. `bytes` is the ring's size, MIN_CACHE_BYTES at least; `secret` are 16 bytes that only this gate knows. */
export function createCache(bytes: usize, secret: usize): void {
  if (ring) return;
  memory.copy(hashKey, secret, 16);
  let sets: usize = 16;
  while (sets * WAYS * TYPICAL_SESSION_BYTES < bytes) sets <<= 1;
  ring = heap.alloc(bytes);
  ringBytes = bytes;
  table = heap.alloc(sets * WAYS * 8);
  memory.fill(table, 0, sets * WAYS * 8);
  setMask = sets - 1;
}

/** The session of this token, or null. */
export function findSession(token: usize, length: i32): Session | null {
  if (length <= SIGNATURE_LENGTH || !ring) return null;
  const set = setOf(token, length);
  for (let way: usize = 0; way < WAYS; way++) {
    const position = load<u64>(set + (way << 3));
    if (!isAlive(position)) continue;
    const session = changetype<Session>(ring + <usize>((position - 1) % ringBytes));
    if (session.tokenLength == length && equalInConstantTime(session.tokenAt, token, length)) return session;
  }
  return null;
}

/** Room for a session of this size, entered under its token; 0 when it is too large to be kept. */
export function reserveSession(token: usize, length: i32, size: usize): usize {
  const aligned = <u64>((size + 7) & ~7);
  if (!ring || aligned > MAX_SESSION_BYTES) return 0;
  const untilEnd = ringBytes - (written % ringBytes);
  if (aligned > untilEnd) written += untilEnd;
  const position = written + 1;
  written += aligned;

  const set = setOf(token, length);
  let oldest = set;
  for (let way: usize = 1; way < WAYS; way++) {
    if (load<u64>(set + (way << 3)) < load<u64>(oldest)) oldest = set + (way << 3);
  }
  store<u64>(oldest, position);
  return ring + <usize>((position - 1) % ringBytes);
}

/** Whether nothing has been written over the session that begins there, nor will be soon. */
function isAlive(position: u64): bool {
  return position != 0 && position + ringBytes > written + MARGIN_BYTES;
}

/** The signature is what differs between any two tokens, so it alone is hashed. */
function setOf(token: usize, length: i32): usize {
  const hash = siphash(hashKey, token + length - SIGNATURE_LENGTH, SIGNATURE_LENGTH);
  return table + ((<usize>(hash & setMask)) << 5);
}
