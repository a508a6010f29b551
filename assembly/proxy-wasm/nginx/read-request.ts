// The request as the core wants it, read one by one: the host cuts a whole header map off at 100 lines and writes past the
// block it asked for.
import { request } from "../../core/current";
import { beginRequest, takeHeader } from "../../core/request";
import { Header } from "../../core/headers/request-header";
import { Slice } from "../../memory/slice";
import { Text, text } from "../../memory/text";
import { resolveClientAddress } from "../edge/client-address";
import { readHeader, readProperty } from "../abi/host-calls";
import { HeaderMap } from "../abi/env";
import { configuration } from "../edge/current";

const METHOD = text("request\0method");
const SCHEME = text("request\0scheme");
/** The target as the client sent it, which is also what proxy_pass sends; `:path` is decoded. */
const PATH = text("request\0path");
/** All lines of a name, joined as nginx does for variables. */
const COOKIE = text("ngx\0http_cookie");
const FORWARDED_FOR = text("ngx\0http_x_forwarded_for");

const found: Slice = changetype<Slice>(memory.data(offsetof<Slice>(), 8));

/** Reads the current request. False when the host does not tell what must be known. */
export function readRequest(): bool {
  beginRequest(request, resolveClientAddress);
  // `:authority` is the server's name and `request.host` the machine's.
  const isKnown =
    takeProperty(Header.Method, METHOD) &&
    takeProperty(Header.Scheme, SCHEME) &&
    takeProperty(Header.Path, PATH) &&
    takeLine(Header.Authority, text("host"));
  if (!isKnown) return false;
  takeLine(Header.Authorization, text("authorization"));
  takeLine(Header.ProxyAuthorization, text("proxy-authorization"));
  takeLine(Header.UserAgent, text("user-agent"));
  if (configuration.trustedProxies) takeProperty(Header.ForwardedFor, FORWARDED_FOR);
  return !readProperty(found, COOKIE) || takeHeader(request, Header.Cookie, found.at, found.length);
}

/** Reads what tells a person's request from a script's, and the page that a form was on: only an answer goes by these. */
export function readPreferences(): void {
  takeLine(Header.Accept, text("accept"));
  takeLine(Header.RequestedWith, text("x-requested-with"));
  takeLine(Header.FetchMode, text("sec-fetch-mode"));
  takeLine(Header.FetchDest, text("sec-fetch-dest"));
  takeLine(Header.Purpose, text("sec-purpose"));
  takeLine(Header.Referer, text("referer"));
}

/** Takes what a property says for a header of the request. False when there is none. */
function takeProperty(header: Header, property: Text): bool {
  return readProperty(found, property) && takeHeader(request, header, found.at, found.length);
}

/** Takes the first line of a header. False when there is none. */
function takeLine(header: Header, name: Text): bool {
  return (
    readHeader(found, HeaderMap.RequestHeaders, name) &&
    found.at != 0 &&
    takeHeader(request, header, found.at, found.length)
  );
}
