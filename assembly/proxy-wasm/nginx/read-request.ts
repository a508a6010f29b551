// The request as the core wants it, read one by one: the host cuts a whole header map off at 100 lines and writes past the
// block it asked for.
import { addCookieLine, clearRequest, request } from "../../core/request";
import { addForwardedFor, forgetForwardedFor } from "../../core/headers/forwarded-for";
import { beginClient, client } from "../../core/policy/client";
import { isText, Text, text } from "../../memory/text";
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
  clearRequest();
  beginClient(client, resolveClientAddress);
  forgetForwardedFor();
  if (!readProperty(METHOD)) return false;
  request.methodAt = returnedAt();
  request.methodLength = returnedLength();
  if (!readProperty(SCHEME)) return false;
  request.schemeAt = returnedAt();
  request.schemeLength = returnedLength();
  if (!readProperty(PATH)) return false;
  request.pathAt = returnedAt();
  request.pathLength = returnedLength();
  // `:authority` is the server's name and `request.host` the machine's.
  if (!readHeader(text("host"))) return false;
  request.authorityAt = returnedAt();
  request.authorityLength = returnedLength();
  readOptionalHeaders();
  if (trustedProxies && readProperty(FORWARDED_FOR)) addForwardedFor(returnedAt(), returnedLength());
  return !readProperty(COOKIE) || addCookieLine(returnedAt(), returnedLength());
}

function readOptionalHeaders(): void {
  if (readHeader(text("accept"))) {
    request.acceptAt = returnedAt();
    request.acceptLength = returnedLength();
  }
  if (readHeader(text("authorization"))) {
    request.authorizationAt = returnedAt();
    request.authorizationLength = returnedLength();
  }
  if (readHeader(text("proxy-authorization"))) {
    request.proxyAuthorizationAt = returnedAt();
    request.proxyAuthorizationLength = returnedLength();
  }
  if (readHeader(text("user-agent"))) {
    request.userAgentAt = returnedAt();
    request.userAgentLength = returnedLength();
  }
  request.isScript =
    readHeader(text("x-requested-with")) && isText(returnedAt(), returnedLength(), text("XMLHttpRequest"));
}

function readHeader(name: Text): bool {
  clearResult();
  const status = proxy_get_header_map_value(HeaderMap.RequestHeaders, name.at, name.length, resultAt, resultLength);
  return status == Status.Ok && returnedAt() != 0;
}
