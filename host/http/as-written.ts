// The paths that are for gates and monitors answer to their names as they are written, and to no other spelling: a front door
// that blocks `/api/edge` need not know that `/api/%65dge` means the same.
import type { MiddlewareHandler } from "hono";
import type { Environment } from "./environment.ts";
import { refuse } from "./problems.ts";

export const asWritten: MiddlewareHandler<Environment> = async (c, next) => {
  // The target of the request line, before anybody has decoded it or taken dot segments out.
  const [path] = (c.env.incoming.url ?? "").split("?", 1);
  if (path !== c.req.path) throw refuse(404, "There is nothing here.");
  await next();
};
