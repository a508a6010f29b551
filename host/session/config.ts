// The section `session`: how long sessions live, and the domains that they are for.
import { z } from "zod";
import { duration, parseDuration, parseRememberMe, rememberMe } from "../kit/config/duration.ts";
import { isMapping, type Mapping, valueAt } from "../kit/config/mapping.ts";
import { named } from "../kit/config/named.ts";
import type { Report } from "../kit/config/report.ts";
import { configSection } from "../kit/config/section.ts";
import { flag, list, listed, oneOf, wholeNumber } from "../kit/config/values.ts";
import { describe, leaf, Mistake, section } from "../kit/yaml/schema.ts";
import { isInside, parseCookieDomain, parsePortalUrl } from "./cookie-domain.ts";
import { checkIdentityHeaders, headerName, type IdentityHeaders } from "./identity-headers.ts";

/** Where a Basic credential may stand (RFC 9110, sections 11.6.2 and 11.7.2). */
const basicHeaders = ["authorization", "proxy_authorization"] as const;
type BasicHeader = (typeof basicHeaders)[number];
/** Those that gates look at where the configuration names none. */
const gateHeaders: readonly BasicHeader[] = ["proxy_authorization"];

/** A domain with one session cookie, and the portal that issues it. */
export interface CookieDomain {
  /** Lower case, without a leading dot. */
  readonly domain: string;
  /** The portal's origin: no path, no trailing slash. */
  readonly portalUrl: string;
  readonly basic: BasicConfig;
  readonly identityHeaders: IdentityHeaders;
}

/** Basic credentials (RFC 7617) at the gate. */
export interface BasicConfig {
  /** The headers that a gate looks at; none: Basic credentials are not taken. */
  readonly headers: readonly BasicHeader[];
  /** Those that forward-auth looks at: the same, and both where the configuration names none, as with Authelia. */
  readonly forwardAuthHeaders: readonly BasicHeader[];
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

const cookieName = /^[A-Za-z0-9_.-]{1,64}$/;

const headerNames = list(headerName, "header names").default([]);

const cookieDomain = section({
  domain: leaf(parseCookieDomain, "a domain name of at least two labels, without a leading dot, and no public suffix"),
  portal_url: leaf(parsePortalUrl, "an `https` URL of a host inside the domain, without a path").meta({
    otherName: "authelia_url",
  }),
  basic: section({
    headers: list(oneOf(basicHeaders), listed(basicHeaders, "and")).nullable().default(null),
    forward: flag(false),
  }),
  identity_headers: section({ user: headerNames, groups: headerNames, name: headerNames, email: headerNames }),
});

export const sessionSection = configSection({
  keys: {
    session: section({
      name: leaf(parseCookieName, "1 to 64 letters, digits, `_`, `-` and `.`", {
        type: "string",
        pattern: cookieName.source,
      }).prefault("zerohop_session"),
      expiration: duration("1m").prefault("1h"),
      inactivity: duration("5s").prefault("5m"),
      remember_me: rememberMe.prefault("30d"),
      outage_grace: duration("0").prefault("15m"),
      max_per_user: wholeNumber(1, 10_000).prefault(1000),
      cookies: z.array(cookieDomain).min(1, "must name at least one cookie domain and its portal"),
    }),
  },
  config: ({ session: { cookies, ...session } }): SessionConfig => ({
    ...named(session),
    cookies: cookies.map(({ domain, portal_url, basic: { headers, forward }, identity_headers }) => ({
      domain,
      portalUrl: portal_url,
      basic: { headers: headers ?? gateHeaders, forwardAuthHeaders: headers ?? basicHeaders, forward },
      identityHeaders: identity_headers,
    })),
  }),
  rename(written, report) {
    acceptAutheliaUrl(written, report);
    acceptCookieSettings(written, report);
  },
  check: (written, _folder, report) => {
    checkCookies(written, report);
    for (const [index, cookie] of cookiesOf(written).entries())
      checkIdentityHeaders(
        valueAt(cookie, ["identity_headers"]),
        ["session", "cookies", index, "identity_headers"],
        report,
      );
  },
});

/** Authelia's name for the portal's URL is accepted too. Changes `config`. */
function acceptAutheliaUrl(config: Mapping, report: Report): void {
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

/** What Authelia has of these where nothing is written. Its cookie domains have values of their own. */
export const autheliasSettings = {
  name: ["authelia_session", (value: unknown) => value],
  expiration: ["1h", (value: unknown) => parseDuration(value, 0)],
  inactivity: ["5m", (value: unknown) => parseDuration(value, 0)],
  remember_me: ["1M", parseRememberMe],
} as const;

/** Settings of cookie domains are the session's, where they all have the same. Changes `config`. */
function acceptCookieSettings(config: Mapping, report: Report): void {
  const session = valueAt(config, ["session"]);
  const cookies = cookiesOf(config);
  if (!isMapping(session) || !cookies.every(isMapping)) return;
  for (const [key, [usual, parse]] of Object.entries(autheliasSettings)) {
    const first = cookies.findIndex((cookie) => cookie[key] !== undefined);
    if (first < 0) continue;
    const values = cookies.map((cookie) => attempt(parse, cookie[key] ?? session[key] ?? usual));
    const other = values.findIndex((value) => value !== values[first]);
    if (other >= 0) {
      const written = cookies[other]![key] === undefined ? first : other;
      const where = `session.cookies[${written === first ? other : first}]`;
      const message = `is not that of ${where}, and one value counts for every cookie domain: set session.${key}`;
      report.add(["session", "cookies", written, key], message, "key");
    } else {
      report.setOrigin(["session", key], { written: ["session", "cookies", first, key] });
      session[key] = cookies[first]![key];
    }
    for (const cookie of cookies) delete cookie[key];
  }
}

/** Each portal is inside its domain, and no host is in two domains: its browser would send two session cookies. */
function checkCookies(config: Mapping, report: Report): void {
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
  const cookies = valueAt(config, ["session", "cookies"]);
  return Array.isArray(cookies) ? cookies : [];
}

/** A parsed value, or undefined when it is wrong in itself: the schema reports that. */
export function attempt<T>(parse: (value: unknown) => T, value: unknown): T | undefined {
  try {
    return parse(value);
  } catch (error) {
    if (error instanceof Mistake) return undefined;
    throw error;
  }
}

/** A cookie name is a token (RFC 6265, section 4.1.1). The prefixes __Host- and __Secure- mean promises to the browser. */
function parseCookieName(value: unknown): string {
  if (typeof value !== "string" || !cookieName.test(value))
    throw new Mistake(`must be 1 to 64 letters, digits, "_", "-" and ".", not ${describe(value)}`);
  if (/^__host-/i.test(value)) throw new Mistake(`must not begin with __Host-: such a cookie cannot have a domain`);
  return value;
}
