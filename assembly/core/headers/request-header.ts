// What a request's header is to a gate, by its name. Names are in lower case, as proxies have them; those of HTTP/2's pseudo-headers
// are among them (RFC 9113 §8.3.1).
import { isText, text, Text } from "../../memory/text";
import { isForwardingAlias } from "./forwarding-alias";
import { isIdentityHeader } from "./identity-header";

export const enum Header {
  /** The gate has no use for it: it goes on as it came. */
  Other,
  /** No client may send it: only a gate does, or a backend could take it for one that only the proxy does. It is taken out. */
  Forbidden,
  // Whose values a request has, in this order.
  Method,
  Scheme,
  Authority,
  Path,
  Accept,
  Authorization,
  ProxyAuthorization,
  UserAgent,
  ContentType,
  Referer,
  FetchMode,
  FetchDest,
  // And what says more than its value.
  Protocol,
  Cookie,
  RequestedWith,
  Purpose,
  ForwardedFor,
  Upgrade,
  Http2Settings,
}

const LETTER_X: u8 = 0x78;
const LETTER_R: u8 = 0x72;

/** A name that says something, where a gate finds it. */
@unmanaged
class Named {
  name: Text;
  header: Header;
}

/**
 * The names, each at the place that its length and its last two bytes make, which no two share. A gate looks at every name of every
 * request: one comparison each and a few lines of code, for what the processor has to fetch first is what that costs.
 */
const PLACES: i32 = 32;
const names: usize = memory.data(PLACES * <i32>offsetof<Named>(), 8);
const SHORTEST: i32 = 5;

// @ts-ignore: decorator
@inline
function placeOf(at: usize, length: i32): Named {
  const end = at + length;
  const place = 2 * length + load<u8>(end - 1) + 5 * load<u8>(end - 2);
  return changetype<Named>(names + <usize>(place & (PLACES - 1)) * offsetof<Named>());
}

function know(name: Text, header: Header): void {
  const named = placeOf(name.at, name.length);
  // Two names at one place would let the first through to the backend. Tests have assertions, and the modules have not (noAssert).
  assert(name.length >= SHORTEST && named.header == Header.Other);
  named.name = name;
  named.header = header;
}

know(text(":path"), Header.Path);
know(text("cookie"), Header.Cookie);
know(text("accept"), Header.Accept);
know(text(":method"), Header.Method);
know(text(":scheme"), Header.Scheme);
know(text("referer"), Header.Referer);
know(text("upgrade"), Header.Upgrade);
know(text(":protocol"), Header.Protocol);
know(text(":authority"), Header.Authority);
know(text("user-agent"), Header.UserAgent);
know(text("sec-purpose"), Header.Purpose);
know(text("content-type"), Header.ContentType);
know(text("authorization"), Header.Authorization);
know(text("sec-fetch-mode"), Header.FetchMode);
know(text("sec-fetch-dest"), Header.FetchDest);
know(text("http2-settings"), Header.Http2Settings);
know(text("x-forwarded-for"), Header.ForwardedFor);
know(text("x-requested-with"), Header.RequestedWith);
know(text("proxy-authorization"), Header.ProxyAuthorization);

/** What the header of this name is to a gate. */
export function headerNamed(at: usize, length: i32): Header {
  if (length < SHORTEST) return Header.Other;
  const named = placeOf(at, length);
  if (named.header != Header.Other && isText(at, length, named.name)) return named.header;
  // What is forbidden has many spellings, of which none is a name above.
  const first = load<u8>(at) | 0x20;
  if (first == LETTER_X) return isForwardingAlias(at, length) ? Header.Forbidden : Header.Other;
  return first == LETTER_R && isIdentityHeader(at, length) ? Header.Forbidden : Header.Other;
}
