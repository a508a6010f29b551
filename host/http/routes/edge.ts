// What gates fetch: the signed bundle, answered at once when it is news to the gate and else when there is news.
import { Hono } from "hono";
import { isEdgeToken } from "../../edge/edge-token.ts";
import type { Environment, Parts } from "../environment.ts";
import { refuse } from "../problems.ts";

/** Seconds. */
const longestWait = 60;

export function edgeRoutes({ store, publisher }: Parts): Hono<Environment> {
  const app = new Hono<Environment>();

  app.get("/bundle", async (c) => {
    if (!(await isEdgeToken(store, c.req.header("authorization")))) {
      c.header("WWW-Authenticate", 'Bearer realm="edge"');
      throw refuse(401, "An edge token is needed: zerohop gate config makes one.");
    }
    const wait = /^\d{1,6}$/.exec(c.req.query("wait") ?? "0")?.[0];
    if (wait === undefined) throw refuse(400, "wait must be a number of seconds.");
    const etag = c.req.header("if-none-match") ?? "";
    const bundle = await publisher.newerThan(etag, Math.min(Number(wait), longestWait) * 1000, c.req.raw.signal);
    c.header("ETag", bundle?.etag ?? etag);
    return bundle ? c.body(bundle.jws, 200, { "Content-Type": "application/jose" }) : c.body(null, 304);
  });

  return app;
}
