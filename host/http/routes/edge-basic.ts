// Verifies a Basic credential for a gate, which passes on what a client sent it (RFC 7617).
import { Hono } from "hono";
import { parseBasicCredential } from "../../authn/basic-credential.ts";
import { basicLogin } from "../basic-login.ts";
import { readText } from "../body.ts";
import { canonicalAddress } from "../client-address.ts";
import type { Environment, Parts } from "../environment.ts";
import { refuse } from "../problems.ts";

export function edgeBasicRoutes(parts: Parts): Hono<Environment> {
  const { config } = parts;
  const app = new Hono<Environment>();

  // 403 and nothing else means that the credential is bad: whatever keeps the host from knowing is a 5xx.
  app.post("/", async (c) => {
    const domain = c.req.header("x-zerohop-domain");
    const cookieDomain = config.session.cookies.find((candidate) => candidate.domain === domain);
    if (!cookieDomain) throw refuse(400, "x-zerohop-domain must be a cookie domain.");
    const address = canonicalAddress(c.req.header("x-forwarded-for") ?? "");
    if (address === undefined) throw refuse(400, "x-forwarded-for must be the visitor's address.");
    const credential = parseBasicCredential(await readText(c, "text/plain"));
    if (!credential) throw refuse(400, "The body must be the base64 of a Basic credential.");

    const login = await basicLogin(parts, cookieDomain, credential, { address, requestId: c.get("requestId") });
    switch (login.outcome) {
      case "verified":
        return c.body(login.token, 200, { "Content-Type": "application/jwt" });
      case "refused":
      case "held":
        return c.body(null, 403);
      case "unavailable":
        return c.body(null, 503);
    }
  });

  return app;
}
