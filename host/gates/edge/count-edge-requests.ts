// Counts what gates ask, by route and status.
import { createMiddleware } from "hono/factory";
import type { Metrics } from "../../features/metrics/metrics.ts";
import type { Environment } from "../../http/environment.ts";

/** Anybody can ask for any path: the others share a name, so that the series stay few. */
const routes = new Set(["bundle", "renew", "basic"]);

export function countEdgeRequests({ edgeRequests }: Metrics) {
  return createMiddleware<Environment>(async (c, next) => {
    await next();
    const name = c.req.path.slice("/api/edge/".length);
    edgeRequests.inc({ route: routes.has(name) ? name : "other", status: c.res.status });
  });
}
