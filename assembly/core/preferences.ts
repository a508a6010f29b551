// What a client would rather have: a page, as a person's browser, or JSON, as a script.
import { equalIgnoringCase, indexOf } from "../memory/bytes";
import { Text, text } from "../memory/text";
import { GET, HEAD, methodBit, OPTIONS } from "./policy/method";
import { Request } from "./request";

/** Whether a login is asked for by a redirect after which the browser asks for the same again. */
export function isRedirected(request: Request): bool {
  return wantsPage(request) && (methodBit(request.methodAt, request.methodLength) & (GET | HEAD | OPTIONS)) != 0;
}

/** Whether the request is one that a redirect to the portal would lose: a person's, and more than a question for a page. */
export function isForm(request: Request): bool {
  return wantsPage(request) && (methodBit(request.methodAt, request.methodLength) & (GET | HEAD | OPTIONS)) == 0;
}

/** Whether a person asks: an Accept with text/html in it, or with the type for anything first, and no sign of a script. */
export function wantsPage(request: Request): bool {
  if (request.isScript || !request.acceptAt) return false;
  const at = request.acceptAt;
  const length = request.acceptLength;
  let first = true;
  for (let i = 0; i < length;) {
    while (i < length && (load<u8>(at + i) == 0x20 || load<u8>(at + i) == 0x2c || load<u8>(at + i) == 0x09)) i++;
    const start = i;
    while (i < length && load<u8>(at + i) != 0x2c) i++;
    if (isMediaType(at + start, i - start, text("text/html"))) return true;
    if (first && isMediaType(at + start, i - start, text("*/*"))) return true;
    first = false;
  }
  return false;
}

/** Whether this type is in the request's Accept. */
export function accepts(request: Request, type: Text): bool {
  const at = request.acceptAt;
  const length = request.acceptLength;
  for (let i = 0; i < length;) {
    while (i < length && (load<u8>(at + i) == 0x20 || load<u8>(at + i) == 0x2c || load<u8>(at + i) == 0x09)) i++;
    if (isMediaType(at + i, length - i, type)) return true;
    const comma = indexOf(at + i, length - i, 0x2c);
    if (comma < 0) return false;
    i += comma;
  }
  return false;
}

/** Whether an entry of Accept, or what begins with one, is this type; its parameters are left aside. */
export function isMediaType(at: usize, length: i32, type: Text): bool {
  const size = type.length;
  if (length < size || !equalIgnoringCase(at, size, type.at, size)) return false;
  if (length == size) return true;
  const behind = load<u8>(at + size);
  return behind == 0x3b || behind == 0x2c || behind == 0x20 || behind == 0x09;
}
