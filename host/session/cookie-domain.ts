// Cookie domains and the portals that serve them.
import { createRequire } from "node:module";
import { isIP } from "node:net";
import { describe, Mistake } from "../kit/yaml/schema.ts";

const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Reads the Domain of the session cookie: a host name of at least two labels, without a leading dot, and no public suffix. Lower case. */
export function parseCookieDomain(value: unknown): string {
  if (typeof value !== "string" || value === "")
    throw new Mistake(`is required: the domain that the session is for, such as example.com`);
  const domain = value.toLowerCase();
  if (domain.startsWith(".")) throw new Mistake(`must be written without the leading dot: ${domain.slice(1)}`);
  if (isIP(domain) !== 0)
    throw new Mistake(`must be a domain name; browsers refuse a cookie domain that is an address`);
  if (domain.length > 253 || !domain.split(".").every((part) => label.test(part)))
    throw new Mistake(`must be a domain name such as example.com, not ${describe(value)}`);
  if (!domain.includes("."))
    throw new Mistake(`must have at least two labels, such as example.com; browsers refuse a cookie for ${domain}`);
  if (isPublicSuffix(domain))
    throw new Mistake(
      `must be below ${domain}, such as example.${domain}: that is a public suffix, for which browsers refuse cookies`,
    );
  return domain;
}

/**
 * Whether strangers have hosts directly below a domain, by the Public Suffix List that browsers go by, its private part (github.io,
 * duckdns.org) included. Names that are on no list, such as home.lan, are nobody's.
 */
function isPublicSuffix(domain: string): boolean {
  // Only who reads a configuration needs the list.
  const { parse }: typeof import("tldts") = createRequire(import.meta.url)("tldts");
  const { publicSuffix, isIcann, isPrivate } = parse(domain, { allowPrivateDomains: true, extractHostname: false });
  return publicSuffix === domain && (isIcann === true || isPrivate === true);
}

/** Reads the portal's URL: https, a host and perhaps a port, nothing else. Returns its origin. */
export function parsePortalUrl(value: unknown): string {
  if (typeof value !== "string" || value === "")
    throw new Mistake(`is required: the portal's URL, such as https://auth.example.com`);
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (!url?.hostname) throw new Mistake(`must be a URL such as https://auth.example.com, not ${describe(value)}`);
  if (url.protocol !== "https:")
    throw new Mistake(`must be an https URL: browsers send the session cookie over TLS only; not ${describe(value)}`);
  if (url.username || url.password || url.search || url.hash || url.pathname !== "/")
    throw new Mistake(`must be a scheme, a host and a port and nothing else, such as ${url.origin}`);
  return url.origin;
}

/** Whether a cookie with this Domain is sent to the host (RFC 6265, section 5.1.3). Both in lower case. */
export function isInside(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`);
}
