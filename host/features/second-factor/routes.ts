// The second factor, asked for and passed: the page, which works without JavaScript, and the JSON API for factors that are typed.
import { Hono } from "hono";
import { z } from "zod";
import { jsonBody, readForm, readJson } from "../../http/body.ts";
import { answerAttempt } from "../../http/code-attempt.ts";
import type { Environment } from "../../http/environment.ts";
import type { Mount } from "../../http/feature.ts";
import { refuse } from "../../http/problems.ts";
import { destinationOf } from "../../http/return-to.ts";
import { type AskDependencies, ask } from "./ask.ts";
import type { CodeFactor, FactorDependencies } from "./factor.ts";
import type { FactorSessions } from "./factor-sessions.ts";
import { returnToVia } from "./return-to.ts";
import type { SecondFactors } from "./second-factors.ts";

/** What people type, spaces and all. Characters. */
const longestCode = 64;

const firstBody = jsonBody(["POST /api/secondfactor/first"], {
  factor: z.string().max(64).meta({ description: "Its name, as in `totp` and `passkey`." }),
});

export interface Dependencies extends FactorDependencies, AskDependencies {
  readonly secondFactors: SecondFactors;
  readonly factorSessions: FactorSessions;
}

export function secondFactorRoutes(dependencies: Dependencies): readonly Mount[] {
  const { secondFactors, factorSessions, browserSessions } = dependencies;
  const page = new Hono<Environment>();
  const api = new Hono<Environment>();

  page.get("/", async (c) => {
    const returnTo = returnToVia(c, undefined);
    const live = await browserSessions.current(c);
    if (!live) return c.redirect(destinationOf(returnTo), 302);
    return ask(c, dependencies, live, returnTo, { factor: c.req.query("with") ?? "" });
  });

  page.post("/first", async (c) => {
    const name = (await readForm(c)).get("factor") ?? "";
    const live = await browserSessions.current(c);
    if (live) await secondFactors.prefer(live.user.name, c.get("cookieDomain"), name);
    return c.redirect("/account", 303);
  });

  api.post("/first", async (c) => {
    const { factor } = await readJson(c, firstBody);
    const { user } = await browserSessions.require(c);
    if (!(await secondFactors.prefer(user.name, c.get("cookieDomain"), factor)))
      throw refuse(404, "There is no such second factor.");
    return c.json({ status: "OK" });
  });

  for (const factor of secondFactors.all.filter((one): one is CodeFactor => one.code !== undefined)) {
    const { name } = factor;

    page.post(`/${name}`, async (c) => {
      const form = await readForm(c);
      const returnTo = returnToVia(c, undefined, form);
      const live = await browserSessions.current(c);
      // Without a session the visitor is led to the login.
      if (!live) return c.redirect(destinationOf(returnTo), 303);
      const code = (form.get("token") ?? "").slice(0, longestCode);
      const passed = await factorSessions.passByCode(c, live, factor, code);
      switch (passed.outcome) {
        case "accepted":
        case "ended":
          return c.redirect(destinationOf(returnTo), 303);
        case "refused":
          return ask(c, dependencies, live, returnTo, { factor: name, problem: { kind: "wrong" } });
        case "wait":
          return ask(c, dependencies, live, returnTo, {
            factor: name,
            problem: { kind: "wait", seconds: passed.seconds },
          });
      }
    });

    api.post(`/${name}`, async (c) => {
      const { token, targetURL } = await readJson(c, factor.code.body);
      const live = await browserSessions.require(c);
      return answerAttempt(c, await factorSessions.passByCode(c, live, factor, token), targetURL);
    });
  }

  return [
    { path: "/second-factor", app: page },
    { path: "/api/secondfactor", app: api },
    ...secondFactors.all.flatMap((factor) => factor.routes?.(dependencies) ?? []),
  ];
}
