// The request as the core wants it. Each header is a host call, so only those are read that are there and that count for the
// decision; what only an answer needs is read when there is one to give.
import { bundle } from "../core/bundle/bundle";
import { headerFor } from "../core/bundle/request-header";
import { request } from "../core/current";
import { Header } from "../core/headers/request-header";
import { beginRequest, takeHeader } from "../core/request";
import { equalIgnoringCase, indexOf } from "../memory/bytes";
import { Slice } from "../memory/slice";
import { Text, text } from "../memory/text";
import { resolveClientAddress } from "./client-address";
import { List, nextEntry, readHeaderNames, readHeaderValues, readMethod, readSingleValue, readUri } from "./host-calls";
import { remove_header, Side } from "./http_handler";

const HOST = text("host");
const COOKIE = text("cookie");
const AUTHORIZATION = text("authorization");
const PROXY_AUTHORIZATION = text("proxy-authorization");
const UPGRADE = text("upgrade");
/** Traefik's own word: it takes a client's away, unless its entry point trusts the client. */
const FORWARDED_PROTO = text("x-forwarded-proto");
const ACCEPT = text("accept");
const REQUESTED_WITH = text("x-requested-with");
const FETCH_MODE = text("sec-fetch-mode");
const FETCH_DEST = text("sec-fetch-dest");
const PURPOSE = text("sec-purpose");
const REFERER = text("referer");
const USER_AGENT = text("user-agent");

const found: Slice = changetype<Slice>(memory.data(offsetof<Slice>(), 8));
const list: List = changetype<List>(memory.data(offsetof<List>(), 8));

/** Reads the current request, and takes those headers out that only the plugin may set. False when it can't be understood. */
export function readRequest(): bool {
  beginRequest(request, resolveClientAddress);
  if (!readHeaderNames(list)) return false;
  const seen = sortNames(list);
  if (!readMethod(found)) return false;
  takeHeader(request, Header.Method, found.at, found.length);
  if (has(seen, Header.Upgrade)) keepOnlyWebSocket();
  if (!readUri(found)) return false;
  asBackendReadsIt(found.at, found.length);
  takeHeader(request, Header.Path, found.at, found.length);
  if (readSingleValue(list, HOST)) takeHeader(request, Header.Authority, list.at, list.length);
  if (readSingleValue(list, FORWARDED_PROTO)) takeHeader(request, Header.Scheme, list.at, list.length);
  return (
    (!has(seen, Header.Cookie) || takeLines(Header.Cookie, COOKIE)) &&
    (!has(seen, Header.Authorization) || takeLines(Header.Authorization, AUTHORIZATION)) &&
    (!has(seen, Header.ProxyAuthorization) || takeLines(Header.ProxyAuthorization, PROXY_AUTHORIZATION))
  );
}

/** Takes out the headers that no client may send. Returns which are there that count, a bit for each Header. */
function sortNames(names: List): u32 {
  let seen: u32 = 0;
  while (nextEntry(names)) {
    const header = headerFor(bundle, names.at, names.length);
    if (header == Header.Forbidden || header == Header.Http2Settings) {
      remove_header(Side.Request, names.at, names.length);
    } else {
      seen |= 1 << header;
    }
  }
  return seen;
}

function has(seen: u32, header: Header): bool {
  return (seen & (1 << header)) != 0;
}

/** Takes all lines of a header. False when the request can't be understood with them. */
function takeLines(header: Header, name: Text): bool {
  if (!readHeaderValues(list, name)) return false;
  while (nextEntry(list)) {
    if (!takeHeader(request, header, list.at, list.length)) return false;
  }
  return true;
}

/**
 * Takes out an upgrade to anything but a WebSocket: in a tunnel to another protocol, h2c above all (RFC 7540, section 3.2), requests
 * would reach the backend undecided. Without it the request goes on as a plain one.
 */
function keepOnlyWebSocket(): void {
  const websocket = text("websocket");
  if (readSingleValue(list, UPGRADE) && equalIgnoringCase(list.at, list.length, websocket.at, websocket.length)) return;
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

/** Reads what tells a person's request from a script's, and the page that a form was on. */
export function readPreferences(): void {
  takeLines(Header.Accept, ACCEPT);
  takeLines(Header.RequestedWith, REQUESTED_WITH);
  takeLines(Header.FetchMode, FETCH_MODE);
  takeLines(Header.FetchDest, FETCH_DEST);
  takeLines(Header.Purpose, PURPOSE);
  takeLines(Header.Referer, REFERER);
}

/** Reads what tells a person's devices apart. */
export function readUserAgent(): void {
  takeLines(Header.UserAgent, USER_AGENT);
}
