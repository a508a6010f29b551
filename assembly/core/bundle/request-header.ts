// What a request's header is to a gate that has a bundle, which can name further headers that no client may send.
import { Header, headerNamed } from "../headers/request-header";
import { Bundle } from "./bundle";
import { CookieDomain } from "./cookie-domain";
import { isSpelledLike, lengthBit } from "./identity-headers";

/** What the header of this name is. Those of any cookie domain are forbidden in all. */
export function headerFor(bundle: Bundle | null, at: usize, length: i32): Header {
  const header = headerNamed(at, length);
  if (header != Header.Other || !bundle || !(bundle.identityLengths & lengthBit(length))) return header;
  for (let domain: CookieDomain | null = bundle.domains; domain !== null; domain = domain!.next) {
    if (isSpelledLike(domain.identityHeaders, at, length)) return Header.Forbidden;
  }
  return header;
}
