// What gates ask: the signed bundle, or what was revoked since, answered at once when it is news to the gate and else when there is news,
// and the next lease of a session, with the profile of the user where a token does not hold it. Questions about one session or credential
// have no body: what they are about is in a header.
import { Hono } from "hono";
import { asWritten } from "../../http/as-written.ts";
import { canonicalAddress } from "../../http/client-address.ts";
import type { Environment, RequestContext } from "../../http/environment.ts";
import type { Feature } from "../../http/feature.ts";
import { refuse } from "../../http/problems.ts";
import type { DirectListener } from "../../http/server.ts";
import { looksLikeToken } from "../../session/token.ts";
import { answerGate } from "./answer-gate.ts";
import { countEdgeRequests } from "./count-edge-requests.ts";
import type { Dependencies } from "./dependencies.ts";
import { edgeBasicRoutes } from "./edge-basic.ts";
import { readQuestion } from "./edge-question.ts";
import { KnownGates } from "./known-gates.ts";
import { feedHeader, heldBundle, longestWait } from "./poll.ts";
import { pollListener } from "./poll-listener.ts";
import { requireEdgeToken } from "./require-edge-token.ts";

export interface EdgeApi extends Feature {
  /** Answers the polls of gates. */
  readonly direct: DirectListener;
}

export function edge(dependencies: Dependencies): EdgeApi {
  const app = new Hono<Environment>();
  const { publisher, sessions } = dependencies;
  app.use(asWritten);
  app.use(countEdgeRequests(dependencies));
  const gates = new KnownGates(dependencies.edgeTokens, dependencies.clock);
  app.use(requireEdgeToken(dependencies, gates));

  app.get("/bundle", async (c) => {
    const wait = /^\d{1,6}$/.exec(c.req.query("wait") ?? "0")?.[0];
    if (wait === undefined) throw refuse(400, "wait must be a number of seconds.");
    const etag = c.req.header("if-none-match") ?? "";
    // From a gate that is fetching the bundle already (RFC 9110, section 13.1.2).
    if (etag === "*") return c.body(null, 304);
    const held = heldBundle(etag, c.req.header(feedHeader));
    const bundle = await publisher.newerThan(held, Math.min(Number(wait), longestWait) * 1000, c.req.raw.signal);
    const feed = held && bundle?.feedFor(held);
    if (feed) return c.body(feed, 200, { "Content-Type": "application/jose" });
    c.header("ETag", bundle?.etag ?? etag);
    return bundle ? c.body(bundle.jws, 200, { "Content-Type": "application/jose" }) : c.body(null, 304);
  });

  // 410 and nothing else means that the session is over.
  app.post("/renew", async (c) => {
    const token = await readQuestion(c, "x-zerohop-session", "application/jwt");
    if (!looksLikeToken(token)) throw refuse(400, "x-zerohop-session must be a session token.");
    const renewal = await answerGate(c, dependencies, async () => {
      const live = await sessions.resume(token);
      return live && sessions.renew(live, visitorOf(c, live.session.address));
    });
    if (renewal === undefined) return c.body(null, 410);
    c.header("Set-Cookie", renewal.cookie);
    return renewal.profile === undefined
      ? c.body(null, 204)
      : c.body(renewal.profile, 200, { "Content-Type": "application/json" });
  });

  app.route("/basic", edgeBasicRoutes(dependencies));

  return { machineRoutes: [{ path: "/api/edge", app }], direct: pollListener(dependencies, gates) };
}

/** The visitor that a gate speaks for. Its edge token makes its word good, whatever server.trusted_proxies says. */
function visitorOf(c: RequestContext, before: string) {
  const address = canonicalAddress(c.req.header("x-forwarded-for") ?? "") ?? before;
  return { address, userAgent: c.req.header("user-agent") ?? "" };
}
