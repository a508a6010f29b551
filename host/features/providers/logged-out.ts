// Whether the visitor has just logged out. The provider knows them still, and would log them in again without a word; so they are shown the
// login page first, and the provider is asked to ask who they are. The cookie says nothing else.
import type { RequestContext } from "../../http/environment.ts";
import { PortalCookie } from "../../http/portal-cookie.ts";

const cookie = new PortalCookie("zerohop_logged_out");

export function noteLogOut(c: RequestContext): void {
  cookie.set(c, "1");
}

export function hasLoggedOut(c: RequestContext): boolean {
  return cookie.values(c).length > 0;
}

export function forgetLogOut(c: RequestContext): void {
  if (hasLoggedOut(c)) cookie.clear(c);
}
