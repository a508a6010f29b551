// The session cookie (RFC 6265).
import type { CookieDomain } from "../config/config.ts";

/** A browser may hold several cookies of one name, set by hosts below the domain; more than this is an attack. */
const candidateLimit = 4;

/** The values of a cookie in a Cookie header, in its order. */
export function cookieValues(header: string | undefined, name: string): readonly string[] {
  const values: string[] = [];
  if (header === undefined) return values;
  for (let start = 0, end = 0; start <= header.length && values.length < candidateLimit; start = end + 1) {
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

/** A Set-Cookie that holds a token; with a `maxAge` in seconds it outlives the browser. */
export function sessionCookie(name: string, token: string, { domain }: CookieDomain, maxAge?: number): string {
  const lifetime = maxAge === undefined ? "" : `; Max-Age=${maxAge}`;
  return `${name}=${token}; Domain=${domain}; Path=/; Secure; HttpOnly; SameSite=Lax${lifetime}`;
}

/** A Set-Cookie that removes the session cookie. */
export function clearedCookie(name: string, domain: CookieDomain): string {
  return sessionCookie(name, "", domain, 0);
}
