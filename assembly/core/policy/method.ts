// Request methods as bits, so that a rule's `methods` are one word. The list is Authelia's: RFC 9110, PATCH (RFC 5789) and
// the WebDAV ones (RFC 4918) that its rules may name.
import { isText, text } from "../../memory/text";

/** The bits of a method that no rule can name. It satisfies no `methods` criterion. */
export const OTHER_METHOD: u32 = 0;

export const GET: u32 = 1 << 0;
export const HEAD: u32 = 1 << 1;
export const POST: u32 = 1 << 2;
export const PUT: u32 = 1 << 3;
export const PATCH: u32 = 1 << 4;
export const DELETE: u32 = 1 << 5;
export const OPTIONS: u32 = 1 << 6;
const TRACE: u32 = 1 << 7;
const CONNECT: u32 = 1 << 8;
const COPY: u32 = 1 << 9;
const LOCK: u32 = 1 << 10;
const MKCOL: u32 = 1 << 11;
const MOVE: u32 = 1 << 12;
const PROPFIND: u32 = 1 << 13;
const PROPPATCH: u32 = 1 << 14;
const UNLOCK: u32 = 1 << 15;

/** The bit of a method given in upper case, or OTHER_METHOD. */
export function methodBit(at: usize, length: i32): u32 {
  if (isText(at, length, text("GET"))) return GET;
  if (isText(at, length, text("POST"))) return POST;
  if (isText(at, length, text("HEAD"))) return HEAD;
  if (isText(at, length, text("OPTIONS"))) return OPTIONS;
  if (isText(at, length, text("PUT"))) return PUT;
  if (isText(at, length, text("PATCH"))) return PATCH;
  if (isText(at, length, text("DELETE"))) return DELETE;
  if (isText(at, length, text("TRACE"))) return TRACE;
  if (isText(at, length, text("CONNECT"))) return CONNECT;
  if (isText(at, length, text("COPY"))) return COPY;
  if (isText(at, length, text("LOCK"))) return LOCK;
  if (isText(at, length, text("MKCOL"))) return MKCOL;
  if (isText(at, length, text("MOVE"))) return MOVE;
  if (isText(at, length, text("PROPFIND"))) return PROPFIND;
  if (isText(at, length, text("PROPPATCH"))) return PROPPATCH;
  return isText(at, length, text("UNLOCK")) ? UNLOCK : OTHER_METHOD;
}

/** Whether a method is made of upper-case letters, at least one and at most 32. */
export function isMethod(at: usize, length: i32): bool {
  if (length < 1 || length > 32) return false;
  for (let i = 0; i < length; i++) {
    if (<u32>load<u8>(at + i) - 0x41 > 25) return false;
  }
  return true;
}
