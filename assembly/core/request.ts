// A request as a shell hands it to the core: raw bytes, as the proxy has them.
import { clear } from "../memory/bytes";
import { Slice } from "../memory/slice";
import { isText, startsWithText, text } from "../memory/text";
import { Cookie, CookieLine } from "./headers/cookie";
import { addForwardedFor, forgetForwardedFor } from "./headers/forwarded-for";
import { Header } from "./headers/request-header";
import { beginClient, Client, Resolver } from "./policy/client";


@unmanaged
export class Request {
  // Values of headers first, as `Header` has them: an address, which is 0 when the header is missing, and a length.
  methodAt: usize;
  methodLength: i32;
  schemeAt: usize;
  schemeLength: i32;
  authorityAt: usize;
  authorityLength: i32;
  /** The request target in origin form, query included. */
  pathAt: usize;
  pathLength: i32;
  acceptAt: usize;
  acceptLength: i32;
  authorizationAt: usize;
  authorizationLength: i32;
  proxyAuthorizationAt: usize;
  proxyAuthorizationLength: i32;
  userAgentAt: usize;
  userAgentLength: i32;
  contentTypeAt: usize;
  contentTypeLength: i32;
  refererAt: usize;
  refererLength: i32;
  /** Sec-Fetch-Mode and Sec-Fetch-Dest (Fetch Metadata). */
  fetchModeAt: usize;
  fetchModeLength: i32;
  fetchDestAt: usize;
  fetchDestLength: i32;
  /** Whether a script asks: `X-Requested-With: XMLHttpRequest`. */
  isScript: bool;
  /** Whether nobody has asked for it yet: `Sec-Purpose: prefetch`, which prerendering has as well (`prefetch;prerender`). */
  isPrefetch: bool;
  /** Whether the connection is to outlive the answer: a WebSocket, or what else Upgrade or an extended CONNECT begins. */
  isUpgrade: bool;
  /** How many Cookie header lines there are, see `cookieLine`. */
  cookieLines: i32;
  /** Who sends it. */
  client: Client;
}

/** Cookie header lines kept of one request; a client that sends more has no session. */
const MAX_COOKIE_LINES: i32 = 32;

/**
 * What a request takes in memory:
 *
 *   ┌─────────┬─────────────────┬───────────────────────────────────────┐
 *   │ Request │ 32 CookieLines  │ the first session cookie of each line │
 *   └─────────┴─────────────────┴───────────────────────────────────────┘
 */
export const REQUEST_BYTES: usize =
  offsetof<Request>() + <usize>MAX_COOKIE_LINES * (offsetof<CookieLine>() + offsetof<Cookie>());

/** Begins a request, of which nothing is known yet. */
export function beginRequest(request: Request, resolver: Resolver): void {
  clearRequest(request);
  beginClient(request.client, resolver);
  forgetForwardedFor(request.client);
}

/** Forgets the request before; it has the same client, which `beginClient` begins anew. */
export function clearRequest(request: Request): void {
  const client = request.client;
  clear(changetype<usize>(request), offsetof<Request>());
  request.client = client;
}

/** Takes one Cookie header line. False when there are too many. */
export function addCookieLine(request: Request, at: usize, length: i32): bool {
  const index = request.cookieLines;
  if (index == MAX_COOKIE_LINES) return false;
  request.cookieLines = index + 1;
  const line = cookieLine(request, index);
  line.at = at;
  line.length = length;
  line.hasFirst = false;
  line.first = changetype<Cookie>(
    linesOf(request) + <usize>MAX_COOKIE_LINES * offsetof<CookieLine>() + <usize>index * offsetof<Cookie>(),
  );
  return true;
}

/** A Cookie header line of a request, from 0. */
export function cookieLine(request: Request, index: i32): CookieLine {
  return changetype<CookieLine>(linesOf(request) + <usize>index * offsetof<CookieLine>());
}

// @ts-ignore: decorator
@inline
function linesOf(request: Request): usize {
  return changetype<usize>(request) + offsetof<Request>();
}

/**
 * Takes a header of the request, whose bytes must stay until it is decided. False when the request can't be understood with it: of two
 * credentials gate and backend might believe different ones.
 */
export function takeHeader(request: Request, header: Header, at: usize, length: i32): bool {
  if (header >= Header.Method && header <= Header.FetchDest) return takeValue(request, header, at, length);
  switch (header) {
    case Header.Cookie:
      return addCookieLine(request, at, length);
    case Header.Purpose:
      if (startsWithText(at, length, text("prefetch"))) request.isPrefetch = true;
      return true;
    case Header.RequestedWith:
      request.isScript = isText(at, length, text("XMLHttpRequest"));
      return true;
    case Header.ForwardedFor:
      addForwardedFor(request.client, at, length);
      return true;
    case Header.Upgrade:
    case Header.Protocol:
      request.isUpgrade = true;
      return true;
    default:
      return true;
  }
}

/** Takes a header whose value counts. Of preferences that come twice the first does; what a proxy has twice is the last. */
function takeValue(request: Request, header: Header, at: usize, length: i32): bool {
  const value = changetype<usize>(request) + <usize>(header - Header.Method) * offsetof<Slice>();
  if (load<usize>(value)) {
    if (header == Header.Authorization || header == Header.ProxyAuthorization) return false;
    if (header == Header.Accept || header >= Header.Referer) return true;
  }
  store<usize>(value, at);
  store<i32>(value, length, offsetof<Slice>("length"));
  return true;
}
