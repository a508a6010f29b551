import { beforeEach, describe, expect, test } from "vitest-pool-assemblyscript/assembly";
import {
  bytesOfCache,
  createCache,
  findSession,
  keepSession,
  MIN_CACHE_BYTES,
  positionOf,
  sessionAt,
} from "../../../../assembly/core/session/cache";
import { draftSession, KEPT_BYTES } from "../../../../assembly/core/session/kept-session";
import { Session } from "../../../../assembly/core/session/session";
import { draftOf } from "../../../../assembly/core/session/shared-texts";
import { resetArena } from "../../../../assembly/memory/arena";
import { bytesAt, placeBytes } from "../../memory/placed";

const TOKEN_LENGTH: i32 = 106;
const CACHE_BYTES: usize = 2 * MIN_CACHE_BYTES;
/** Half of the memory is for sessions. */
const CAPACITY: i32 = <i32>(CACHE_BYTES / 2 / KEPT_BYTES);
const SEGMENT: i32 = 256;
const token: usize = heap.alloc(TOKEN_LENGTH);
const texts: usize = heap.alloc(8192);
const origin: usize = placeBytes("key https://auth.example.com example.com");

/** A token of its own for each number, in the same place. */
function tokenOf(number: i32): usize {
  memory.fill(token, 0x78, TOKEN_LENGTH);
  store<i32>(token + TOKEN_LENGTH - 4, number);
  return token;
}

/** The position of the session entered last. */
let position: u64 = 0;

/**
 * Enters a session for the token of a number, of a user whose name has that number in its first four bytes and is so long, in a
 * callback of its own.
 */
function enter(number: i32, now: i64 = 0, lease: u32 = 300, length: i32 = 8): bool {
  resetArena();
  return enterBeside(number, now, lease, length);
}

function enterBeside(number: i32, now: i64, lease: u32, length: i32): bool {
  memory.fill(texts, 0x61, length);
  store<i32>(texts, number);
  const draft = draftSession();
  draft.person = draftOf(texts, length, 0, 0, 0, 0);
  draft.groups = draftOf(texts + 8, number % 3, 0, 0, 0, 0);
  draft.origin = draftOf(origin, 3, origin + 4, 24, origin + 29, 11);
  draft.issuedAt = 0;
  draft.expires = lease;
  const session = keepSession(draft, tokenOf(number), TOKEN_LENGTH, now);
  if (!session) return false;
  position = positionOf(session);
  return true;
}

function isNumber(session: Session, number: i32): bool {
  return load<i32>(session.nameAt) == number && session.groupsLength == number % 3;
}

function isFound(number: i32): bool {
  resetArena();
  const found = findSession(tokenOf(number), TOKEN_LENGTH);
  if (found && !isNumber(found, number)) throw new Error("another's: " + number.toString());
  return found !== null;
}

/** How many of the sessions from one number to before another are found. */
function countFound(from: i32, to: i32): i32 {
  let found = 0;
  for (let i = from; i < to; i++) found += i32(isFound(i));
  return found;
}

createCache(CACHE_BYTES, placeBytes("0123456789abcdef0123456789ABCDEF"));
const bytesAtFirst: usize = bytesOfCache();

