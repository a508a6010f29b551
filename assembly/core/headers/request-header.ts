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
  Method,
  Scheme,
  Authority,
  Path,
  Protocol,
  Cookie,
  Accept,
  Authorization,
  ProxyAuthorization,
  UserAgent,
  RequestedWith,
  Referer,
  FetchMode,
  FetchDest,
  Purpose,
  ForwardedFor,
  Upgrade,
  Http2Settings,
  ContentType,
}

const LETTER_X: u8 = 0x78;

/** What the header of this name is to a gate. */
export function headerNamed(at: usize, length: i32): Header {
  if (load<u8>(at) == LETTER_X && isForwardingAlias(at, length)) return Header.Forbidden;
  switch (length) {
    case 5:
      return either(at, length, text(":path"), Header.Path);
    case 6:
      if (isText(at, length, text("cookie"))) return Header.Cookie;
      return either(at, length, text("accept"), Header.Accept);
    case 7:
      if (isText(at, length, text(":method"))) return Header.Method;
      if (isText(at, length, text(":scheme"))) return Header.Scheme;
      if (isText(at, length, text("referer"))) return Header.Referer;
      return either(at, length, text("upgrade"), Header.Upgrade);
    case 9:
      return either(at, length, text(":protocol"), Header.Protocol);
    case 10:
      if (isText(at, length, text(":authority"))) return Header.Authority;
      return either(at, length, text("user-agent"), Header.UserAgent);
    case 11:
    case 12:
    case 13:
      if (isIdentityHeader(at, length)) return Header.Forbidden;
      if (isText(at, length, text("sec-purpose"))) return Header.Purpose;
      if (length == 12) return either(at, length, text("content-type"), Header.ContentType);
      return either(at, length, text("authorization"), Header.Authorization);
    case 14:
      if (isText(at, length, text("sec-fetch-mode"))) return Header.FetchMode;
      if (isText(at, length, text("sec-fetch-dest"))) return Header.FetchDest;
      return either(at, length, text("http2-settings"), Header.Http2Settings);
    case 15:
      return either(at, length, text("x-forwarded-for"), Header.ForwardedFor);
    case 16:
      return either(at, length, text("x-requested-with"), Header.RequestedWith);
    case 19:
      return either(at, length, text("proxy-authorization"), Header.ProxyAuthorization);
    default:
      return Header.Other;
  }
}

/** That header when the name is this one, else Other. */
// @ts-ignore: decorator
@inline
function either(at: usize, length: i32, name: Text, header: Header): Header {
  return isText(at, length, name) ? header : Header.Other;
}
