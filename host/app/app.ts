// The HTTP service: what answers on which host and path, and what every request passes on its way.

import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { SeveralSessions } from "../http/browser-sessions.ts";
import type { TrustedProxies } from "../http/client-address.ts";
import type { Appearance, Environment } from "../http/environment.ts";
import type { Feature } from "../http/feature.ts";
import { requireJson } from "../http/json-only.ts";
import { chooseLanguage } from "../http/language.ts";
import { pagesOf } from "../http/portal-pages.ts";
import { respondWithProblem, respondWithSeveralSessions, tellWhenToRetry } from "../http/problems.ts";
import { identifyRequest, requirePortal, tellOfUntrustedProxies } from "../http/request-context.ts";
import { requireSameOrigin } from "../http/same-origin.ts";
import { securityHeaders } from "../http/security-headers.ts";
import { DirectoryUnavailable } from "../identity/profiles.ts";
import { HostError } from "../kit/errors.ts";
import type { Logger } from "../kit/log.ts";
import { StoreUnavailable } from "../kit/sql/unavailable.ts";
import type { CookieDomain } from "../session/config.ts";

interface Dependencies {
  readonly features: readonly Feature[];
  readonly appearance: Appearance;
  readonly proxies: TrustedProxies;
  readonly cookieDomains: readonly CookieDomain[];
  readonly log: Logger;
}

export function createApp({ features, appearance, proxies, cookieDomains, log }: Dependencies): Hono<Environment> {
  const app = new Hono<Environment>();
  app.use(identifyRequest(proxies, log));
  app.use(securityHeaders);
  app.use(tellWhenToRetry);
  app.use(chooseLanguage);
  const pages = pagesOf(features);
  app.use(async (c, next) => {
    c.set("appearance", appearance);
    c.set("pages", pages);
    await next();
  });

  // For proxies and monitors, which reach the host under any name.
  for (const { machineRoutes = [] } of features) for (const mount of machineRoutes) app.route(mount.path, mount.app);

  // For visitors, under a portal's name.
  app.use(tellOfUntrustedProxies(proxies, log));
  app.use(requirePortal(cookieDomains));
  app.use(requireSameOrigin);
  app.use("/api/*", requireJson);
  for (const { routes = [] } of features) for (const mount of routes) app.route(mount.path, mount.app);

  const methods = methodsByPath(app);
  app.notFound((c) => {
    const allowed = methods.get(c.req.path);
    if (!allowed || allowed.includes(c.req.method)) return respondWithProblem(c, 404, "There is nothing here.");
    c.header("Allow", allowed.join(", "));
    return respondWithProblem(c, 405, `This address takes ${allowed.join(" and ")} only.`);
  });
  app.onError((error, c) => {
    if (error instanceof SeveralSessions) return respondWithSeveralSessions(c, error.message);
    if (error instanceof HTTPException) return respondWithProblem(c, error.status, error.message);
    if (error instanceof DirectoryUnavailable) {
      log.error({ request_id: c.get("requestId"), reason: error.message }, "the user directory is not available");
      return respondWithProblem(c, 503, "Users cannot be looked up just now. Try again in a minute.");
    }
    if (error instanceof StoreUnavailable) {
      log.error({ request_id: c.get("requestId"), reason: error.message }, "the database is not available");
      return respondWithProblem(c, 503, "The portal cannot reach its data just now. Try again in a minute.");
    }
    if (error instanceof HostError && error.code === "token_size") {
      log.error({ request_id: c.get("requestId"), reason: error.message }, "a session is not possible");
      return respondWithProblem(c, 422, "You are in more groups than an application can be told.");
    }
    log.error({ request_id: c.get("requestId"), err: error }, "request failed");
    return respondWithProblem(c, 500, "The portal could not answer. The log has the details.");
  });
  return app;
}

/** The methods that each path of the app takes. */
function methodsByPath(app: Hono<Environment>): ReadonlyMap<string, readonly string[]> {
  const methods = new Map<string, string[]>();
  for (const { path, method } of app.routes) {
    if (method === "ALL") continue;
    const list = methods.get(path) ?? [];
    for (const name of method === "GET" ? ["GET", "HEAD"] : [method]) if (!list.includes(name)) list.push(name);
    methods.set(path, list);
  }
  return methods;
}
