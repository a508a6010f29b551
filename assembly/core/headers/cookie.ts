// The Cookie header (RFC 6265 §4.2): finding the session in it, and taking the session out of it. What is not the session
// keeps every byte.
import { allocateInArena } from "../../memory/arena";
import { copyFew, equal, indexOf } from "../../memory/bytes";

const SEMICOLON: u8 = 0x3b;
const EQUALS: u8 = 0x3d;

/** A cookie in a header value. */
@unmanaged
export class Cookie {
  /** Offsets of the first byte of its pair, of the byte after it (the `;` or the end), and of where to look for the next. */
  start: i32;
  end: i32;
  next: i32;
  valueLength: i32;
  valueAt: usize;
}

/**
 * Finds the next cookie of this name in a header value, from an offset on. False when there is none. Blanks around name and
 * value count as no part of them, for that is how backends read them.
 */
export function findCookie(at: usize, length: i32, from: i32, nameAt: usize, nameLength: i32, cookie: Cookie): bool {
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
        cookie.start = start;
        cookie.end = end;
        cookie.next = min(end + 1, length);
        const value = skipBlanks(at, equals + 1, end);
        cookie.valueAt = at + value;
        cookie.valueLength = skipBlanksBack(at, value, end) - value;
        return true;
      }
    }
    start = end + 1;
  }
  return false;
}

/** One Cookie header line of a request. */
@unmanaged
export class CookieLine {
  /** 0 when nothing is left of it. */
  at: usize;
  length: i32;
  /**
   * The first session cookie in it, if `hasFirst` says that it was looked for and found: taking it out need not look for it again,
   * and a session is most of what a Cookie header holds.
   */
  hasFirst: bool;
  first: Cookie;
}

/**
 * Takes the cookies of this name out of a line, each with the `;` and the blank that set it off; what is left is a copy in the
 * arena. False when the line has none of them: then it stays as it is.
 */
export function cutCookie(line: CookieLine, nameAt: usize, nameLength: i32): bool {
  const at = line.at;
  const length = line.length;
  const cookie = line.first;
  if (!line.hasFirst && !findCookie(at, length, 0, nameAt, nameLength, cookie)) return false;
  line.hasFirst = false;
  const rest = allocateInArena(length);
  let to = rest;
  let from = 0;
  do {
    to = copyFew(to, at + from, cookie.start - from);
    from = cookie.end == length ? length : cookie.next;
  } while (from < length && findCookie(at, length, from, nameAt, nameLength, cookie));
  to = copyFew(to, at + from, length - from);
  trim(line, rest, <i32>(to - rest));
  return true;
}

/** Takes off the blank a removed first pair leaves in front, and the separator a removed last pair leaves behind. */
function trim(line: CookieLine, at: usize, length: i32): void {
  const from = skipBlanks(at, 0, length);
  let to = length;
  while (to > from) {
    const byte = load<u8>(at + to - 1);
    if (byte != SEMICOLON && byte != 0x20 && byte != 0x09) break;
    to--;
  }
  line.at = to > from ? at + from : 0;
  line.length = to - from;
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
