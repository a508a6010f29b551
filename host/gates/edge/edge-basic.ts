// Verifies a Basic credential for a gate, which passes on what a client sent it (RFC 7617).
import { Hono } from "hono";
import { canonicalAddress } from "../../http/client-address.ts";
import type { Environment } from "../../http/environment.ts";
import { refuse } from "../../http/problems.ts";
import { parseBasicCredential } from "../../identity/basic-credential.ts";
import { answerGate, failure } from "./answer-gate.ts";
import type { Dependencies } from "./dependencies.ts";
import { readQuestion } from "./edge-question.ts";

export function edgeBasicRoutes(dependencies: Dependencies): Hono<Environment> {
  const { cookieDomains, logInBasic } = dependencies;
  const app = new Hono<Environment>();

  // 403 means that the credential is bad, and so does 400.
  app.post("/", async (c) => {
    const domain = c.req.header("x-zerohop-domain");
    const cookieDomain = cookieDomains.find((candidate) => candidate.domain === domain);
    if (!cookieDomain) throw refuse(400, "x-zerohop-domain must be a cookie domain.");
    const address = canonicalAddress(c.req.header("x-forwarded-for") ?? "");
    if (address === undefined) throw refuse(400, "x-forwarded-for must be the visitor's address.");
    const credential = parseBasicCredential(await readQuestion(c, "x-zerohop-credential", "text/plain"));
    if (!credential) throw refuse(400, "x-zerohop-credential must be the base64 of a Basic credential.");

    const from = { address, requestId: c.get("requestId") };
    const login = await answerGate(c, dependencies, () => logInBasic(cookieDomain, credential, from));
    switch (login.outcome) {
      case "verified":
        return c.body(login.voucher, 200, { "Content-Type": "application/jwt" });
      case "refused":
      case "held":
        return c.body(null, 403);
      case "unavailable":
        throw failure(c, login.scope);
    }
  });

  return app;
}
