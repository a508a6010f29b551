// A cookie of the portal that tells whether a browser keeps cookies. The login page asks the browser to keep it, so that whoever sends
// the form without it keeps none; a login gives it another value for half a minute: a browser that comes back with that value, and
// without the session's cookie, has kept the portal's own cookies and not the session's. It identifies nobody and opens nothing.
import type { RequestContext } from "./environment.ts";
import { PortalCookie } from "./portal-cookie.ts";

const cookie = new PortalCookie("zerohop_login");

/** How long the way from the login to the target, and back to the portal, may take. Seconds. */
export const longestWay = 30;

/** Asks a browser that comes for a page to keep a cookie until it is closed; one that has sent a form was asked before. */
export function probe(c: RequestContext): void {
  if (c.req.method !== "POST" && probeIn(c) !== "asked") cookie.set(c, "asked");
}

/** Whether the browser has kept any of it. */
export function keepsCookies(c: RequestContext): boolean {
  return probeIn(c) !== undefined;
}

/** Notes in the browser that it was given a session just now. */
export function noteLogin(c: RequestContext): void {
  cookie.set(c, "given", longestWay);
}

/** Whether the browser was given a session just now. */
export function wasGivenSession(c: RequestContext): boolean {
  return probeIn(c) === "given";
}

/** Has the browser forget that it was given a session. */
export function forgetLogin(c: RequestContext): void {
  if (wasGivenSession(c)) cookie.clear(c);
}

function probeIn(c: RequestContext): string | undefined {
  return cookie.values(c)[0];
}
