// Counts what gates ask, by route and status.
import { createMiddleware } from "hono/factory";
import type { Environment } from "../../http/environment.ts";
import type { Dependencies } from "./dependencies.ts";

/** Anybody can ask for any path: the others share a name, so that the series stay few. */
const routes = new Set(["bundle", "renew", "basic"]);

export function countEdgeRequests({ countRequest }: Pick<Dependencies, "countRequest">) {
  return createMiddleware<Environment>(async (c, next) => {
    await next();
    const name = c.req.path.slice("/api/edge/".length);
    countRequest(routes.has(name) ? name : "other", c.res.status);
  });
}
