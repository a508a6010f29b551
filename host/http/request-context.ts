// The first thing that happens to a request: it gets an id, and it is settled who sent it and for which portal.
import { randomUUID } from "node:crypto";
import { createMiddleware } from "hono/factory";
import type { Logger } from "../kit/log.ts";
import type { CookieDomain } from "../session/config.ts";
import type { TrustedProxies } from "./client-address.ts";
import type { Environment } from "./environment.ts";

/** Gives the request an id (a trusted proxy's own, where it sends one) and logs its end. */
export function identifyRequest(proxies: TrustedProxies, log: Logger) {
  return createMiddleware<Environment>(async (c, next) => {
    const started = performance.now();
    const peer = c.env.incoming.socket.remoteAddress ?? "";
    const encrypted = "encrypted" in c.env.incoming.socket;
    const forwarded = proxies.resolve({ peer, encrypted, header: (name) => c.req.header(name) });
    const given = c.req.header("x-request-id");
    const trusted = given !== undefined && /^[A-Za-z0-9-]{8,64}$/.test(given) && proxies.includes(peer);
    const requestId = trusted ? given : randomUUID();
    c.set("requestId", requestId);
    c.set("forwarded", forwarded);
    // Before the answer is made: headers added to it afterwards cost a copy of it.
    c.header("X-Request-Id", requestId);
    await next();
    log.debug(
      {
        request_id: requestId,
        method: c.req.method,
        path: c.req.path,
        status: c.res.status,
        address: forwarded.address,
        milliseconds: Math.round(performance.now() - started),
      },
      "request",
    );
  });
}

/** The number of peers for which a warning is logged. */
const warnedAtMost = 1024;

/**
 * Warns once of each peer that sends X-Forwarded-For without being trusted: all clients behind it count as one address, and
 * failures of one delay them all.
 */
export function tellOfUntrustedProxies(proxies: TrustedProxies, log: Logger) {
  const warned = new Set<string>();
  return createMiddleware<Environment>(async (c, next) => {
    const peer = c.env.incoming.socket.remoteAddress ?? "";
    const isNews = !warned.has(peer) && warned.size < warnedAtMost;
    if (isNews && c.req.header("x-forwarded-for") !== undefined && !proxies.includes(peer)) {
      warned.add(peer);
      log.warn({ peer }, "X-Forwarded-For ignored: the peer is not in server.trusted_proxies");
    }
    await next();
  });
}

/** Finds the portal that a request is for by its Host; anything else is not ours to answer. */
export function requirePortal(cookieDomains: readonly CookieDomain[]) {
  const portals = new Map<string, CookieDomain>();
  for (const cookieDomain of cookieDomains) {
    const { hostname, host } = new URL(cookieDomain.portalUrl);
    // Proxies pass the Host with the port, without it, or with the scheme's own.
    for (const name of [hostname, host, host === hostname ? `${hostname}:443` : host]) portals.set(name, cookieDomain);
  }
  return createMiddleware<Environment>(async (c, next) => {
    const cookieDomain = portals.get(c.get("forwarded").host);
    if (!cookieDomain) return c.text("This host is no portal. Its name must be in session.cookies.\n", 421);
    c.set("cookieDomain", cookieDomain);
    await next();
    return;
  });
}
