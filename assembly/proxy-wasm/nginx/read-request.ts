// The request as the core wants it, read one by one: the host cuts a whole header map off at 100 lines and writes past the
// block it asked for.
import { client, request } from "../../core/current";
import { clearRequest, takeHeader } from "../../core/request";
import { forgetForwardedFor } from "../../core/headers/forwarded-for";
import { Header } from "../../core/headers/request-header";
import { beginClient } from "../../core/policy/client";
import { Text, text } from "../../memory/text";
import { resolveClientAddress } from "../edge/client-address";
import { trustedProxies } from "../edge/config";
import { clearResult, readProperty, resultAt, resultLength, returnedAt, returnedLength } from "../abi/host-calls";
import { HeaderMap, proxy_get_header_map_value, Status } from "../abi/imports";

const METHOD = text("request\0method");
const SCHEME = text("request\0scheme");
/** The target as the client sent it, which is also what proxy_pass sends; `:path` is decoded. */
const PATH = text("request\0path");
/** All lines of a name, joined as nginx does for variables. */
const COOKIE = text("ngx\0http_cookie");
const FORWARDED_FOR = text("ngx\0http_x_forwarded_for");

/** Reads the current request. False when the host does not tell what must be known. */
export function readRequest(): bool {
  clearRequest(request);
  beginClient(client, resolveClientAddress);
  forgetForwardedFor();
  if (!readProperty(METHOD) || !take(Header.Method)) return false;
  if (!readProperty(SCHEME) || !take(Header.Scheme)) return false;
  if (!readProperty(PATH) || !take(Header.Path)) return false;
  // `:authority` is the server's name and `request.host` the machine's.
  if (!readHeader(text("host")) || !take(Header.Authority)) return false;
  if (readHeader(text("accept"))) take(Header.Accept);
  if (readHeader(text("authorization"))) take(Header.Authorization);
  if (readHeader(text("proxy-authorization"))) take(Header.ProxyAuthorization);
  if (readHeader(text("user-agent"))) take(Header.UserAgent);
  if (readHeader(text("x-requested-with"))) take(Header.RequestedWith);
  if (trustedProxies && readProperty(FORWARDED_FOR)) take(Header.ForwardedFor);
  return !readProperty(COOKIE) || take(Header.Cookie);
}

/** Takes what was fetched last for a header of the request. */
function take(header: Header): bool {
  return takeHeader(request, header, returnedAt(), returnedLength());
}

function readHeader(name: Text): bool {
  clearResult();
  const status = proxy_get_header_map_value(HeaderMap.RequestHeaders, name.at, name.length, resultAt, resultLength);
  return status == Status.Ok && returnedAt() != 0;
}
