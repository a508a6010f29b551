// Whether the visitor has just logged out. The provider knows them still, and would log them in again without a word; so they are shown the
// login page first, and the provider is asked to ask who they are. The cookie says nothing else.
import type { RequestContext } from "../../http/environment.ts";
import { cookieValues } from "../../session/cookie.ts";

/** The prefix keeps other hosts of the domain from setting it (RFC 6265bis, section 4.1.3.2). */
const name = "__Host-zerohop_logged_out";
const attributes = "Path=/; Secure; HttpOnly; SameSite=Lax";

export function noteLogOut(c: RequestContext): void {
  c.header("Set-Cookie", `${name}=1; ${attributes}`, { append: true });
}

export function hasLoggedOut(c: RequestContext): boolean {
  return cookieValues(c.req.header("cookie"), name).length > 0;
}

export function forgetLogOut(c: RequestContext): void {
  if (hasLoggedOut(c)) c.header("Set-Cookie", `${name}=; ${attributes}; Max-Age=0`, { append: true });
}
