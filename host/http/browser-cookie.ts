// The cookie by which the portal knows a browser again in which somebody has logged in. It opens nothing: it only keeps
// failed logins from elsewhere from locking this browser out (host/authn/regulation).
import { randomBytes } from "node:crypto";
import { placeMemory } from "../authn/regulation/regulation.ts";
import { cookieValues } from "../session/cookie.ts";
import type { RequestContext } from "./environment.ts";

/** The prefix keeps other hosts of the domain from setting it (RFC 6265bis, section 4.1.3.2). */
const name = "__Host-zerohop_browser";

/** The browser's own value, or a new one for a browser that has none. */
export function browserOf(c: RequestContext): string {
  const [value] = cookieValues(c.req.header("cookie"), name);
  return value !== undefined && /^[\w-]{22}$/.test(value) ? value : randomBytes(16).toString("base64url");
}

/** Gives the browser its value, to keep. */
export function rememberBrowser(c: RequestContext, browser: string): void {
  const cookie = `${name}=${browser}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=${placeMemory}`;
  c.header("Set-Cookie", cookie, { append: true });
}
