// The Set-Cookie header (RFC 6265 §5.2): which cookie a line is about, as browsers and gates read it.
import { isSame } from "../../memory/bytes";

const EQUALS: u8 = 0x3d;

/**
 * Whether a Set-Cookie value leaves a browser with a cookie that gates take for one of this name. Blanks around the name are no part
 * of it. In `=name=value` the name is empty, and RFC 6265bis §5.8.3 has browsers send `name=value`: any `=` before the name is passed
 * over as well. (Chromium refuses such a cookie.)
 */
export function setsCookie(at: usize, length: i32, nameAt: usize, nameLength: i32): bool {
  let i = 0;
  while (i < length && isBlankOrEquals(load<u8>(at + i))) i++;
  if (length - i <= nameLength || !isSame(at + i, nameAt, nameLength)) return false;
  i += nameLength;
  while (i < length && isBlank(load<u8>(at + i))) i++;
  return i < length && load<u8>(at + i) == EQUALS;
}

function isBlankOrEquals(byte: u8): bool {
  return byte == EQUALS || isBlank(byte);
}

/** More than the blanks of the RFC: no honest name is beside other control characters. */
function isBlank(byte: u8): bool {
  return byte <= 0x20;
}
