// The request as the core wants it. Each header is a host call, so only those are read that are there and that count for the
// decision; what only an answer needs is read when there is one to give.
import { client, request } from "../core/current";
import { clearRequest, takeHeader } from "../core/request";
import { Header, headerNamed } from "../core/headers/request-header";
import { equalIgnoringCase, indexOf } from "../memory/bytes";
import { beginClient } from "../core/policy/client";
import { Text, text } from "../memory/text";
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
/** Traefik's own word: it takes a client's away, unless its entry point trusts the client. */
const FORWARDED_PROTO = text("x-forwarded-proto");
const ACCEPT = text("accept");
const REQUESTED_WITH = text("x-requested-with");

/** Reads the current request, and takes those headers out that only the plugin may set. False when it can't be understood. */
export function readRequest(): bool {
  clearRequest(request);
  beginClient(client, resolveClientAddress);
  if (!readHeaderNames()) return false;
  const seen = sortNames();
  if (!readMethod()) return false;
  takeHeader(request, Header.Method, returnedAt, returnedLength);
  if (has(seen, Header.Upgrade)) keepOnlyWebSocket();
  if (!readUri()) return false;
  asBackendReadsIt(returnedAt, returnedLength);
  takeHeader(request, Header.Path, returnedAt, returnedLength);
  if (readSingleValue(HOST)) takeHeader(request, Header.Authority, entryAt, entryLength);
  if (readSingleValue(FORWARDED_PROTO)) takeHeader(request, Header.Scheme, entryAt, entryLength);
  return (
    (!has(seen, Header.Cookie) || readLines(Header.Cookie, COOKIE)) &&
    (!has(seen, Header.Authorization) || readLines(Header.Authorization, AUTHORIZATION)) &&
    (!has(seen, Header.ProxyAuthorization) || readLines(Header.ProxyAuthorization, PROXY_AUTHORIZATION))
  );
}

/** Takes out the headers that no client may send. Returns which are there that count, a bit for each Header. */
function sortNames(): u32 {
  let seen: u32 = 0;
  while (nextEntry()) {
    const header = headerNamed(entryAt, entryLength);
    if (header == Header.Forbidden || header == Header.Http2Settings) {
      remove_header(Side.Request, entryAt, entryLength);
    } else {
      seen |= 1 << header;
    }
  }
  return seen;
}

function has(seen: u32, header: Header): bool {
  return (seen & (1 << header)) != 0;
}

/** Reads all lines of a header. False when the request can't be understood with them. */
function readLines(header: Header, name: Text): bool {
  if (!readHeaderValues(name)) return false;
  while (nextEntry()) {
    if (!takeHeader(request, header, entryAt, entryLength)) return false;
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
function asBackendReadsIt(at: usize, length: i32): void {
  const query = indexOf(at, length, 0x3f);
  if (query < 0) return;
  for (let i = query; i < length; i++) {
    if (load<u8>(at + i) == 0x3b) store<u8>(at + i, 0x26);
  }
}

/** Reads what tells a person's request from a script's. */
export function readPreferences(): void {
  readLines(Header.Accept, ACCEPT);
  readLines(Header.RequestedWith, REQUESTED_WITH);
}
