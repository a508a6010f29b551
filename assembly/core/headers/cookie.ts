// The Cookie header (RFC 6265 §4.2): finding the session in it, and taking the session out of it. What is not the session
// keeps every byte.
import { allocateInArena } from "../../memory/arena";
import { equal, indexOf } from "../../memory/bytes";

const SEMICOLON: u8 = 0x3b;
const EQUALS: u8 = 0x3d;

/** The pair found last: from its first byte to the byte after it (the `;` or the end), and its value. */
let pairStart: i32 = 0;
let pairEnd: i32 = 0;
export let cookieAt: usize = 0;
export let cookieLength: i32 = 0;

/**
 * Finds the next cookie of this name in a header value, from an offset on. Returns the offset to go on from, or -1. Blanks
 * around name and value count as no part of them, for that is how backends read them.
 */
export function findCookie(at: usize, length: i32, from: i32, nameAt: usize, nameLength: i32): i32 {
  let start = from;
  while (start < length) {
    const toSemicolon = indexOf(at + start, length - start, SEMICOLON);
    const end = toSemicolon < 0 ? length : start + toSemicolon;
    const toEquals = indexOf(at + start, end - start, EQUALS);
    if (toEquals >= 0) {
      const equals = start + toEquals;
      const first = skipBlanks(at, start, equals);
      const last = skipBlanksBack(at, first, equals);
      if (equal(at + first, last - first, nameAt, nameLength)) {
        pairStart = start;
        pairEnd = end;
        const value = skipBlanks(at, equals + 1, end);
        cookieAt = at + value;
        cookieLength = skipBlanksBack(at, value, end) - value;
        return min(end + 1, length);
      }
    }
    start = end + 1;
  }
  return -1;
}

// The first pair found in a line when its session was read, so that taking it out need not look for it again: a session is
// most of what a Cookie header holds. Valid within one request, for one line.
let notedLine: usize = 0;
let notedStart: i32 = 0;
let notedEnd: i32 = 0;
let notedNext: i32 = 0;

/** Keeps the pair found last, the first of its name in the line at `at`; `next` is what `findCookie` returned for it. */
export function noteCookie(at: usize, next: i32): void {
  notedLine = at;
  notedStart = pairStart;
  notedEnd = pairEnd;
  notedNext = next;
}

/** Forgets the note of the request before, whose bytes are gone. */
export function forgetNotedCookie(): void {
  notedLine = 0;
}

/** What `withoutCookie` left: a header value in the arena. */
export let remainderAt: usize = 0;
export let remainderLength: i32 = 0;

/**
 * Copies a header value without the cookies of this name, each with the `;` and the blank that set it off. False when the
 * value has none of them; then nothing is copied.
 */
export function withoutCookie(at: usize, length: i32, nameAt: usize, nameLength: i32): bool {
  let next = notedNext;
  if (at == notedLine) {
    pairStart = notedStart;
    pairEnd = notedEnd;
  } else {
    next = findCookie(at, length, 0, nameAt, nameLength);
  }
  if (next < 0) return false;
  remainderAt = allocateInArena(length);
  remainderLength = 0;
  let from = 0;
  while (next >= 0) {
    keep(at + from, pairStart - from);
    from = next;
    if (pairEnd == length) {
      from = length;
      break;
    }
    next = findCookie(at, length, from, nameAt, nameLength);
  }
  keep(at + from, length - from);
  trim();
  return true;
}

function keep(at: usize, length: i32): void {
  memory.copy(remainderAt + remainderLength, at, length);
  remainderLength += length;
}

/** Takes off the blank a removed first pair leaves in front, and the separator a removed last pair leaves behind. */
function trim(): void {
  const front = skipBlanks(remainderAt, 0, remainderLength);
  remainderAt += front;
  remainderLength -= front;
  while (remainderLength > 0) {
    const byte = load<u8>(remainderAt + remainderLength - 1);
    if (byte != SEMICOLON && byte != 0x20 && byte != 0x09) return;
    remainderLength--;
  }
}

function skipBlanks(at: usize, from: i32, to: i32): i32 {
  let i = from;
  while (i < to && isBlank(load<u8>(at + i))) i++;
  return i;
}

function skipBlanksBack(at: usize, from: i32, to: i32): i32 {
  let i = to;
  while (i > from && isBlank(load<u8>(at + i - 1))) i--;
  return i;
}

function isBlank(byte: u8): bool {
  return byte == 0x20 || byte == 0x09;
}
