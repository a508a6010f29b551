// What a browser is known by, in a cookie that only this portal's host sees. It opens nothing: a passkey's challenge is
// answered by the browser that asked for it, and failed logins from elsewhere do not lock out a browser in which somebody has
// logged in (host/identity/regulation).
import { randomBytes } from "node:crypto";
import { placeMemory } from "../identity/regulation/regulation.ts";
import type { RequestContext } from "./environment.ts";
import { PortalCookie } from "./portal-cookie.ts";

const cookie = new PortalCookie("zerohop_browser", "Strict");

export function browserOf(c: RequestContext): string | undefined {
  return cookie.values(c).find((value) => /^[\w-]{22}$/.test(value));
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
  cookie.set(c, browser);
  return browser;
}

/** Gives the browser its value, to keep. */
export function rememberBrowser(c: RequestContext, browser: string): void {
  cookie.set(c, browser, placeMemory);
}