describe("the cache of sessions", () => {
  beforeEach(() => {
    resetArena();
  });

  test("finds what was entered under the whole token, and nothing else", () => {
    expect(isFound(1)).toBe(false);
    expect(enter(1)).toBe(true);
    expect(isFound(1)).toBe(true);
    expect(isFound(2)).toBe(false);
    tokenOf(1);
    expect(findSession(token, TOKEN_LENGTH - 1) === null).toBe(true);
    expect(findSession(token, 86) === null).toBe(true);
    expect(findSession(token, 0) === null).toBe(true);
    for (let i = 0; i < TOKEN_LENGTH; i++) {
      tokenOf(1);
      store<u8>(token + i, load<u8>(token + i) ^ 1);
      if (findSession(token, TOKEN_LENGTH)) throw new Error("found with another byte at " + i.toString());
    }
  });

  test("has all that the session had", () => {
    enter(5);
    const found = findSession(tokenOf(5), TOKEN_LENGTH)!;
    expect(isNumber(found, 5)).toBe(true);
    expect(found.kept.expires).toBe(300);
    const texts = found.kept.origin;
    expect(bytesAt(changetype<usize>(texts) + 24, 38)).toBe("keyhttps://auth.example.comexample.com");
  });

  test("keeps the newer of two sessions of one token", () => {
    enter(1);
    const first = position;
    enter(1);
    expect(position).toBeGreaterThan(first);
    expect(positionOf(findSession(tokenOf(1), TOKEN_LENGTH)!)).toBe(position);
  });

  test("takes no more than the index and the session for one whose user it knows", () => {
    // As many as fill segments, and the index before it is enlarged again.
    for (let i = 0; i < 2 * SEGMENT; i++) enter(3, 0);
    const bytes = bytesOfCache();
    for (let i = 0; i < 4 * SEGMENT; i++) enter(3, 0);
    expect(bytesOfCache() - bytes).toBeLessThan(4 * SEGMENT * (KEPT_BYTES + 65));
  });

  test("knows nothing at a position that it never gave", () => {
    enter(1);
    expect(sessionAt(0) === null).toBe(true);
    expect(sessionAt(u64.MAX_VALUE) === null).toBe(true);
    expect(sessionAt((1 << 63) | 12345) === null).toBe(true);
    expect(sessionAt(1 << 32) === null).toBe(true);
    expect(sessionAt(position & 0xffffffff) === null).toBe(true);
    expect(sessionAt(position + (1 << 32)) === null).toBe(true);
    expect(sessionAt(position) === null).toBe(false);
  });

  test("writes over what is older than its lease before it takes more memory", () => {
    // 256 sessions of a segment take longer to come than any of them is believed.
    const bytes = bytesOfCache();
    for (let i = 0; i < 4000; i++) {
      enter(i, 10_000 + 2 * i, i % 2 == 0 ? 450 : 30);
      if (!isFound(i)) throw new Error("not found: " + i.toString());
    }
    expect(countFound(0, 2000)).toBe(0);
    expect(countFound(3800, 4000)).toBe(200);
    expect(bytesOfCache()).toBeLessThan(bytes + 200_000);
  });

  test("grows for sessions of one lease, up to its limit, and then forgets the oldest", () => {
    const now: i64 = 10_000_000;
    const many = CAPACITY - 3 * SEGMENT;
    for (let i = 10_000; i < 10_000 + many; i++) enter(i, now);
    expect(countFound(10_000, 10_000 + many)).toBe(many);
    for (let i = 20_000; i < 20_000 + 3 * CAPACITY; i++) {
      enter(i, now);
      if (!isFound(i)) throw new Error("not found: " + i.toString());
    }
    const bytes = bytesOfCache();
    expect(countFound(10_000, 10_000 + many)).toBe(0);
    const last = 20_000 + 3 * CAPACITY;
    expect(countFound(last - many, last)).toBe(many);
    for (let i = last; i < last + CAPACITY; i++) enter(i, now);
    expect(bytesOfCache()).toBe(bytes);
    expect(bytes).toBeLessThan(CACHE_BYTES);
    expect(bytes).toBeGreaterThan(bytesAtFirst);
  });

  test("forgets the oldest for the names of newer ones, and takes no more memory than it may", () => {
    const now: i64 = 20_000_000;
    let kept = 0;
    for (let i = 100_000; i < 101_000; i++) {
      if (enter(i, now, 300, 4000)) kept++;
      if (bytesOfCache() > CACHE_BYTES) throw new Error("too much memory");
    }
    // Now and then one waits for its next request, for room is made once in a callback.
    expect(kept).toBeGreaterThan(900);
    const entered = kept;
    expect(isFound(position as i32)).toBe(false);
    for (let i = 101_000; i < 101_100; i++) {
      while (!enter(i, now, 300, 8)) kept++;
      if (!isFound(i)) throw new Error("not found: " + i.toString());
    }
    expect(kept).toBeLessThan(entered + 10);
  });

  test("leaves a session that was found as it is for the callback, whatever is entered in that", () => {
    const now: i64 = 30_000_000;
    for (let length = 8; length < 4096; length += 1021) {
      for (let round = 0; round < 40; round++) {
        for (let i = 0; i < round * 7; i++) enter(60_000 + i, now, 300, length);
        enter(50_000, now, 300, length);
        const at = position;
        let others = 0;
        while (true) {
          resetArena();
          const found = findSession(tokenOf(50_000), TOKEN_LENGTH);
          if (!found) break;
          for (let i = 0; i < 9; i++) enterBeside(70_000 + others++, now, 300, length);
          if (!isNumber(found, 50_000) || found.nameLength != length) throw new Error("written over");
          if (positionOf(found) != at && positionOf(found) != 0) throw new Error("another session now");
        }
      }
    }
  });
});
