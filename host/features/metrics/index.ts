// The metrics, for the operator alone.
import { Hono } from "hono";
import { asWritten } from "../../http/as-written.ts";
import type { Environment } from "../../http/environment.ts";
import type { Feature } from "../../http/feature.ts";
import type { OperatorCheck } from "../../http/operator-check.ts";
import { refuse } from "../../http/problems.ts";
import type { MetricsConfig } from "./config.ts";
import type { Metrics } from "./metrics.ts";

export interface Dependencies {
  readonly config: MetricsConfig;
  readonly metrics: Metrics;
  readonly isOperator: OperatorCheck;
}

export function metricsPage({ config, metrics, isOperator }: Dependencies): Feature {
  const app = new Hono<Environment>();
  app.use(asWritten);

  app.get("/", async (c) => {
    if (!isOperator(c)) {
      if (config.token === undefined) throw refuse(404, "There is nothing here.");
      c.header("WWW-Authenticate", 'Bearer realm="metrics"');
      throw refuse(401, "The token of metrics.token is needed.");
    }
    return c.body(await metrics.text(), 200, { "Content-Type": metrics.contentType });
  });

  return { machineRoutes: [{ path: "/metrics", app }] };
}
