// The HTTP service: what answers on which host and path, and what every request passes on its way.

import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { DirectoryUnavailable } from "../authn/user-directory.ts";
import { keyRetention } from "../session/lease.ts";
import { StoreUnavailable } from "../store/unavailable.ts";
import { asWritten } from "./as-written.ts";
import { TrustedProxies } from "./client-address.ts";
import { countEdgeRequests } from "./count-edge-requests.ts";
import { SeveralSessions } from "./current-session.ts";
import type { Environment, Parts } from "./environment.ts";
import { requireJson } from "./json-only.ts";
import { chooseLanguage } from "./language.ts";
import { respondWithProblem, respondWithSeveralSessions } from "./problems.ts";
import { identifyRequest, requirePortal, tellOfUntrustedProxies } from "./request-context.ts";
import { accountRoutes } from "./routes/account.ts";
import { apiRoutes } from "./routes/api.ts";
import { edgeRoutes } from "./routes/edge.ts";
import { elevationRoutes } from "./routes/elevation.ts";
import { elevationApi } from "./routes/elevation-api.ts";
import { healthRoutes } from "./routes/health.ts";
import { languageRoutes } from "./routes/language.ts";
import { metricsRoutes } from "./routes/metrics.ts";
import { passkeyApi } from "./routes/passkey-api.ts";
import { passwordApi } from "./routes/password-api.ts";
import { passwordChangeRoutes } from "./routes/password-change.ts";
import { passwordResetRoutes } from "./routes/password-reset.ts";
import { portalRoutes } from "./routes/portal.ts";
import { secondFactorRoutes } from "./routes/second-factor.ts";
import { secondFactorApi } from "./routes/second-factor-api.ts";
import { userApi } from "./routes/user-api.ts";
import { requireSameOrigin } from "./same-origin.ts";
import { securityHeaders } from "./security-headers.ts";

export function createApp(parts: Parts): Hono<Environment> {
  const { config, keyring, log } = parts;
  const app = new Hono<Environment>();
  const proxies = new TrustedProxies(config.server.trustedProxies);
  app.use(identifyRequest(proxies, log));
  app.use(securityHeaders);
  app.use(chooseLanguage);

  // For proxies and monitors, which reach the host under any name.
  app.route("/api/health", healthRoutes(parts));
  app.get("/jwks.json", (c) => {
    const keys = keyring.publicKeys(keyRetention(config.session)).map((key) => ({ ...key, alg: "EdDSA", use: "sig" }));
    return c.json({ keys }, 200, { "Cache-Control": "public, max-age=60" });
  });
  for (const path of ["/metrics/*", "/api/edge/*"]) app.use(path, asWritten);
  app.route("/metrics", metricsRoutes(parts));
  app.use("/api/edge/*", countEdgeRequests(parts.metrics));
  app.route("/api/edge", edgeRoutes(parts));

  // For visitors, under a portal's name.
  app.use(tellOfUntrustedProxies(proxies, log));
  app.use(requirePortal(config.session.cookies));
  app.use(requireSameOrigin);
  app.use("/api/*", requireJson);
  app.route("/api", apiRoutes(parts));
  app.route("/api/secondfactor", secondFactorApi(parts));
  app.route("/api", passkeyApi(parts));
  app.route("/api/user/session/elevation", elevationApi(parts));
  app.route("/api/user", userApi(parts));
  app.route("/api", passwordApi(parts));
  app.route("/", portalRoutes(parts));
  app.route("/language", languageRoutes());
  app.route("/second-factor", secondFactorRoutes(parts));
  app.route("/account/elevation", elevationRoutes(parts));
  app.route("/account", accountRoutes(parts));
  app.route("/account/password", passwordChangeRoutes(parts));
  app.route("/reset-password", passwordResetRoutes(parts));

  const methods = methodsByPath(app);
  app.notFound((c) => {
    const allowed = methods.get(c.req.path);
    if (!allowed || allowed.includes(c.req.method)) return respondWithProblem(c, 404, "There is nothing here.", parts);
    c.header("Allow", allowed.join(", "));
    return respondWithProblem(c, 405, `This address takes ${allowed.join(" and ")} only.`, parts);
  });
  app.onError((error, c) => {
    if (error instanceof SeveralSessions) return respondWithSeveralSessions(c, error.message, parts);
    if (error instanceof HTTPException) return respondWithProblem(c, error.status, error.message, parts);
    if (error instanceof DirectoryUnavailable) {
      log.error({ request_id: c.get("requestId"), reason: error.message }, "the user directory is not available");
      return respondWithProblem(c, 503, "Users cannot be looked up just now. Try again in a minute.", parts);
    }
    if (error instanceof StoreUnavailable) {
      log.error({ request_id: c.get("requestId"), reason: error.message }, "the database is not available");
      return respondWithProblem(c, 503, "The portal cannot reach its data just now. Try again in a minute.", parts);
    }
    log.error({ request_id: c.get("requestId"), err: error }, "request failed");
    return respondWithProblem(c, 500, "The portal could not answer. The log has the details.", parts);
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
