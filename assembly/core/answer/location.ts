// Where a visitor is sent: the portal, with the way back in `rd` and the method in `rm`.
import { Writer } from "../../encoding/writer";
import { Slice } from "../../memory/slice";
import { equalIgnoringCase } from "../../memory/bytes";
import { startsWithText, text } from "../../memory/text";
import { CookieDomain } from "../bundle/cookie-domain";
import { isForm } from "../preferences";
import { Request } from "../request";

const LOGIN = text("/?rd=");
const LOGOUT = text("/logout?rd=");
const METHOD = text("&rm=");
const GET = text("GET");
const SCHEME = text("https://");
const ROOT = text("/");

/** Longer targets lose their path on the way back, for browsers and proxies refuse Location headers beyond some 8 KiB. */
const MAX_TARGET_LENGTH: i32 = 2048;

/**
 * `PORTAL/?rd=TARGET&rm=METHOD` to a writer. Somebody whose session is not enough (`isMoreNeeded`) is not sent back to a form's page: it may
 * ask for less than the form does, and the portal would lead there at once without having asked for anything.
 */
export function writeLoginLocation(location: Writer, request: Request, domain: CookieDomain, isMoreNeeded: bool): void {
  const isOtherPage = writeLocation(location, request, domain, true, !isMoreNeeded);
  location.text(METHOD);
  if (isOtherPage) location.text(GET);
  else location.escaped(request.methodAt, request.methodLength);
}

/** `PORTAL/logout?rd=TARGET` to a writer: where another account can be chosen. */
export function writeLogoutLocation(location: Writer, request: Request, domain: CookieDomain): void {
  writeLocation(location, request, domain, false, true);
}

/** The path of the way back. */
const path: Slice = changetype<Slice>(memory.data(offsetof<Slice>(), 8));

/** The portal's page, and the way back: true when that is the page of a form rather than what was asked for. */
function writeLocation(
  location: Writer,
  request: Request,
  domain: CookieDomain,
  isLogin: bool,
  mayBeFormPage: bool,
): bool {
  const isOtherPage = mayBeFormPage && isForm(request) && findFormPage(path, request);
  if (!isOtherPage) {
    path.at = request.pathAt;
    path.length = request.pathLength;
  }
  if (path.length == 0 || request.authorityLength + path.length > MAX_TARGET_LENGTH) {
    path.at = ROOT.at;
    path.length = ROOT.length;
  }
  location.begin(
    domain.portalLength + 64 + (SCHEME.length + request.authorityLength + path.length + request.methodLength) * 3,
  );
  location.bytes(domain.portalAt, domain.portalLength);
  location.text(isLogin ? LOGIN : LOGOUT);
  location.escaped(SCHEME.at, SCHEME.length);
  location.escaped(request.authorityAt, request.authorityLength);
  location.escaped(path.at, path.length);
  return isOtherPage;
}

/**
 * Finds the path and query of the page that a form was on, in the Referer (RFC 9110 §10.1.3): a GET of what it was sent to is nothing
 * that the application expects. Only a page of the same scheme, host and port counts, and of it the path alone; false when none does.
 */
function findFormPage(found: Slice, request: Request): bool {
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
  // The host ends here, or it is another one.
  if (length > from && load<u8>(at + from) != 0x2f) return false;
  found.at = at + from;
  found.length = length - from;
  return true;
}
