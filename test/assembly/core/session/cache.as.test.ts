import { describe, expect, test } from "vitest-pool-assemblyscript/assembly";
import { createCache, findSession, MIN_CACHE_BYTES, reserveSession } from "../../../../assembly/core/session/cache";
import { SIGNATURE_LENGTH } from "../../../../assembly/core/session/jws";
import { Session } from "../../../../assembly/core/session/session";
import { placeBytes } from "../../memory/placed";

const TOKEN_LENGTH: i32 = SIGNATURE_LENGTH + 20;

const token: usize = heap.alloc(TOKEN_LENGTH);

/** A token of its own for each number, in the same place. */
function tokenOf(number: i32): usize {
  memory.fill(token, 0x78, TOKEN_LENGTH);
  store<i32>(token + TOKEN_LENGTH - 4, number);
  return token;
}

/** Enters a session under a token, with the token behind it, as a verified session is laid down. */
function enter(token: usize, size: usize): bool {
  const at = reserveSession(token, TOKEN_LENGTH, size);
  if (!at) return false;
  memory.fill(at, 0, size);
  const session = changetype<Session>(at);
  session.tokenAt = at + offsetof<Session>();
  session.tokenLength = TOKEN_LENGTH;
  memory.copy(session.tokenAt, token, TOKEN_LENGTH);
  return true;
}

function isFound(token: usize, length: i32 = TOKEN_LENGTH): bool {
  return findSession(token, length) !== null;
}

describe("the cache of sessions", () => {
  createCache(MIN_CACHE_BYTES, placeBytes("0123456789abcdef"));

  test("finds what was entered under the whole token, and nothing else", () => {
    expect(isFound(tokenOf(1))).toBe(false);
    expect(enter(tokenOf(1), 512)).toBe(true);
    expect(isFound(tokenOf(1))).toBe(true);
    expect(isFound(tokenOf(2))).toBe(false);
    expect(isFound(tokenOf(1), TOKEN_LENGTH - 1)).toBe(false);
    expect(isFound(tokenOf(1), SIGNATURE_LENGTH)).toBe(false);
    expect(isFound(tokenOf(1), 0)).toBe(false);
    // The signature alone picks the place; the rest has to be the same all the same.
    store<u8>(tokenOf(1), 0x79);
    expect(isFound(token)).toBe(false);
  });

  test("forgets the oldest and keeps the newest, at any number of sessions and in the same memory", () => {
    const pages = memory.size();
    for (let i = 2; i < 20_000; i++) {
      enter(tokenOf(i), 400 + (i % 7) * 300);
      const found = findSession(token, TOKEN_LENGTH);
      if (!found) throw new Error("not found: " + i.toString());
      if (memory.compare(found.tokenAt, token, TOKEN_LENGTH) != 0) throw new Error("another's: " + i.toString());
    }
    expect(isFound(tokenOf(2))).toBe(false);
    expect(memory.size()).toBe(pages);
  });

  test("takes no session that is too large", () => {
    expect(<u32>reserveSession(tokenOf(7), TOKEN_LENGTH, 16 * 1024 + 1)).toBe(0);
  });
});
