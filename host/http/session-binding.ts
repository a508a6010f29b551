// What binds a session to the browser that it was given to, for the portal's own pages. The session's cookie is for the whole domain,
// so that any application in it can set one of its own beside or before it; a __Host- cookie is set by the portal's host alone.
import { createHash, timingSafeEqual } from "node:crypto";
import type { SessionConfig } from "../session/config.ts";
import { clearedCookie, cookieValues } from "../session/cookie.ts";
import type { Leased } from "../session/sessions.ts";
import type { Parts, RequestContext } from "./environment.ts";

/** A navigation from another site has to bring it along as it does the session's: with Strict the portal would ask for a login. */
const attributes = "Path=/; Secure; HttpOnly; SameSite=Lax";

/** The prefix keeps other hosts of the domain from setting it (RFC 6265bis, section 4.1.3.2). */
function nameOf({ name }: SessionConfig): string {
  return `__Host-${name}`;
}

/** The same for all leases of a session; another one for the session that takes its place. */
function bindingOf(sid: string): string {
  return createHash("sha256").update(`portal session ${sid}`).digest("base64url");
}

/** Gives the browser a session, and binds it to it, for as long. */
export function giveSession(
  c: RequestContext,
  { config }: Pick<Parts, "config">,
  { sid, cookie, maxAge }: Leased,
): void {
  const lifetime = maxAge === undefined ? "" : `; Max-Age=${maxAge}`;
  c.header("Set-Cookie", cookie, { append: true });
  c.header("Set-Cookie", `${nameOf(config.session)}=${bindingOf(sid)}; ${attributes}${lifetime}`, { append: true });
}

/** Takes its session from the browser. */
export function takeSession(c: RequestContext, { config }: Pick<Parts, "config">): void {
  c.header("Set-Cookie", clearedCookie(config.session.name, c.get("cookieDomain")), { append: true });
  c.header("Set-Cookie", `${nameOf(config.session)}=; ${attributes}; Max-Age=0`, { append: true });
}

/** Whether a session was given to the browser that asks. */
export function isBound(c: RequestContext, { config }: Pick<Parts, "config">, sid: string): boolean {
  const expected = Buffer.from(bindingOf(sid));
  return cookieValues(c.req.header("cookie"), nameOf(config.session)).some((value) => {
    const given = Buffer.from(value);
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}

/**
 * Whether a program asks and no browser: nobody can have put cookies into its requests but itself, and it need not know of the
 * binding. Browsers say where a request comes from (Sec-Fetch-Site), and older ones at least with what changes something (Origin);
 * Sec-Fetch-Mode alone is what Node's fetch sends. Of the pages, which are for people, nobody is held to be a program.
 */
export function isProgram(c: RequestContext): boolean {
  const { path } = c.req;
  const says = (header: string) => c.req.header(header) !== undefined;
  return path.startsWith("/api/") && !says("sec-fetch-site") && !says("origin");
}
