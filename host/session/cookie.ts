// The session cookie (RFC 6265).
import type { CookieDomain } from "../config/config.ts";

/** A browser may hold several cookies of one name, set by hosts below the domain; more than this is an attack. */
const candidateLimit = 4;

/** The values of a cookie in a Cookie header, in its order. */
export function cookieValues(header: string | undefined, name: string): readonly string[] {
  const values: string[] = [];
  for (const pair of header?.split(";") ?? []) {
    const equals = pair.indexOf("=");
    if (equals < 0 || pair.slice(0, equals).trim() !== name) continue;
    values.push(pair.slice(equals + 1).trim());
    if (values.length === candidateLimit) break;
  }
  return values;
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
