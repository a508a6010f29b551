import { describe, expect, test } from "vitest-pool-assemblyscript/assembly";
import {
  createCache,
  findSession,
  MIN_CACHE_BYTES,
  reserveSession,
  sessionAt,
} from "../../../../assembly/core/session/cache";
import { Session } from "../../../../assembly/core/session/session";
import { placeBytes } from "../../memory/placed";

const TOKEN_LENGTH: i32 = 106;
const PAGES: i32 = <i32>(MIN_CACHE_BYTES >> 16);
const token: usize = heap.alloc(TOKEN_LENGTH);

/** A token of its own for each number, in the same place. */
function tokenOf(number: i32): usize {
  memory.fill(token, 0x78, TOKEN_LENGTH);
  store<i32>(token + TOKEN_LENGTH - 4, number);
  return token;
}

/** The position of the session entered last. */
let position: u64 = 0;

/** Enters a session of this size for the token of a number, with that number in it. */
function enter(number: i32, size: usize, now: i64 = 0, lease: i64 = 300): bool {
  const session = reserveSession(tokenOf(number), TOKEN_LENGTH, size, lease, now);
  if (!session) return false;
  session.issuedAt = number;
  position = session.position;
  return true;
}

function isFound(number: i32): bool {
  const found = findSession(tokenOf(number), TOKEN_LENGTH);
  if (found && found.issuedAt != number) throw new Error("another's: " + number.toString());
  return found !== null;
}

/** How many of the sessions from one number to before another are found. */
function countFound(from: i32, to: i32): i32 {
  let found = 0;
  for (let i = from; i < to; i++) found += i32(isFound(i));
  return found;
}

createCache(MIN_CACHE_BYTES, placeBytes("0123456789abcdef0123456789ABCDEF"));
const pagesAtFirst: i32 = memory.size();

describe("the cache of sessions", () => {
  test("finds what was entered under the whole token, and nothing else", () => {
    expect(isFound(1)).toBe(false);
    expect(enter(1, 512)).toBe(true);
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

  test("keeps the newer of two sessions of one token", () => {
    enter(1, 512);
    const first = position;
    enter(1, 512);
    expect(position).toBeGreaterThan(first);
    expect(findSession(tokenOf(1), TOKEN_LENGTH) === sessionAt(position)).toBe(true);
  });

  test("takes no session that is too large", () => {
    expect(enter(7, 16 * 1024 + 1)).toBe(false);
    expect(isFound(7)).toBe(false);
    expect(enter(7, 16 * 1024)).toBe(true);
    expect(isFound(7)).toBe(true);
  });

  test("knows nothing at a position that it never gave", () => {
    expect(sessionAt(0) === null).toBe(true);
    expect(sessionAt(u64.MAX_VALUE) === null).toBe(true);
    expect(sessionAt((1 << 63) | 12345) === null).toBe(true);
    expect(sessionAt(position + (1 << 32)) === null).toBe(true);
  });

  test("writes over what is older than its lease before it takes more memory", () => {
    // 250 sessions of a segment take longer to come than any of them is believed.
    for (let i = 0; i < 2000; i++) {
      enter(i, 512, 2 * i, i % 2 == 0 ? 450 : 30);
      if (!isFound(i)) throw new Error("not found: " + i.toString());
    }
    expect(countFound(0, 1000)).toBe(0);
    expect(countFound(1800, 2000)).toBe(200);
    expect(memory.size()).toBeLessThan(pagesAtFirst + 4);
  });

  test("grows for sessions of one lease, up to its limit, and then forgets the oldest", () => {
    const now: i64 = 10_000_000;
    // A quarter of the memory is empty at times, and the ends of the others are.
    for (let i = 10_000; i < 10_700; i++) enter(i, 512, now);
    expect(countFound(10_000, 10_700)).toBe(700);
    for (let i = 10_700; i < 40_000; i++) {
      enter(i, 400 + (i % 7) * 300, now);
      if (!isFound(i)) throw new Error("not found: " + i.toString());
    }
    expect(countFound(10_000, 30_000)).toBe(0);
    expect(countFound(39_800, 40_000)).toBe(200);
    expect(memory.size()).toBe(pagesAtFirst + PAGES - 4);
  });

  test("leaves a session that was found readable while as many are entered as one request can bring", () => {
    const now: i64 = 20_000_000;
    for (let round = 0; round < 300; round++) {
      for (let i = 0; i < round; i++) enter(60_000, 512, now);
      enter(50_000, 512, now);
      const found = sessionAt(position)!;
      do {
        enter(70_000, 16 * 1024, now);
      } while (isFound(50_000));
      for (let i = 1; i < 8; i++) enter(70_000 + i, 16 * 1024, now);
      if (found.issuedAt != 50_000) throw new Error("written over in round " + round.toString());
    }
  });
});
