// Lets only gates in: they show an edge token (RFC 6750).
import { createMiddleware } from "hono/factory";
import { isEdgeToken } from "../edge/edge-token.ts";
import type { Environment, Parts } from "./environment.ts";
import { refuse } from "./problems.ts";

export function requireEdgeToken({ store, clock }: Pick<Parts, "store" | "clock">) {
  return createMiddleware<Environment>(async (c, next) => {
    if (!(await isEdgeToken(store, c.req.header("authorization"), clock()))) {
      c.header("WWW-Authenticate", 'Bearer realm="edge"');
      throw refuse(401, "An edge token is needed: zerohop gate config makes one.");
    }
    await next();
  });
}
