// Recovery codes, counted and made anew: by forms, which work without JavaScript, and over JSON.
import { Hono } from "hono";
import { readForm } from "../../../http/body.ts";
import type { Environment, RequestContext } from "../../../http/environment.ts";
import type { Mount } from "../../../http/feature.ts";
import { refuse } from "../../../http/problems.ts";
import { recordAction } from "../../../http/record-action.ts";
import { siteOf } from "../../../http/site.ts";
import type { LiveSession } from "../../../session/sessions.ts";
import type { Factor, FactorDependencies } from "../factor.ts";
import { beyond, returnToVia } from "../return-to.ts";
import { newRecoveryCodesPage, recoveryCodesPage } from "./pages/recovery-codes.ts";
import type { RecoveryCodes } from "./recovery-codes.ts";

export const page = "/account/recovery-codes";

export function recoveryCodeRoutes(codes: RecoveryCodes, factor: Factor, dependencies: FactorDependencies): Mount[] {
  const { secondFactors, factorSessions, browserSessions, confirmations } = dependencies;
  const forms = new Hono<Environment>();
  const api = new Hono<Environment>();

  /** New codes in place of all earlier ones. Sessions that one of those raised end: it may have been somebody else. */
  const make = async (c: RequestContext, live: LiveSession): Promise<readonly string[]> => {
    const made = await codes.make(live.user.name, live.session.sid);
    if (!made) throw refuse(401, "The session has ended. Log in again.");
    if (made.used > 0) await factorSessions.endReplaced(live, factor);
    const detail = { made: made.codes.length };
    await recordAction(c, dependencies, live.user, { action: "recovery codes", detail, tellUser: true });
    return made.codes;
  };

  forms.get("/", async (c) => {
    const returnTo = returnToVia(c, page);
    const live = await confirmations.ask(c, returnTo);
    if (live instanceof Response) return live;
    if (!(await secondFactors.has(live.user.name))) return c.redirect("/account", 303);
    const current = await codes.of(live.user.name);
    return c.html(recoveryCodesPage({ site: siteOf(c), returnTo: beyond(returnTo), ...(current && { current }) }));
  });

  forms.post("/", async (c) => {
    const returnTo = returnToVia(c, page, await readForm(c));
    const live = await confirmations.ask(c, returnTo);
    if (live instanceof Response) return live;
    if (!(await secondFactors.has(live.user.name))) return c.redirect("/account", 303);
    const made = await make(c, live);
    return c.html(newRecoveryCodesPage({ site: siteOf(c), returnTo: beyond(returnTo), codes: made }));
  });

  api.get("/", async (c) => {
    const { user } = await browserSessions.require(c);
    const { left = 0, total = 0 } = (await codes.of(user.name)) ?? {};
    return c.json({ status: "OK", data: { left, total } });
  });

  api.put("/", async (c) => {
    const live = await confirmations.require(c);
    if (!(await secondFactors.has(live.user.name))) throw refuse(403, "Set up a second factor first.");
    return c.json({ status: "OK", data: { codes: await make(c, live) } });
  });

  return [
    { path: page, app: forms },
    { path: "/api/secondfactor/recovery", app: api },
  ];
}
