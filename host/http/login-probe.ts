// A cookie of the portal that tells whether a browser keeps cookies. The login page asks the browser to keep it, so that whoever sends
// the form without it keeps none; a login gives it another value for half a minute: a browser that comes back with that value, and
// without the session's cookie, has kept the portal's own cookies and not the session's. It identifies nobody and opens nothing.
import { cookieValues } from "../session/cookie.ts";
import type { RequestContext } from "./environment.ts";

/** The prefix keeps other hosts of the domain from setting it (RFC 6265bis, section 4.1.3.2). */
const name = "__Host-zerohop_login";
const attributes = "Path=/; Secure; HttpOnly; SameSite=Lax";

/** How long the way from the login to the target, and back to the portal, may take. Seconds. */
export const longestWay = 30;

/** Asks a browser that comes for a page to keep a cookie until it is closed; one that has sent a form was asked before. */
export function probe(c: RequestContext): void {
  if (c.req.method !== "POST" && probeIn(c) !== "asked")
    c.header("Set-Cookie", `${name}=asked; ${attributes}`, { append: true });
}

/** Whether the browser has kept any of it. */
export function keepsCookies(c: RequestContext): boolean {
  return probeIn(c) !== undefined;
}

/** Notes in the browser that it was given a session just now. */
export function noteLogin(c: RequestContext): void {
  c.header("Set-Cookie", `${name}=given; ${attributes}; Max-Age=${longestWay}`, { append: true });
}

/** Whether the browser was given a session just now. */
export function wasGivenSession(c: RequestContext): boolean {
  return probeIn(c) === "given";
}

/** Has the browser forget that it was given a session. */
export function forgetLogin(c: RequestContext): void {
  if (wasGivenSession(c)) c.header("Set-Cookie", `${name}=; ${attributes}; Max-Age=0`, { append: true });
}

function probeIn(c: RequestContext): string | undefined {
  return cookieValues(c.req.header("cookie"), name)[0];
}
