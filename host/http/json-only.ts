// The JSON API takes JSON, also where it reads no body: what a form of another site can send is refused by its type alone.
import { createMiddleware } from "hono/factory";
import { contentType } from "./body.ts";
import type { Environment } from "./environment.ts";
import { refuse } from "./problems.ts";
import { isSafe } from "./same-origin.ts";

export const requireJson = createMiddleware<Environment>(async (c, next) => {
  const type = contentType(c);
  if (!isSafe(c.req.method) && type !== undefined && type !== "application/json")
    throw refuse(415, "The body must be application/json.");
  await next();
});
