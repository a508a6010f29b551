// Lets only gates in: they show an edge token (RFC 6750).
import { createMiddleware } from "hono/factory";
import { isEdgeToken } from "../edge/edge-token.ts";
import type { Store } from "../store/store.ts";
import type { Environment } from "./environment.ts";
import { refuse } from "./problems.ts";

export function requireEdgeToken(store: Store) {
  return createMiddleware<Environment>(async (c, next) => {
    if (!(await isEdgeToken(store, c.req.header("authorization")))) {
      c.header("WWW-Authenticate", 'Bearer realm="edge"');
      throw refuse(401, "An edge token is needed: zerohop gate config makes one.");
    }
    await next();
  });
}
