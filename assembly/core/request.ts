// A request as a shell hands it to the core: raw bytes, as the proxy has them.
import { isText, startsWithText, text } from "../memory/text";
import { Cookie, CookieLine } from "./headers/cookie";
import { addForwardedFor, forgetForwardedFor } from "./headers/forwarded-for";
import { Header } from "./headers/request-header";
import { beginClient, Client, Resolver } from "./policy/client";


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
  /** Content-Type; address 0 when the header is missing. */
  contentTypeAt: usize;
  contentTypeLength: i32;
  /** Referer; address 0 when the header is missing. */
  refererAt: usize;
  refererLength: i32;
  /** Sec-Fetch-Mode and Sec-Fetch-Dest (Fetch Metadata); address 0 when the header is missing. */
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
  memory.fill(changetype<usize>(request), 0, offsetof<Request>());
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
  switch (header) {
    case Header.Method:
      request.methodAt = at;
      request.methodLength = length;
      return true;
    case Header.Scheme:
      request.schemeAt = at;
      request.schemeLength = length;
      return true;
    case Header.Authority:
      request.authorityAt = at;
      request.authorityLength = length;
      return true;
    case Header.Path:
      request.pathAt = at;
      request.pathLength = length;
      return true;
    case Header.Cookie:
      return addCookieLine(request, at, length);
    case Header.Accept:
      // The first counts.
      if (request.acceptAt) return true;
      request.acceptAt = at;
      request.acceptLength = length;
      return true;
    case Header.ContentType:
      request.contentTypeAt = at;
      request.contentTypeLength = length;
      return true;
    case Header.Authorization:
      if (request.authorizationAt) return false;
      request.authorizationAt = at;
      request.authorizationLength = length;
      return true;
    case Header.ProxyAuthorization:
      if (request.proxyAuthorizationAt) return false;
      request.proxyAuthorizationAt = at;
      request.proxyAuthorizationLength = length;
      return true;
    case Header.UserAgent:
      request.userAgentAt = at;
      request.userAgentLength = length;
      return true;
    case Header.Referer:
      if (request.refererAt) return true;
      request.refererAt = at;
      request.refererLength = length;
      return true;
    case Header.FetchMode:
      if (request.fetchModeAt) return true;
      request.fetchModeAt = at;
      request.fetchModeLength = length;
      return true;
    case Header.FetchDest:
      if (request.fetchDestAt) return true;
      request.fetchDestAt = at;
      request.fetchDestLength = length;
      return true;
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
