// A request as a shell hands it to the core: raw bytes, as the proxy has them.

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
}

/** The request being decided. */
export const request: Request = changetype<Request>(memory.data(offsetof<Request>(), 8));

/** Cookie header lines kept of one request; a client that sends more has no session. */
export const MAX_COOKIE_LINES: i32 = 32;
/** Address and length, both of four bytes, of each Cookie header line. */
const cookieLines: usize = memory.data(32 * 8, 4);
export let cookieLineCount: i32 = 0;

/** Forgets the request before. */
export function clearRequest(): void {
  memory.fill(changetype<usize>(request), 0, offsetof<Request>());
  cookieLineCount = 0;
}

/** Takes one Cookie header line. False when there are too many. */
export function addCookieLine(at: usize, length: i32): bool {
  if (cookieLineCount == MAX_COOKIE_LINES) return false;
  const line = cookieLines + ((<usize>cookieLineCount) << 3);
  cookieLineCount++;
  store<u32>(line, <u32>at);
  store<i32>(line, length, 4);
  return true;
}

export function cookieLineAt(index: i32): usize {
  return load<u32>(cookieLines + ((<usize>index) << 3));
}

export function cookieLineLength(index: i32): i32 {
  return load<i32>(cookieLines + ((<usize>index) << 3), 4);
}
