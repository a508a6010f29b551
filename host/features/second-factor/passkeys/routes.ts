// Passkeys over JSON, as the portal's script and Authelia's API use them, and by the forms of the account page.
import { Hono } from "hono";
import { z } from "zod";
import type { AuditEvent } from "../../../audit/event.ts";
import { jsonBody, readForm, readJson, targetUrl } from "../../../http/body.ts";
import { browserOf, knownBrowser } from "../../../http/browser-cookie.ts";
import type { Environment, RequestContext } from "../../../http/environment.ts";
import { failure } from "../../../http/failure.ts";
import type { Mount } from "../../../http/feature.ts";
import { refuse } from "../../../http/problems.ts";
import { recordAction, sourceOf } from "../../../http/record-action.ts";
import { destinationOf, readReturnTo } from "../../../http/return-to.ts";
import { siteOf } from "../../../http/site.ts";
import type { LiveSession } from "../../../session/sessions.ts";
import type { Factor, FactorDependencies } from "../factor.ts";
import { beyond, returnToVia } from "../return-to.ts";
import { passkeyEnrolmentPage, passkeyRenamePage } from "./pages/passkeys.ts";
import { authenticationResponse, passkeyName, registrationResponse } from "./passkey-response.ts";
import { amrOf, PasskeyRefused, type Passkeys } from "./passkeys.ts";
import type { StoredPasskey } from "./store.ts";

/** Why a passkey was refused may quote what the browser sent. Characters. */
const longestReason = 200;

const page = "/account/passkeys";

const returnTo = { targetURL: targetUrl, next: z.string().nullish() };
const loginBody = jsonBody(["POST /api/firstfactor/passkey"], {
  response: authenticationResponse,
  keepMeLoggedIn: z.boolean().nullish(),
  ...returnTo,
});
const secondFactorBody = jsonBody(["POST /api/secondfactor/webauthn"], {
  response: authenticationResponse,
  ...returnTo,
});
const registerBody = jsonBody(["POST /api/secondfactor/webauthn/credential/register"], {
  response: registrationResponse,
  description: passkeyName,
  ...returnTo,
});
const renameBody = jsonBody(["PUT /api/secondfactor/webauthn/credential/{id}"], { description: passkeyName });

