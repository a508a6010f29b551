// Verifies a Basic credential for a gate, which passes on what a client sent it (RFC 7617).
import { Hono } from "hono";
import { type BasicCredential, parseBasicCredential } from "../../authn/basic-credential.ts";
import type { Source } from "../../authn/regulation/subjects.ts";
import { verdictOf } from "../../authn/regulation/verdict.ts";
import type { BasicVerification } from "../../session/basic-logins.ts";
import { readText } from "../body.ts";
import { canonicalAddress } from "../client-address.ts";
import type { Environment, Parts } from "../environment.ts";
import { longestPassword, longestUsername } from "../log-in.ts";
import { refuse } from "../problems.ts";

export function edgeBasicRoutes(parts: Parts): Hono<Environment> {
  const { config, basicLogins, regulation, metrics, log } = parts;
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

    const requestId = c.get("requestId");
    const source = { guessed: "password", username: credential.username, address, requestId } as const;
    if (!fits(credential)) return c.body(null, 403);
    // Before the cache is asked: it would tell whoever is banned whether a guess is right.
    const login =
      (await regulation.held(source)) > 0
        ? ({ outcome: "held" } as const)
        : await basicLogins.check(cookieDomain, credential, () => verify(parts, credential, source));
    metrics.logins.inc({ method: "basic", outcome: login.outcome === "verified" ? "logged in" : login.outcome });
    switch (login.outcome) {
      case "verified":
        return c.body(login.token, 200, { "Content-Type": "application/jwt" });
      case "refused":
      case "held":
        return c.body(null, 403);
      case "unavailable":
        log.error({ request_id: requestId, address, reason: login.reason }, "basic login not possible");
        return c.body(null, 503);
    }
  });

  return app;
}

function fits({ username, password }: BasicCredential): boolean {
  return username !== "" && username.length <= longestUsername && password !== "" && password.length <= longestPassword;
}

/** Looks at a credential that is not in the cache, and puts down what came of it. */
async function verify(
  { regulation, directory, audit }: Parts,
  { username, password }: BasicCredential,
  source: Source,
): Promise<BasicVerification> {
  const attempt = await regulation.attempt(source, () => directory.verify(username, password), verdictOf);
  if (attempt.outcome === "held") return { outcome: "held" };
  if (attempt.outcome === "busy") return { outcome: "unavailable", reason: "too many logins at once" };
  const { result } = attempt;
  const { address, requestId } = source;
  if (result.outcome === "refused") {
    const { reason } = result;
    const user = reason === "unknown user" ? undefined : username;
    await audit.record({ action: "basic login", outcome: "failure", user, address, requestId, detail: { reason } });
  } else if (result.outcome === "verified")
    await audit.record({ action: "basic login", user: result.user.name, address, requestId });
  return result;
}
