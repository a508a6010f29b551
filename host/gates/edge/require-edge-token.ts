// Lets only gates in: they show an edge token (RFC 6750).
import { createMiddleware } from "hono/factory";
import type { Environment } from "../../http/environment.ts";
import { refuse } from "../../http/problems.ts";
import type { Dependencies } from "./dependencies.ts";
import { isEdgeToken } from "./edge-token.ts";

export function requireEdgeToken({ edgeTokens, clock }: Pick<Dependencies, "edgeTokens" | "clock">) {
  return createMiddleware<Environment>(async (c, next) => {
    if (!(await isEdgeToken(edgeTokens, c.req.header("authorization"), clock()))) {
      c.header("WWW-Authenticate", 'Bearer realm="edge"');
      throw refuse(401, "An edge token is needed: zerohop gate config makes one.");
    }
    await next();
  });
}
