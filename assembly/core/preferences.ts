// What a client would rather have: a page, as a person's browser, or JSON, as a script.
import { equalIgnoringCase } from "../memory/bytes";
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

/** Whether an entry of Accept is this type, its parameters left aside. */
function isMediaType(at: usize, length: i32, type: Text): bool {
  const size = type.length;
  if (length < size || !equalIgnoringCase(at, size, type.at, size)) return false;
  return length == size || load<u8>(at + size) == 0x3b || load<u8>(at + size) == 0x20;
}
