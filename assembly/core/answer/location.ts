// Where a visitor is sent: the portal, with the way back in `rd` and the method in `rm`.
import { Writer } from "../../encoding/writer";
import { text } from "../../memory/text";
import { CookieDomain } from "../bundle/cookie-domain";
import { Request } from "../request";

const LOGIN = text("/?rd=");
const LOGOUT = text("/logout?rd=");
const METHOD = text("&rm=");
const SCHEME = text("https://");
const ROOT = text("/");

/** Longer targets lose their path on the way back, for browsers and proxies refuse Location headers beyond some 8 KiB. */
const MAX_TARGET_LENGTH: i32 = 2048;

/** `PORTAL/?rd=TARGET&rm=METHOD` to a writer. */
export function writeLoginLocation(location: Writer, request: Request, domain: CookieDomain): void {
  beginLocation(location, request, domain);
  location.text(LOGIN);
  writeTarget(location, request);
  location.text(METHOD);
  location.escaped(request.methodAt, request.methodLength);
}

/** `PORTAL/logout?rd=TARGET` to a writer: where another account can be chosen. */
export function writeLogoutLocation(location: Writer, request: Request, domain: CookieDomain): void {
  beginLocation(location, request, domain);
  location.text(LOGOUT);
  writeTarget(location, request);
}

function beginLocation(location: Writer, request: Request, domain: CookieDomain): void {
  const target = min(request.authorityLength + request.pathLength, MAX_TARGET_LENGTH);
  location.begin(domain.portalLength + 64 + (target + SCHEME.length + request.methodLength) * 3);
  location.bytes(domain.portalAt, domain.portalLength);
}

function writeTarget(location: Writer, request: Request): void {
  location.escaped(SCHEME.at, SCHEME.length);
  location.escaped(request.authorityAt, request.authorityLength);
  if (request.authorityLength + request.pathLength <= MAX_TARGET_LENGTH) {
    location.escaped(request.pathAt, request.pathLength);
  } else {
    location.escaped(ROOT.at, ROOT.length);
  }
}
