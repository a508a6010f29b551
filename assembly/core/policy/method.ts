// Request methods as bits, so that a rule's `methods` are one word. The list is Authelia's: RFC 9110, PATCH (RFC 5789) and
// the WebDAV ones (RFC 4918) that its rules may name.
import { isText, text, wordIn } from "../../memory/text";

/** The bits of a method that no rule can name. It satisfies no `methods` criterion. */
export const OTHER_METHOD: u32 = 0;

export const GET: u32 = 1 << 0;
export const HEAD: u32 = 1 << 1;
export const OPTIONS: u32 = 1 << 6;

/** The methods that rules can name, each at the place of its bit. */
export const METHODS = text(
  "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, TRACE, CONNECT, COPY, LOCK, MKCOL, MOVE, PROPFIND, PROPPATCH, UNLOCK",
);

/** The bit of a method given in upper case, or OTHER_METHOD. */
export function methodBit(at: usize, length: i32): u32 {
  // Most requests are spared the search.
  if (isText(at, length, text("GET"))) return GET;
  const index = wordIn(METHODS, at, length);
  return index < 0 ? OTHER_METHOD : 1 << index;
}

/** Whether a method is made of upper-case letters, at least one and at most 32. */
export function isMethod(at: usize, length: i32): bool {
  if (length < 1 || length > 32) return false;
  for (let i = 0; i < length; i++) {
    if (<u32>load<u8>(at + i) - 0x41 > 25) return false;
  }
  return true;
}
