// The metrics, for whoever holds metrics.token. Without one they are for programs on this machine that ask directly:
// no proxy may pass a visitor's request on to them.
import { createHash, timingSafeEqual } from "node:crypto";
import { Hono } from "hono";
import { canonicalAddress } from "../client-address.ts";
import type { Environment, Parts, RequestContext } from "../environment.ts";
import { refuse } from "../problems.ts";

/** Any of them says that a proxy passed the request on. */
const forwardingHeaders = [
  "forwarded",
  "via",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-real-ip",
  "x-envoy-external-address",
  "x-request-id",
];

export function metricsRoutes({ config, metrics }: Parts): Hono<Environment> {
  const { token } = config.metrics;
  const portalHosts = new Set(config.session.cookies.map(({ portalUrl }) => new URL(portalUrl).hostname));
  const app = new Hono<Environment>();

  app.get("/", async (c) => {
    if (token === undefined) {
      if (!isDirectAndLocal(c, portalHosts)) throw refuse(404, "There is nothing here.");
    } else if (!isBearer(c.req.header("authorization"), token)) {
      c.header("WWW-Authenticate", 'Bearer realm="metrics"');
      throw refuse(401, "The token of metrics.token is needed.");
    }
    return c.body(await metrics.text(), 200, { "Content-Type": metrics.contentType });
  });

  return app;
}

function isDirectAndLocal(c: RequestContext, portalHosts: ReadonlySet<string>): boolean {
  const peer = canonicalAddress(c.env.incoming.socket.remoteAddress ?? "") ?? "";
  const local = peer === "::1" || peer.startsWith("127.");
  const name = (c.req.header("host") ?? "").toLowerCase().replace(/:\d*$/, "");
  return local && !portalHosts.has(name) && forwardingHeaders.every((header) => c.req.header(header) === undefined);
}

function isBearer(authorization: string | undefined, token: string): boolean {
  const given = /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
  return given !== undefined && timingSafeEqual(digest(given), digest(token));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
