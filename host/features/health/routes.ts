// Whether the host can answer, and what has become of the files that it follows. What a mistake in one says, with its place,
// is for the operator: everybody else sees that there is one.
import { Hono } from "hono";
import type { Environment, Parts } from "../../http/environment.ts";
import { operatorCheck } from "../../http/operator-check.ts";

export function healthRoutes({ config, sessionStore, followed }: Parts): Hono<Environment> {
  const isOperator = operatorCheck(config);
  const app = new Hono<Environment>();

  app.get("/", async (c) => {
    // Any question will do: what counts is that the database answers.
    await sessionStore.notBefore("");
    const isTold = isOperator(c);
    const files = Object.entries(followed).map(([name, { status }]) => [
      name,
      isTold ? status : { status: status.status },
    ]);
    return c.json({ status: "OK", ...Object.fromEntries(files) });
  });

  return app;
}
