// What a client would rather have: a page, as a person's browser, or JSON, as a script.
import { equalIgnoringCase } from "../memory/bytes";
import { Text, text, wordIn } from "../memory/text";
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

/**
 * Whether a person is to see the answer. A browser says so itself (https://www.w3.org/TR/fetch-metadata/): only what it navigates to
 * becomes a page, in a tab or in a frame, and by a redirect to the portal; a page's own fetch would follow one to where it may not
 * read. The mode says it best, for a service worker that passes a navigation on has another destination. Clients that say neither, or
 * what nobody knows, are told apart by Accept.
 */
export function wantsPage(request: Request): bool {
  if (request.isScript || request.isPrefetch) return false;
  const mode = wordOf(MODES, request.fetchModeAt, request.fetchModeLength);
  if (mode >= 0) return mode < NAVIGATION_MODES;
  const destination = wordOf(DESTINATIONS, request.fetchDestAt, request.fetchDestLength);
  if (destination >= 0) return destination < NAVIGATION_DESTINATIONS;
  return acceptsPage(request);
}

/** Of Sec-Fetch-Mode. The first are those of navigations; nested-navigate is what browsers of 2019 have in frames. */
const MODES = text("navigate, nested-navigate, cors, no-cors, same-origin, websocket");
const NAVIGATION_MODES: i32 = 2;

/** Of Sec-Fetch-Dest, in the same way (https://fetch.spec.whatwg.org/#concept-request-destination). */
const DESTINATIONS = text(
  "document, iframe, frame, embed, object, fencedframe, empty, audio, audioworklet, font, image, json, manifest, paintworklet, " +
    "report, script, serviceworker, sharedworker, style, text, track, video, webidentity, worker, xslt",
);
const NAVIGATION_DESTINATIONS: i32 = 6;

/** Which word of a list a header's value is, the first of several, its parameters left aside; -1 for none. */
function wordOf(list: Text, at: usize, length: i32): i32 {
  let end = 0;
  while (end < length && load<u8>(at + end) > 0x20 && load<u8>(at + end) != 0x2c && load<u8>(at + end) != 0x3b) end++;
  return end ? wordIn(list, at, end) : -1;
}

/** Whether Accept has text/html in it, or the type for anything first. */
function acceptsPage(request: Request): bool {
  const at = request.acceptAt;
  if (!at) return false;
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

/** Whether an entry of Accept, or what begins with one, is this type; its parameters are left aside. */
export function isMediaType(at: usize, length: i32, type: Text): bool {
  const size = type.length;
  if (length < size || !equalIgnoringCase(at, size, type.at, size)) return false;
  if (length == size) return true;
  const behind = load<u8>(at + size);
  return behind == 0x3b || behind == 0x2c || behind == 0x20 || behind == 0x09;
}
