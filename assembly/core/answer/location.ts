// Where a visitor is sent: the portal, with the way back in `rd` and the method in `rm`.
import { text } from "../../memory/text";
import { CookieDomain } from "../bundle/cookie-domain";
import { Request } from "../request";
import { beginWriting, writeBytes, writeEscaped, writeText } from "./writer";

const LOGIN = text("/?rd=");
const LOGOUT = text("/logout?rd=");
const METHOD = text("&rm=");
const SCHEME = text("https://");
const ROOT = text("/");

/** Longer targets lose their path on the way back, for browsers and proxies refuse Location headers beyond some 8 KiB. */
const MAX_TARGET_LENGTH: i32 = 2048;

/** `PORTAL/?rd=TARGET&rm=METHOD` into the writer. */
export function writeLoginLocation(request: Request, domain: CookieDomain): void {
  beginLocation(request, domain);
  writeText(LOGIN);
  writeTarget(request);
  writeText(METHOD);
  writeEscaped(request.methodAt, request.methodLength);
}

/** `PORTAL/logout?rd=TARGET` into the writer: where another account can be chosen. */
export function writeLogoutLocation(request: Request, domain: CookieDomain): void {
  beginLocation(request, domain);
  writeText(LOGOUT);
  writeTarget(request);
}

function beginLocation(request: Request, domain: CookieDomain): void {
  const target = min(request.authorityLength + request.pathLength, MAX_TARGET_LENGTH);
  beginWriting(domain.portalLength + 64 + (target + SCHEME.length + request.methodLength) * 3);
  writeBytes(domain.portalAt, domain.portalLength);
}

function writeTarget(request: Request): void {
  writeEscaped(SCHEME.at, SCHEME.length);
  writeEscaped(request.authorityAt, request.authorityLength);
  if (request.authorityLength + request.pathLength <= MAX_TARGET_LENGTH) {
    writeEscaped(request.pathAt, request.pathLength);
  } else {
    writeEscaped(ROOT.at, ROOT.length);
  }
}
