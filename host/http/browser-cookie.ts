// What a browser is known by, in a cookie that only this portal's host sees. It opens nothing: a passkey's challenge is
// answered by the browser that asked for it, and failed logins from elsewhere do not lock out a browser in which somebody has
// logged in (host/identity/regulation).
import { randomBytes } from "node:crypto";
import { placeMemory } from "../identity/regulation/regulation.ts";
import { cookieValues } from "../session/cookie.ts";
import type { RequestContext } from "./environment.ts";

/** The prefix keeps other hosts of the domain from setting it (RFC 6265bis, section 4.1.3.2). */
const name = "__Host-zerohop_browser";
const attributes = "Path=/; Secure; HttpOnly; SameSite=Strict";

export function browserOf(c: RequestContext): string | undefined {
  return cookieValues(c.req.header("cookie"), name).find((value) => /^[\w-]{22}$/.test(value));
}

/** A value for a browser that has none. */
export function newBrowser(): string {
  return randomBytes(16).toString("base64url");
}

/** The browser's value; one that has none is given a new one until it is closed. */
export function knownBrowser(c: RequestContext): string {
  const known = browserOf(c);
  if (known !== undefined) return known;
  const browser = newBrowser();
  c.header("Set-Cookie", `${name}=${browser}; ${attributes}`, { append: true });
  return browser;
}

/** Gives the browser its value, to keep. */
export function rememberBrowser(c: RequestContext, browser: string): void {
  c.header("Set-Cookie", `${name}=${browser}; ${attributes}; Max-Age=${placeMemory}`, { append: true });
}
