// The headers that keep browsers from using an answer in a way it is not meant for.
import { createMiddleware } from "hono/factory";
import type { Environment } from "./environment.ts";

/** Seconds; a year. */
const hstsAge = 31_536_000;

export const securityHeaders = createMiddleware<Environment>(async (c, next) => {
  await next();
  const { headers } = c.res;
  if (!headers.has("Content-Security-Policy"))
    headers.set("Content-Security-Policy", contentSecurityPolicy(c.get("cookieDomain")?.domain));
  headers.set("X-Content-Type-Options", "nosniff");
  // Not no-referrer: browsers then send `Origin: null` with our own forms, and no form could prove where it comes from.
  if (!headers.has("Referrer-Policy")) headers.set("Referrer-Policy", "same-origin");
  headers.set("Cross-Origin-Opener-Policy", "same-origin");
  headers.set("Cross-Origin-Resource-Policy", "same-origin");
  if (!headers.has("Cache-Control")) headers.set("Cache-Control", "no-store");
  if (c.get("forwarded").scheme === "https") headers.set("Strict-Transport-Security", `max-age=${hstsAge}`);
});

/** A form may lead to the whole cookie domain, on any port: browsers hold the redirect after a login to form-action too. */
function contentSecurityPolicy(domain: string | undefined): string {
  const destinations = domain === undefined ? "" : ` https://${domain}:* https://*.${domain}:*`;
  return [
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    `form-action 'self'${destinations}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join("; ");
}
