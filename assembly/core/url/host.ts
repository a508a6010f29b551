// The host of a request: `host[:port]` as an authority has it (RFC 9110 §7.2), split, checked and in lower case.
import { allocateInArena } from "../../memory/arena";
import { lowerCase } from "../../memory/bytes";
import { setSlice, Slice } from "../../memory/slice";

/** RFC 1035 §2.3.4: 253 characters without the trailing dot; a bracketed IPv6 literal is shorter. */
const MAX_HOST_LENGTH: i32 = 253;

/**
 * Reads the host of an authority into `host`: lower case, without port; an IPv6 literal keeps its brackets. False when it is not
 * one that every party reads the same way: user info, an empty or over-long label, a trailing dot, a port that is not a number
 * up to 65535, raw non-ASCII (an internationalised name comes in punycode), or any other byte that no host name has.
 */
export function readHost(authority: usize, length: i32, host: Slice): bool {
  if (length <= 0 || length > MAX_HOST_LENGTH + 6) return false;
  const at = allocateInArena(length);
  const end = load<u8>(authority) == 0x5b ? copyLiteral(at, authority, length) : copyName(at, authority, length);
  if (end <= 0 || end > MAX_HOST_LENGTH) return false;
  if (end < length && !isPort(authority + end, length - end)) return false;
  setSlice(host, at, end);
  return true;
}

/**
 * Copies a name made of letter-digit-hyphen labels. Returns where it ends (at the port or the end), or 0. Underscores occur in practice.
 */
function copyName(to: usize, at: usize, length: i32): i32 {
  let label = 0;
  let i = 0;
  for (; i < length; i++) {
    const byte = load<u8>(at + i);
    if (byte == 0x3a) break;
    store<u8>(to + i, lowerCase(byte));
    if (byte == 0x2e) {
      if (label == 0) return 0;
      label = 0;
      continue;
    }
    const letter = <u32>(byte | 0x20) - 0x61 < 26;
    const digit = <u32>byte - 0x30 < 10;
    if (!letter && !digit && byte != 0x2d && byte != 0x5f) return 0;
    if (++label > 63) return 0;
  }
  return label == 0 ? 0 : i;
}

/** Copies a bracketed IPv6 literal. Returns where it ends, or 0. Its digits are checked no further: no rule can name a malformed one. */
function copyLiteral(to: usize, at: usize, length: i32): i32 {
  store<u8>(to, load<u8>(at));
  for (let i = 1; i < length; i++) {
    const byte = load<u8>(at + i);
    store<u8>(to + i, lowerCase(byte));
    if (byte == 0x5d) return i > 2 ? i + 1 : 0;
    const hex = <u32>(byte | 0x20) - 0x61 < 6 || <u32>byte - 0x30 < 10;
    if (!hex && byte != 0x3a && byte != 0x2e) return 0;
  }
  return 0;
}

/** Whether the bytes are a colon and a port number. */
function isPort(at: usize, length: i32): bool {
  if (load<u8>(at) != 0x3a || length < 2 || length > 6) return false;
  let port = 0;
  for (let i = 1; i < length; i++) {
    const digit = <i32>load<u8>(at + i) - 0x30;
    if (<u32>digit > 9) return false;
    port = port * 10 + digit;
  }
  return port <= 65535;
}