export function passkeyRoutes(passkeys: Passkeys, factor: Factor, dependencies: FactorDependencies): Mount[] {
  const { secondFactors, factorSessions, browserSessions, confirmations, audit, askLogin } = dependencies;
  const login = new Hono<Environment>();
  const api = new Hono<Environment>();
  const forms = new Hono<Environment>();

  /** What a check found, or undefined when it refused, which is put down. */
  const accepted = async <T>(
    c: RequestContext,
    event: Pick<AuditEvent, "action" | "user">,
    check: Promise<T>,
  ): Promise<T | undefined> => {
    try {
      return await check;
    } catch (error) {
      if (!(error instanceof PasskeyRefused)) throw error;
      const detail = { factor: factor.auditName, reason: error.message.slice(0, longestReason) };
      await audit.record({ ...event, outcome: "failure", ...sourceOf(c), detail });
      return undefined;
    }
  };

  /** False when the user has none of this id. */
  const remove = async (c: RequestContext, live: LiveSession, id: string): Promise<boolean> => {
    const { user } = live;
    const passkey = (await passkeys.of(user.name)).find((one) => one.id === id);
    if (!passkey) return false;
    const credential = { id, amr: amrOf(passkey) };
    if (!(await factorSessions.withdraw(c, live, credential, () => passkeys.remove(user.name, id)))) return false;
    const detail = { passkey: id, name: passkey.name };
    await recordAction(c, dependencies, user, { action: "passkey removal", detail, tellUser: true });
    return true;
  };

  login.use(async (_, next) => {
    if (!passkeys.loginEnabled) throw refuse(404, "Passkeys are not used to log in here.");
    await next();
  });

  login.post("/options", async (c) =>
    c.json({ status: "OK", data: await passkeys.loginOptions(c.get("cookieDomain"), knownBrowser(c)) }),
  );

  login.post("/", async (c) => {
    const { response, keepMeLoggedIn, ...rest } = await readJson(c, loginBody);
    const attempt = await dependencies.logInByProof(c, {
      method: factor.auditName,
      keepMeLoggedIn: keepMeLoggedIn === true,
      returnTo: returnToOf(c, rest),
      async prove() {
        const check = passkeys.verifyLogin(c.get("cookieDomain"), browserOf(c) ?? "", response);
        const proof = await accepted(c, { action: "login" }, check);
        if (!proof) return undefined;
        const { id, username } = proof.passkey;
        const stillProven = async () => (await passkeys.of(username)).some((one) => one.id === id);
        return { username, amr: proof.amr, stillProven };
      },
    });
    switch (attempt.outcome) {
      case "logged in":
      case "led on":
        return c.json({ status: "OK", data: { redirect: attempt.address } });
      case "held":
        return c.json(failure(c, "Too many failed logins.", attempt.wait), 429);
      case "refused":
        return refused(c);
      case "no cookies": {
        const { address } = attempt;
        return c.json({ ...failure(c, "The browser keeps no cookies.", 0), data: { redirect: address } }, 403);
      }
      case "unavailable":
        throw refuse(503, "Nobody can log in just now. Try again in a minute.");
    }
  });

  api.post("/options", async (c) => {
    const { session, user } = await browserSessions.require(c);
    const portal = c.get("cookieDomain");
    if (!(await factor.isUsable(user.name, portal))) throw refuse(404, "There is no passkey.");
    return c.json({ status: "OK", data: await passkeys.secondFactorOptions(user.name, portal, session.sid) });
  });

  api.post("/", async (c) => {
    const { response, ...rest } = await readJson(c, secondFactorBody);
    const live = await browserSessions.require(c);
    const { user, session } = live;
    const check = passkeys.verifySecondFactor(user.name, c.get("cookieDomain"), session.sid, response);
    const proof = await accepted(c, { action: "second factor", user: user.name }, check);
    if (!proof) return refused(c);
    const credential = { id: proof.passkey.id, amr: proof.amr };
    const passed = await factorSessions.pass(c, live, factor, credential, async () => ({ outcome: "accepted" }));
    if (passed.outcome !== "accepted") throw refuse(401, "The session has ended. Log in again.");
    return c.json({ status: "OK", data: { redirect: destinationOf(returnToOf(c, rest)) } });
  });

  api.put("/credential/register", async (c) => {
    const { session, user } = await confirmations.require(c);
    if (!passkeys.enabled) throw refuse(404, "Passkeys are not in use here.");
    const options = await passkeys.registrationOptions(user, c.get("cookieDomain"), session.sid);
    return c.json({ status: "OK", data: options });
  });

  api.post("/credential/register", async (c) => {
    const { response, description, ...rest } = await readJson(c, registerBody);
    // The user had confirmed their identity when the challenge was issued.
    const live = await browserSessions.require(c);
    const { user, session } = live;
    if (!passkeys.enabled) throw refuse(404, "Passkeys are not in use here.");
    const check = passkeys.register(user, c.get("cookieDomain"), session.sid, response, description);
    const passkey = await accepted(c, { action: "passkey setup", user: user.name }, check);
    if (!passkey) throw refuse(401, "The passkey could not be added. Try again.");
    const detail = { passkey: passkey.id, name: passkey.name, synced: passkey.synced };
    await recordAction(c, dependencies, user, { action: "passkey setup", detail, tellUser: true });
    if (!(await factorSessions.raise(c, live, factor, { id: passkey.id, amr: amrOf(passkey) })))
      throw refuse(401, "The session has ended. Log in again.");
    const redirect = await secondFactors.afterSetUp(user.name, beyond(returnToOf(c, rest)));
    return c.json({ status: "OK", data: { redirect } });
  });

  api.get("/credentials", async (c) => {
    const { user } = await browserSessions.require(c);
    return c.json({ status: "OK", data: (await passkeys.of(user.name)).map(listed) });
  });

  api.put("/credential/:id", async (c) => {
    const { description } = await readJson(c, renameBody);
    const { user } = await browserSessions.require(c);
    if (!(await passkeys.rename(user.name, c.req.param("id"), description)))
      throw refuse(404, "There is no such passkey.");
    return c.json({ status: "OK" });
  });

  api.delete("/credential/:id", async (c) => {
    const live = await confirmations.require(c);
    if (!(await remove(c, live, c.req.param("id")))) throw refuse(404, "There is no such passkey.");
    return c.json({ status: "OK" });
  });

  forms.get("/", async (c) => {
    if (!passkeys.enabled) throw refuse(404, "Passkeys are not in use here.");
    const to = returnToVia(c, page);
    const live = await confirmations.ask(c, to);
    return live instanceof Response ? live : c.html(passkeyEnrolmentPage({ site: siteOf(c), returnTo: beyond(to) }));
  });

  forms.post("/remove", async (c) => {
    const id = (await readForm(c)).get("passkey") ?? "";
    const live = await confirmations.ask(c, returnToVia(c, "/account"));
    if (live instanceof Response) return live;
    await remove(c, live, id);
    return c.redirect("/account", 303);
  });

  forms.get("/rename", async (c) => {
    const live = await browserSessions.current(c);
    if (!live) return askLogin(c, returnToVia(c, "/account"), "account");
    const passkey = (await passkeys.of(live.user.name)).find(({ id }) => id === c.req.query("passkey"));
    return passkey
      ? c.html(passkeyRenamePage({ site: siteOf(c), id: passkey.id, name: passkey.name }))
      : c.redirect("/account");
  });

  forms.post("/rename", async (c) => {
    const form = await readForm(c);
    const live = await browserSessions.current(c);
    if (!live) return askLogin(c, returnToVia(c, "/account"), "account");
    const name = passkeyName.safeParse(form.get("name") ?? "");
    if (name.success) await passkeys.rename(live.user.name, form.get("passkey") ?? "", name.data);
    return c.redirect("/account", 303);
  });

  return [
    { path: "/api/firstfactor/passkey", app: login },
    { path: "/api/secondfactor/webauthn", app: api },
    { path: page, app: forms },
  ];
}

function refused(c: RequestContext): Response {
  return c.json({ status: "KO", message: "The passkey was not accepted. Try again." }, 401);
}

interface ReturnToBody {
  readonly targetURL?: string | null | undefined;
  readonly next?: string | null | undefined;
}

function returnToOf(c: RequestContext, { targetURL, next }: ReturnToBody) {
  return readReturnTo(c, (name) => (name === "rd" ? targetURL : name === "next" ? next : undefined));
}

function listed({ id, name, rpId, createdAt, lastUsedAt, synced }: StoredPasskey) {
  return { id, description: name, rp_id: rpId, created_at: createdAt, last_used_at: lastUsedAt, synced };
}
