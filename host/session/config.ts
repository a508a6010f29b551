// What the config says of sessions, and what must hold between the cookie domains and their portals, beyond each being right
// by itself.

import { isMapping, type Mapping } from "../kit/config/mapping.ts";
import type { Report } from "../kit/config/report.ts";
import { Mistake } from "../kit/yaml/schema.ts";
import { isInside, parseCookieDomain, parsePortalUrl } from "./cookie-domain.ts";

/** Where a Basic credential may stand (RFC 9110, sections 11.6.2 and 11.7.2). */
export const basicHeaders = ["authorization", "proxy_authorization"] as const;
export type BasicHeader = (typeof basicHeaders)[number];

/** A domain with one session cookie, and the portal that issues it. */
export interface CookieDomain {
  /** Lower case, without a leading dot. */
  readonly domain: string;
  /** The portal's origin: no path, no trailing slash. */
  readonly portalUrl: string;
  readonly basic: BasicConfig;
}

/** Basic credentials (RFC 7617) at the gate. */
export interface BasicConfig {
  /** The headers that are looked at; none: Basic credentials are not taken. */
  readonly headers: readonly BasicHeader[];
  /** Whether the backend gets the header that the gate used. */
  readonly forward: boolean;
}

/** Durations are in seconds. */
export interface SessionConfig {
  /** The cookie's name. */
  readonly name: string;
  readonly expiration: number;
  readonly inactivity: number;
  /** null when remembering is switched off. */
  readonly rememberMe: number | null;
  /** How long after its lease a gate may accept a token while it cannot reach the host. */
  readonly outageGrace: number;
  /** Sessions that a user can have. */
  readonly maxPerUser: number;
  readonly cookies: readonly CookieDomain[];
}

/** Authelia's name for the portal's URL is accepted too. Changes `config`. */
export function acceptAutheliaUrl(config: Mapping, report: Report): void {
  for (const [index, cookie] of cookiesOf(config).entries()) {
    if (!isMapping(cookie) || cookie.authelia_url === undefined) continue;
    const path = ["session", "cookies", index];
    if (cookie.portal_url === undefined) {
      report.setOrigin([...path, "portal_url"], { written: [...path, "authelia_url"] });
      cookie.portal_url = cookie.authelia_url;
    } else report.add([...path, "authelia_url"], "is another name for portal_url; give one of them", "key");
    delete cookie.authelia_url;
  }
}

/** Each portal is inside its domain, and no host is in two domains: its browser would send two session cookies. */
export function checkCookies(config: Mapping, report: Report): void {
  const domains: (string | undefined)[] = [];
  for (const [index, cookie] of cookiesOf(config).entries()) {
    const path = ["session", "cookies", index];
    const domain = isMapping(cookie) ? attempt(parseCookieDomain, cookie.domain) : undefined;
    const portal = isMapping(cookie) ? attempt(parsePortalUrl, cookie.portal_url) : undefined;
    if (domain !== undefined && portal !== undefined && !isInside(new URL(portal).hostname, domain))
      report.add([...path, "portal_url"], `must be inside the cookie domain: a host in ${domain}`);
    if (domain !== undefined)
      for (const [other, otherDomain] of domains.entries()) {
        if (otherDomain === undefined) continue;
        if (domain === otherDomain)
          report.add(
            [...path, "domain"],
            `is the same as that of session.cookies[${other}]; each domain has one entry`,
          );
        else if (isInside(domain, otherDomain) || isInside(otherDomain, domain))
          report.add(
            [...path, "domain"],
            `overlaps with ${otherDomain} of session.cookies[${other}]; browsers would send both cookies`,
          );
      }
    domains.push(domain);
  }
}

function cookiesOf(config: Mapping): readonly unknown[] {
  const session = config.session;
  const cookies = isMapping(session) ? session.cookies : undefined;
  return Array.isArray(cookies) ? cookies : [];
}

/** A parsed value, or undefined when it is wrong in itself: the schema reports that. */
function attempt<T>(parse: (value: unknown) => T, value: unknown): T | undefined {
  try {
    return parse(value);
  } catch (error) {
    if (error instanceof Mistake) return undefined;
    throw error;
  }
}
