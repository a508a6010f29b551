// The metrics, for the operator alone.
import { Hono } from "hono";
import type { Environment, Parts } from "../../http/environment.ts";
import { operatorCheck } from "../../http/operator-check.ts";
import { refuse } from "../../http/problems.ts";

export function metricsRoutes({ config, metrics }: Parts): Hono<Environment> {
  const isOperator = operatorCheck(config);
  const app = new Hono<Environment>();

  app.get("/", async (c) => {
    if (!isOperator(c)) {
      if (config.metrics.token === undefined) throw refuse(404, "There is nothing here.");
      c.header("WWW-Authenticate", 'Bearer realm="metrics"');
      throw refuse(401, "The token of metrics.token is needed.");
    }
    return c.body(await metrics.text(), 200, { "Content-Type": metrics.contentType });
  });

  return app;
}
