// The second factor by forms: it works without JavaScript.
import { Hono } from "hono";
import { readForm } from "../../http/body.ts";
import { codeSource } from "../../http/code-attempt.ts";
import type { Environment, Parts, RequestContext } from "../../http/environment.ts";
import { destinationOf, readReturnTo } from "../../http/return-to.ts";
import type { CodeSource, Regulated } from "../../identity/regulation/codes.ts";
import { type Factor, passSecondFactor, recoveryCode, totp } from "./pass-second-factor.ts";
import { askSecondFactor } from "./second-factor-page.ts";

export function secondFactorRoutes(parts: Parts): Hono<Environment> {
  const app = new Hono<Environment>();
  const { secondFactors } = parts;

  app.get("/", async (c) => {
    const returnTo = readReturnTo((name) => c.req.query(name), c.get("cookieDomain"));
    const live = await parts.browserSessions.current(c);
    if (!live) return c.redirect(destinationOf(returnTo), 302);
    return askSecondFactor(c, parts, live, returnTo, { method: c.req.query("with") ?? "" });
  });

  const accept = async (
    c: RequestContext,
    method: "totp" | "recovery",
    factor: Factor,
    check: (source: CodeSource, code: string) => Promise<Regulated>,
  ) => {
    const form = await readForm(c);
    const returnTo = readReturnTo((name) => form.get(name), c.get("cookieDomain"));
    const live = await parts.browserSessions.current(c);
    // Without a session the way leads to the login.
    if (!live) return c.redirect(destinationOf(returnTo), 303);
    const code = (form.get("token") ?? "").slice(0, 64);
    const passed = await passSecondFactor(c, parts, live, factor, () => check(codeSource(c, live), code));
    switch (passed.outcome) {
      case "accepted":
      case "ended":
        return c.redirect(destinationOf(returnTo), 303);
      case "refused":
        return askSecondFactor(c, parts, live, returnTo, { method, problem: { kind: "wrong" } });
      case "wait":
        return askSecondFactor(c, parts, live, returnTo, {
          method,
          problem: { kind: "wait", seconds: passed.seconds },
        });
    }
  };

  app.post("/totp", (c) => accept(c, "totp", totp, (...attempt) => secondFactors.verifyTotp(...attempt)));
  app.post("/recovery", (c) =>
    accept(c, "recovery", recoveryCode, (...attempt) => secondFactors.verifyRecoveryCode(...attempt)),
  );

  return app;
}
