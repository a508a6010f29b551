// Switching a static code on and off, by forms and over JSON.
import { Hono } from "hono";
import type { Factor, FactorDependencies } from "../../../../host/features/second-factor/factor.ts";
import { beyond, returnToVia } from "../../../../host/features/second-factor/return-to.ts";
import { readForm } from "../../../../host/http/body.ts";
import type { Environment, RequestContext } from "../../../../host/http/environment.ts";
import type { Mount } from "../../../../host/http/feature.ts";
import { refuse } from "../../../../host/http/problems.ts";
import { recordAction } from "../../../../host/http/record-action.ts";
import { siteOf } from "../../../../host/http/site.ts";
import type { LiveSession } from "../../../../host/session/sessions.ts";
import { staticCodePage } from "./pages/index.ts";
import type { StaticCodes } from "./static-codes.ts";

const page = "/account/static";

export function staticCodeRoutes(codes: StaticCodes, factor: Factor, dependencies: FactorDependencies): Mount[] {
  const { secondFactors, factorSessions, confirmations, askLogin } = dependencies;
  const forms = new Hono<Environment>();
  const api = new Hono<Environment>();

  /** False when the session has ended meanwhile. */
  const switchOn = async (c: RequestContext, live: LiveSession): Promise<boolean> => {
    const { user } = live;
    if (!codes.has(user.name)) throw refuse(404, "There is no code for this user.");
    await codes.switchOn(user.name);
    await recordAction(c, dependencies, user, { action: "static code setup", tellUser: true });
    const [credential] = await factor.credentialsOf(user.name);
    return factorSessions.raise(c, live, factor, credential);
  };

  /** False when it is off. */
  const switchOff = async (c: RequestContext, live: LiveSession): Promise<boolean> => {
    const { user } = live;
    const [credential] = await factor.credentialsOf(user.name);
    if (!credential) return false;
    if (!(await factorSessions.withdraw(c, live, credential, () => codes.switchOff(user.name)))) return false;
    await recordAction(c, dependencies, user, { action: "static code removal", tellUser: true });
    return true;
  };

  forms.get("/", async (c) => {
    const returnTo = returnToVia(c, page);
    const live = await confirmations.ask(c, returnTo);
    return live instanceof Response ? live : c.html(staticCodePage(siteOf(c), beyond(returnTo)));
  });

  forms.post("/", async (c) => {
    const returnTo = returnToVia(c, page, await readForm(c));
    const live = await confirmations.ask(c, returnTo);
    if (live instanceof Response) return live;
    if (!(await switchOn(c, live))) return askLogin(c, returnTo, "account");
    return c.redirect(await secondFactors.afterSetUp(live.user.name, beyond(returnTo)), 303);
  });

  forms.post("/remove", async (c) => {
    const live = await confirmations.ask(c, returnToVia(c, "/account"));
    if (live instanceof Response) return live;
    await switchOff(c, live);
    return c.redirect("/account", 303);
  });

  api.put("/", async (c) => {
    const live = await confirmations.require(c);
    if (!(await switchOn(c, live))) throw refuse(401, "The session has ended. Log in again.");
    return c.json({ status: "OK" });
  });

  api.delete("/", async (c) => {
    if (!(await switchOff(c, await confirmations.require(c)))) throw refuse(404, "There is no code.");
    return c.json({ status: "OK" });
  });

  return [
    { path: page, app: forms },
    { path: "/api/secondfactor/static", app: api },
  ];
}
