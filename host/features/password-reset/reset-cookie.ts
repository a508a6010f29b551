// A cookie binds the link in an e-mail to the browser that asked for it. A link opened from a mail program on the web comes from
// another site: with SameSite=Strict the cookie would stay away, with Lax it comes along on such a navigation and on no other.
import { randomBytes } from "node:crypto";
import type { RequestContext } from "../../http/environment.ts";
import { PortalCookie } from "../../http/portal-cookie.ts";

const cookie = new PortalCookie("zerohop_reset");
const form = /^[\w-]{43}$/;

export function resetBrowserOf(c: RequestContext): string | undefined {
  return cookie.values(c).find((value) => form.test(value));
}

/** The browser's value, kept for as long as a link is good; a browser that has none is given one. */
export function bindResetBrowser(c: RequestContext, lifespan: number): string {
  const browser = resetBrowserOf(c) ?? randomBytes(32).toString("base64url");
  cookie.set(c, browser, lifespan);
  return browser;
}

export function clearResetBrowser(c: RequestContext): void {
  cookie.clear(c);
}
