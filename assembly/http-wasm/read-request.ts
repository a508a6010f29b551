// The request as the core wants it. Each header is a host call, so only those are read that are there and that count for the
// decision; what only an answer needs is read when there is one to give.
import { addCookieLine, clearRequest, request } from "../core/request";
import { isIdentityHeader } from "../core/headers/identity-header";
import { equalIgnoringCase, indexOf } from "../memory/bytes";
import { beginClient, client } from "../core/policy/client";
import { isText, text } from "../memory/text";
import { resolveClientAddress } from "./client-address";
import {
  entryAt,
  entryLength,
  nextEntry,
  readHeaderNames,
  readHeaderValues,
  readMethod,
  readSingleValue,
  readUri,
  returnedAt,
  returnedLength,
} from "./host-calls";
import { remove_header, Side } from "./imports";

const HOST = text("host");
const COOKIE = text("cookie");
const AUTHORIZATION = text("authorization");
const PROXY_AUTHORIZATION = text("proxy-authorization");
const UPGRADE = text("upgrade");
const HTTP2_SETTINGS = text("http2-settings");
/** Traefik's own word: it takes a client's away, unless its entry point trusts the client. */
const FORWARDED_PROTO = text("x-forwarded-proto");
const ACCEPT = text("accept");
const REQUESTED_WITH = text("x-requested-with");

let hasCookie: bool = false;
let hasAuthorization: bool = false;
let hasProxyAuthorization: bool = false;
let hasUpgrade: bool = false;

/** Reads the current request, and takes those headers out that only the plugin may set. False when it can't be understood. */
export function readRequest(): bool {
  clearRequest();
  beginClient(client, resolveClientAddress);
  if (!readNames() || !readMethod()) return false;
  request.methodAt = returnedAt;
  request.methodLength = returnedLength;
  if (hasUpgrade) keepOnlyWebSocket();
  if (!readUri()) return false;
  takePath(returnedAt, returnedLength);
  if (readSingleValue(HOST)) {
    request.authorityAt = entryAt;
    request.authorityLength = entryLength;
  }
  if (readSingleValue(FORWARDED_PROTO)) {
    request.schemeAt = entryAt;
    request.schemeLength = entryLength;
  }
  return !hasCookie || readCookies();
}

function readNames(): bool {
  hasCookie = false;
  hasAuthorization = false;
  hasProxyAuthorization = false;
  hasUpgrade = false;
  if (!readHeaderNames()) return false;
  while (nextEntry()) {
    switch (entryLength) {
      case 6:
        if (isText(entryAt, entryLength, COOKIE)) hasCookie = true;
        break;
      case 7:
        if (isText(entryAt, entryLength, UPGRADE)) hasUpgrade = true;
        break;
      case 11:
      case 12:
      case 13:
        if (isIdentityHeader(entryAt, entryLength)) remove_header(Side.Request, entryAt, entryLength);
        else if (isText(entryAt, entryLength, AUTHORIZATION)) hasAuthorization = true;
        break;
      case 14:
        if (isText(entryAt, entryLength, HTTP2_SETTINGS)) remove_header(Side.Request, entryAt, entryLength);
        break;
      case 19:
        if (isText(entryAt, entryLength, PROXY_AUTHORIZATION)) hasProxyAuthorization = true;
    }
  }
  return true;
}

/**
 * Takes out an upgrade to anything but a WebSocket: in a tunnel to another protocol, h2c above all (RFC 7540, section 3.2), requests
 * would reach the backend undecided. Without it the request goes on as a plain one.
 */
function keepOnlyWebSocket(): void {
  const websocket = text("websocket");
  if (readSingleValue(UPGRADE) && equalIgnoringCase(entryAt, entryLength, websocket.at, websocket.length)) return;
  remove_header(Side.Request, UPGRADE.at, UPGRADE.length);
}

/** Traefik makes every `;` of a query a `&` on the way to the backend, so that is what is decided about. */
function takePath(at: usize, length: i32): void {
  request.pathAt = at;
  request.pathLength = length;
  const query = indexOf(at, length, 0x3f);
  if (query < 0) return;
  for (let i = query; i < length; i++) {
    if (load<u8>(at + i) == 0x3b) store<u8>(at + i, 0x26);
  }
}

function readCookies(): bool {
  if (!readHeaderValues(COOKIE)) return false;
  while (nextEntry()) {
    if (!addCookieLine(entryAt, entryLength)) return false;
  }
  return true;
}

/** Reads what tells a person's request from a script's. */
export function readPreferences(): void {
  if (readHeaderValues(ACCEPT) && nextEntry()) {
    request.acceptAt = entryAt;
    request.acceptLength = entryLength;
  }
  if (readHeaderValues(REQUESTED_WITH) && nextEntry()) {
    request.isScript = isText(entryAt, entryLength, text("XMLHttpRequest"));
  }
}

/** Reads Authorization and Proxy-Authorization. False when there are two of one: plugin and backend might believe different ones. */
export function readCredentialHeaders(): bool {
  if (hasAuthorization) {
    if (!readSingleValue(AUTHORIZATION)) return false;
    request.authorizationAt = entryAt;
    request.authorizationLength = entryLength;
  }
  if (hasProxyAuthorization) {
    if (!readSingleValue(PROXY_AUTHORIZATION)) return false;
    request.proxyAuthorizationAt = entryAt;
    request.proxyAuthorizationLength = entryLength;
  }
  return true;
}
