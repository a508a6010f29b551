// A cookie binds the link in an e-mail to the browser that asked for it. A link opened from a mail program on the web comes from
// another site: with SameSite=Strict the cookie would stay away, with Lax it comes along on such a navigation and on no other.
import { randomBytes } from "node:crypto";
import type { RequestContext } from "../../http/environment.ts";
import { cookieValues } from "../../session/cookie.ts";

/** The prefix keeps other hosts of the domain from setting it (RFC 6265bis, section 4.1.3.2). */
const name = "__Host-zerohop_reset";
const attributes = "Path=/; Secure; HttpOnly; SameSite=Lax";
const form = /^[\w-]{43}$/;

export function resetBrowserOf(c: RequestContext): string | undefined {
  return cookieValues(c.req.header("cookie"), name).find((value) => form.test(value));
}

/** The browser's value, kept for as long as a link is good; a browser that has none is given one. */
export function bindResetBrowser(c: RequestContext, lifespan: number): string {
  const browser = resetBrowserOf(c) ?? randomBytes(32).toString("base64url");
  c.header("Set-Cookie", `${name}=${browser}; ${attributes}; Max-Age=${lifespan}`, { append: true });
  return browser;
}

export function clearResetBrowser(c: RequestContext): void {
  c.header("Set-Cookie", `${name}=; ${attributes}; Max-Age=0`, { append: true });
}
