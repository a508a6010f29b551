// Setting up and removing an authenticator app: by forms, which work without JavaScript, and over JSON in Authelia's forms.
import { Hono } from "hono";
import { addressWithReturnTo } from "../../../../portal/pages/return-to.ts";
import { jsonBody, readForm, readJson, typedCode } from "../../../http/body.ts";
import type { Environment, RequestContext } from "../../../http/environment.ts";
import type { Mount } from "../../../http/feature.ts";
import { refuse } from "../../../http/problems.ts";
import { recordAction } from "../../../http/record-action.ts";
import { destinationOf, type ReturnTo } from "../../../http/return-to.ts";
import { siteOf } from "../../../http/site.ts";
import type { LiveSession } from "../../../session/sessions.ts";
import type { Factor, FactorDependencies } from "../factor.ts";
import { beyond, returnToVia } from "../return-to.ts";
import type { AuthenticatorApps } from "./authenticator-apps.ts";
import { totpEnrolmentPage } from "./pages/enrolment.ts";

const page = "/account/totp";
const confirmBody = jsonBody(["POST /api/secondfactor/totp/register"], { token: typedCode });

export function totpRoutes(apps: AuthenticatorApps, factor: Factor, dependencies: FactorDependencies): Mount[] {
  const { secondFactors, factorSessions, browserSessions, confirmations, askLogin } = dependencies;
  const forms = new Hono<Environment>();
  const api = new Hono<Environment>();

  /** Makes the app that the session is setting up the user's. "wrong": the code is not its; "ended": the session has ended. */
  const confirm = async (c: RequestContext, live: LiveSession, code: string): Promise<"done" | "wrong" | "ended"> => {
    const { user, session } = live;
    const replaced = (await apps.of(user.name)) !== undefined;
    if (!(await apps.confirm(session.sid, user.name, code))) {
      if (!(await browserSessions.current(c))) return "ended";
      const detail = { reason: "wrong code" };
      await recordAction(c, dependencies, user, { action: "totp setup", outcome: "failure", detail });
      return "wrong";
    }
    // The session itself is about to be raised by the new app.
    if (replaced) await factorSessions.endReplaced(live, factor);
    await recordAction(c, dependencies, user, { action: "totp setup", detail: { replaced }, tellUser: true });
    const [credential] = await factor.credentialsOf(user.name);
    return (await factorSessions.raise(c, live, factor, credential)) ? "done" : "ended";
  };

  /** False when there is none. */
  const remove = async (c: RequestContext, live: LiveSession): Promise<boolean> => {
    const { user } = live;
    const [credential] = await factor.credentialsOf(user.name);
    if (!credential) return false;
    if (!(await factorSessions.withdraw(c, live, credential, () => apps.remove(user.name)))) return false;
    await recordAction(c, dependencies, user, { action: "totp removal", tellUser: true });
    return true;
  };

  const enrolment = async (c: RequestContext, live: LiveSession, returnTo: ReturnTo, wrong: boolean) => {
    const { name } = live.user;
    const { secret, uri } = await apps.enrol(live.session.sid, name);
    const replaces = (await apps.of(name)) !== undefined;
    const onward = beyond(returnTo);
    const site = siteOf(c, addressWithReturnTo(page, onward));
    return totpEnrolmentPage({ site, secret, uri, digits: apps.digits, replaces, returnTo: onward, wrong });
  };

  forms.get("/", async (c) => {
    if (!apps.enabled) throw refuse(404, "Authenticator apps are not in use here.");
    const returnTo = returnToVia(c, page);
    const live = await confirmations.ask(c, returnTo);
    return live instanceof Response ? live : c.html(await enrolment(c, live, returnTo, false));
  });

  forms.post("/", async (c) => {
    const form = await readForm(c);
    const returnTo = returnToVia(c, page, form);
    const live = await browserSessions.current(c);
    // The user had confirmed their identity when the secret was shown.
    if (!live || !(await apps.isEnrolling(live.session.sid, live.user.name)))
      return c.redirect(destinationOf(returnTo), 303);
    switch (await confirm(c, live, form.get("token") ?? "")) {
      case "wrong":
        return c.html(await enrolment(c, live, returnTo, true), 401);
      case "ended":
        return askLogin(c, returnTo, "account");
      case "done":
        return c.redirect(await secondFactors.afterSetUp(live.user.name, beyond(returnTo)), 303);
    }
  });

  forms.post("/remove", async (c) => {
    const live = await confirmations.ask(c, returnToVia(c, "/account"));
    if (live instanceof Response) return live;
    await remove(c, live);
    return c.redirect("/account", 303);
  });

  api.get("/", async (c) => {
    const { user } = await browserSessions.require(c);
    const app = await apps.of(user.name);
    if (!app) throw refuse(404, "There is no authenticator app.");
    const { algorithm, digits, period, createdAt, lastUsedAt } = app;
    const data = { issuer: apps.issuer, algorithm, digits, period };
    return c.json({ status: "OK", data: { ...data, created_at: createdAt, last_used_at: lastUsedAt } });
  });

  api.put("/register", async (c) => {
    const { session, user } = await confirmations.require(c);
    if (!apps.enabled) throw refuse(404, "Authenticator apps are not in use here.");
    const { secret, uri } = await apps.enrol(session.sid, user.name);
    return c.json({ status: "OK", data: { base32_secret: secret, otpauth_url: uri } });
  });

  api.post("/register", async (c) => {
    const { token } = await readJson(c, confirmBody);
    const live = await browserSessions.require(c);
    // The user had confirmed their identity when the secret was handed out.
    if (!(await apps.isEnrolling(live.session.sid, live.user.name)))
      throw refuse(403, "Nothing is being set up, or its time is over. Begin again.");
    switch (await confirm(c, live, token)) {
      case "wrong":
        throw refuse(401, "The code is wrong.");
      case "ended":
        throw refuse(401, "The session has ended. Log in again.");
      case "done":
        return c.json({ status: "OK" });
    }
  });

  api.delete("/", async (c) => {
    if (!(await remove(c, await confirmations.require(c)))) throw refuse(404, "There is no authenticator app.");
    return c.json({ status: "OK" });
  });

  return [
    { path: page, app: forms },
    { path: "/api/secondfactor/totp", app: api },
  ];
}
