// A cookie domain: the hosts that share one session, and the portal that issues it.
import { JsonReader } from "../../encoding/json";
import { equal } from "../../memory/bytes";
import { Region } from "../../memory/region";
import { Slice } from "../../memory/slice";
import { startsWithText, text } from "../../memory/text";
import { readHost } from "../url/host";
import { IdentityHeader, lengthsOf, readIdentityHeaders } from "./identity-headers";


@unmanaged
export class CookieDomain {
  /** `example.com`: the domain itself and everything below it. */
  domainAt: usize;
  domainLength: i32;
  /** `https://auth.example.com`, without a slash at the end: the `iss` of its tokens. */
  portalAt: usize;
  portalLength: i32;
  /** The portal's host, lower case, without port. */
  portalHostAt: usize;
  portalHostLength: i32;
  /** The session cookie's name. */
  cookieAt: usize;
  cookieLength: i32;
  /** What is done with Basic credentials: bits of `Basic`. */
  basic: u32;
  /** The headers beside Remote-* that tell its applications who is asking. */
  identityHeaders: IdentityHeader | null;
  next: CookieDomain | null;
}

/** Which headers of a request may carry Basic credentials for the gate; in the order of the words in a bundle. */
export const enum Basic {
  Authorization = 1,
  ProxyAuthorization = 2,
  /** The header goes to the backend all the same. */
  Forward = 4,
}

/** Reads `[{"domain": …, "portal": …, "name": …}]` into the region. Null, and a failed reader, when an entry is not one. */
export function readCookieDomains(region: Region, reader: JsonReader): CookieDomain | null {
  let domains: CookieDomain | null = null;
  reader.enterArray();
  while (reader.nextElement()) {
    const domain = readCookieDomain(region, reader);
    if (!domain) return null;
    domain.next = domains;
    domains = domain;
  }
  return reader.failed ? null : domains;
}

function readCookieDomain(region: Region, reader: JsonReader): CookieDomain | null {
  const domain = changetype<CookieDomain>(region.allocate(offsetof<CookieDomain>()));
  reader.enterObject();
  while (reader.nextKey()) {
    switch (reader.wordIn(text("domain, portal, name, basic, identity_headers"))) {
      case 0:
        domain.domainAt = reader.keepString(region);
        domain.domainLength = reader.textLength;
        break;
      case 1:
        domain.portalAt = reader.keepString(region);
        domain.portalLength = reader.textLength;
        break;
      case 2:
        domain.cookieAt = reader.keepString(region);
        domain.cookieLength = reader.textLength;
        break;
      case 3:
        domain.basic = readBasic(reader);
        break;
      case 4:
        domain.identityHeaders = readIdentityHeaders(region, reader);
        break;
      default:
        reader.skip();
    }
  }
  const complete = domain.domainLength > 0 && domain.cookieLength > 0 && readPortalHost(region, domain);
  if (!complete) reader.fail();
  return complete ? domain : null;
}

/** The lengths of the names of all domains' identity headers, as `lengthsOf` tells them. */
export function lengthsInDomains(domains: CookieDomain | null): u64 {
  let lengths: u64 = 0;
  for (let domain = domains; domain !== null; domain = domain!.next) lengths |= lengthsOf(domain.identityHeaders);
  return lengths;
}

function readBasic(reader: JsonReader): u32 {
  let bits: u32 = 0;
  reader.enterArray();
  while (reader.nextElement() && reader.string()) {
    const bit = reader.wordIn(text("authorization, proxy_authorization, forward"));
    if (bit >= 0) bits |= 1 << bit;
  }
  return bits;
}

const portalHost: Slice = changetype<Slice>(memory.data(offsetof<Slice>(), 8));

/** `https://` is eight characters; the host goes on to the first slash. */
function readPortalHost(region: Region, domain: CookieDomain): bool {
  if (!startsWithText(domain.portalAt, domain.portalLength, text("https://"))) return false;
  let end = 8;
  while (end < domain.portalLength && load<u8>(domain.portalAt + end) != 0x2f) end++;
  if (!readHost(domain.portalAt + 8, end - 8, portalHost)) return false;
  domain.portalHostAt = region.copy(portalHost.at, portalHost.length);
  domain.portalHostLength = portalHost.length;
  return true;
}

/** The narrowest cookie domain that a host belongs to, or null. */
export function cookieDomainOfHost(host: Slice, domains: CookieDomain | null): CookieDomain | null {
  let found: CookieDomain | null = null;
  for (let domain = domains; domain !== null; domain = domain!.next) {
    if ((!found || domain.domainLength > found.domainLength) && coversHost(domain, host)) found = domain;
  }
  return found;
}

/** Whether a host is this domain's portal. */
export function isPortalHost(host: Slice, domain: CookieDomain): bool {
  return equal(host.at, host.length, domain.portalHostAt, domain.portalHostLength);
}

function coversHost(domain: CookieDomain, host: Slice): bool {
  const before = host.length - domain.domainLength;
  if (before < 0 || !equal(host.at + before, domain.domainLength, domain.domainAt, domain.domainLength)) return false;
  return before == 0 || load<u8>(host.at + before - 1) == 0x2e;
}
