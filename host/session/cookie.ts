// The session cookie (RFC 6265).
import type { CookieDomain } from "./config.ts";

/**
 * The values of a cookie in a Cookie header, in its order. A browser may hold several of one name, set by hosts below the domain,
 * and sends those of the longest path first, whoever has set them: whoever reads them passes over what proves nothing.
 */
export function cookieValues(header: string | undefined, name: string): readonly string[] {
  const values: string[] = [];
  if (header === undefined) return values;
  for (let start = 0, end = 0; start <= header.length; start = end + 1) {
    end = header.indexOf(";", start);
    if (end < 0) end = header.length;
    while (isBlank(header.charCodeAt(start))) start++;
    if (!header.startsWith(name, start)) continue;
    let equals = start + name.length;
    while (isBlank(header.charCodeAt(equals))) equals++;
    if (equals < end && header[equals] === "=") values.push(header.slice(equals + 1, end).trim());
  }
  return values;
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** Signatures checked for one request, as in a gate: a neighbouring host can set cookies beside ours, but not make us check more. */
export const signatureLimit = 8;

/** A Set-Cookie that holds a token; with a `maxAge` in seconds it outlives the browser. */
export function sessionCookie(name: string, token: string, { domain }: CookieDomain, maxAge?: number): string {
  const lifetime = maxAge === undefined ? "" : `; Max-Age=${maxAge}`;
  return `${name}=${token}; Domain=${domain}; Path=/; Secure; HttpOnly; SameSite=Lax${lifetime}`;
}

/** A Set-Cookie that removes the session cookie. */
export function clearedCookie(name: string, domain: CookieDomain): string {
  return sessionCookie(name, "", domain, 0);
}
