// A request as a shell hands it to the core: raw bytes, as the proxy has them.
import { Cookie, CookieLine } from "./headers/cookie";


@unmanaged
export class Request {
  methodAt: usize;
  methodLength: i32;
  schemeAt: usize;
  schemeLength: i32;
  authorityAt: usize;
  authorityLength: i32;
  /** The request target in origin form, query included. */
  pathAt: usize;
  pathLength: i32;
  /** Accept; address 0 when the header is missing. */
  acceptAt: usize;
  acceptLength: i32;
  /** Authorization and Proxy-Authorization; address 0 when the header is missing. */
  authorizationAt: usize;
  authorizationLength: i32;
  proxyAuthorizationAt: usize;
  proxyAuthorizationLength: i32;
  /** User-Agent; address 0 when the header is missing. */
  userAgentAt: usize;
  userAgentLength: i32;
  /** Whether a script asks: `X-Requested-With: XMLHttpRequest`. */
  isScript: bool;
  /** How many Cookie header lines there are, see `cookieLine`. */
  cookieLines: i32;
}

/** The request being decided. */
export const request: Request = changetype<Request>(memory.data(offsetof<Request>(), 8));

/** Cookie header lines kept of one request; a client that sends more has no session. */
const MAX_COOKIE_LINES: i32 = 32;
const lines: usize = memory.data(32 * <i32>offsetof<CookieLine>(), 8);
const firsts: usize = memory.data(32 * <i32>offsetof<Cookie>(), 8);

/** Forgets the request before. */
export function clearRequest(): void {
  memory.fill(changetype<usize>(request), 0, offsetof<Request>());
}

/** Takes one Cookie header line. False when there are too many. */
export function addCookieLine(at: usize, length: i32): bool {
  const index = request.cookieLines;
  if (index == MAX_COOKIE_LINES) return false;
  request.cookieLines = index + 1;
  const line = cookieLine(index);
  line.at = at;
  line.length = length;
  line.hasFirst = false;
  line.first = changetype<Cookie>(firsts + <usize>index * offsetof<Cookie>());
  return true;
}

/** A Cookie header line of the current request, from 0. */
export function cookieLine(index: i32): CookieLine {
  return changetype<CookieLine>(lines + <usize>index * offsetof<CookieLine>());
}
