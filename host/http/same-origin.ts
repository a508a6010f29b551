// Keeps other sites from acting through a visitor's browser: what changes something must come from the portal itself.
import { createMiddleware } from "hono/factory";
import type { Environment, RequestContext } from "./environment.ts";
import { refuse } from "./problems.ts";

const safeMethods = new Set(["GET", "HEAD", "OPTIONS"]);

/** Whether requests with a method change nothing (RFC 9110, section 9.2.1). */
export function isSafe(method: string): boolean {
  return safeMethods.has(method);
}

/**
 * Refuses a request that a browser says comes from elsewhere, by Sec-Fetch-Site (Fetch Metadata) or Origin. Programs
 * send neither header, and have no visitor's cookies to abuse.
 */
export const requireSameOrigin = createMiddleware<Environment>(async (c, next) => {
  if (!isSafe(c.req.method)) {
    const site = c.req.header("sec-fetch-site");
    const origin = c.req.header("origin");
    const foreignSite = site !== undefined && site !== "same-origin" && site !== "none";
    if (foreignSite || (origin !== undefined && origin !== c.get("cookieDomain").portalUrl))
      throw refuse(403, "This request came from another site. Open the portal and try again.");
  }
  await next();
});

/**
 * Whether a browser has come to a page otherwise than by one of the portal's: by a link of another site, of a program such as a mail reader,
 * or by its address. Browsers from before Fetch Metadata tell it by the Referer, unless the other site keeps that from them.
 */
export function followsForeignLink(c: RequestContext): boolean {
  const site = c.req.header("sec-fetch-site");
  if (site !== undefined) return site !== "same-origin";
  const referer = c.req.header("referer");
  return referer !== undefined && !referer.startsWith(`${c.get("cookieDomain").portalUrl}/`);
}
