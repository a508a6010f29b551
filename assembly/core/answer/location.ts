// Where a visitor is sent: the portal, with the way back in `rd` and the method in `rm`.
import { Writer } from "../../encoding/writer";
import { setSlice, Slice } from "../../memory/slice";
import { equalIgnoringCase } from "../../memory/bytes";
import { startsWithText, Text, text } from "../../memory/text";
import { CookieDomain } from "../bundle/cookie-domain";
import { isForm } from "../preferences";
import { Request } from "../request";

const LOGIN = text("/?rd=");
const LOGOUT = text("/logout?rd=");
const METHOD = text("&rm=");
const BACK = text("&back=");
const GET = text("GET");
const SCHEME = text("https://");
const ROOT = text("/");

/** Longer targets lose their path on the way back, for browsers and proxies refuse Location headers beyond some 8 KiB. */
const MAX_TARGET_LENGTH: i32 = 2048;

/** The page of a form: its path and query. */
const page: Slice = changetype<Slice>(memory.data(offsetof<Slice>(), 8));

/**
 * `PORTAL/?rd=TARGET&rm=METHOD` to a writer, where the target of a form is its page. Somebody whose session is not enough (`isMoreNeeded`) is asked
 * for what the form needs, of which its page may need less: then the target is what it was sent to, and `&back=` names the page.
 */
export function writeLoginLocation(location: Writer, request: Request, domain: CookieDomain, isMoreNeeded: bool): void {
  const hasPage = findFormPage(page, request);
  const isTarget = hasPage && !isMoreNeeded;
  const isNamed =
    hasPage && isMoreNeeded && request.authorityLength + request.pathLength + page.length <= MAX_TARGET_LENGTH;
  writeLocation(location, request, domain, LOGIN, isTarget ? page : askedFor(request), isNamed ? page.length * 3 : 0);
  location.text(METHOD);
  if (isTarget) location.text(GET);
  else location.escaped(request.methodAt, request.methodLength);
  if (!isNamed) return;
  location.text(BACK);
  location.escaped(page.at, page.length);
}

/** `PORTAL/logout?rd=TARGET` to a writer: where another account can be chosen. */
export function writeLogoutLocation(location: Writer, request: Request, domain: CookieDomain): void {
  writeLocation(location, request, domain, LOGOUT, findFormPage(page, request) ? page : askedFor(request), 0);
}

/** What a request asks for: its path and query, as they lie in it. */
function askedFor(request: Request): Slice {
  return changetype<Slice>(changetype<usize>(request) + offsetof<Request>("pathAt"));
}

/** A page of the portal with the way back to a path and query of the request's host, and room for so many bytes `more`. */
function writeLocation(
  location: Writer,
  request: Request,
  domain: CookieDomain,
  start: Text,
  path: Slice,
  more: i32,
): void {
  const isWhole = path.length > 0 && request.authorityLength + path.length <= MAX_TARGET_LENGTH;
  const length = isWhole ? path.length : ROOT.length;
  location.begin(
    domain.portalLength + 64 + (SCHEME.length + request.authorityLength + length + request.methodLength) * 3 + more,
  );
  location.bytes(domain.portalAt, domain.portalLength);
  location.text(start);
  location.escaped(SCHEME.at, SCHEME.length);
  location.escaped(request.authorityAt, request.authorityLength);
  location.escaped(isWhole ? path.at : ROOT.at, length);
}

/**
 * Finds the path and query of the page that a form was on, in the Referer (RFC 9110 §10.1.3): a GET of what it was sent to is nothing
 * that the application expects. Only a page of the same scheme, host and port counts, and of it the path alone; false when none does,
 * and for what is no form.
 */
function findFormPage(found: Slice, request: Request): bool {
  if (!isForm(request)) return false;
  const at = request.refererAt;
  const length = request.refererLength;
  const size = request.authorityLength;
  const from = SCHEME.length + size;
  if (length < from || !startsWithText(at, length, SCHEME)) return false;
  if (!equalIgnoringCase(at + SCHEME.length, size, request.authorityAt, size)) return false;
  for (let i = from; i < length; i++) {
    const byte = load<u8>(at + i);
    // What is no byte of a URI's path or query (RFC 3986 §3.3, §3.4), or what browsers read as another one.
    if (byte <= 0x20 || byte >= 0x7f || byte == 0x23 || byte == 0x5c) return false;
  }
  if (length == from) setSlice(found, ROOT.at, ROOT.length);
  // The host ends here, or it is another one.
  else if (load<u8>(at + from) != 0x2f) return false;
  else setSlice(found, at + from, length - from);
  return true;
}
