// Passkeys over JSON, as the portal's script uses them.
import { Hono } from "hono";
import { z } from "zod";
import type { AuditEvent } from "../../../audit/event.ts";
import { afterLogin } from "../../../http/after-login.ts";
import { jsonBody, readJson, targetUrl } from "../../../http/body.ts";
import { browserOf, knownBrowser, rememberBrowser } from "../../../http/browser-cookie.ts";
import type { Environment, Parts, RequestContext } from "../../../http/environment.ts";
import { failure } from "../../../http/failure.ts";
import { refuse } from "../../../http/problems.ts";
import { recordAction, sourceOf } from "../../../http/record-action.ts";
import { destinationOf, readReturnTo } from "../../../http/return-to.ts";
import { afterEnrolment } from "../after-enrolment.ts";
import { removePasskey } from "../change-factors.ts";
import { passkeyMethod } from "../methods.ts";
import { passSecondFactor, raiseLevel } from "../pass-second-factor.ts";
import type { StoredPasskey } from "../store.ts";
import { authenticationResponse, passkeyName, registrationResponse } from "./passkey-response.ts";
import { type PasskeyProof, PasskeyRefused } from "./passkeys.ts";

/** Why a passkey was refused may quote what the browser sent. Characters. */
const longestReason = 200;

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

export function passkeyApi(parts: Parts): Hono<Environment> {
  const app = new Hono<Environment>();
  const { secondFactors } = parts;
  const { passkeys } = secondFactors;

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
      const detail = { factor: "passkey", reason: error.message.slice(0, longestReason) };
      await parts.audit.record({ ...event, outcome: "failure", ...sourceOf(c), detail });
      return undefined;
    }
  };

  app.post("/firstfactor/passkey/options", async (c) => {
    if (!passkeys.loginEnabled) throw refuse(404, "Passkeys are not used to log in here.");
    return c.json({ status: "OK", data: await passkeys.loginOptions(c.get("cookieDomain"), knownBrowser(c)) });
  });

  app.post("/firstfactor/passkey", async (c) => {
    if (!passkeys.loginEnabled) throw refuse(404, "Passkeys are not used to log in here.");
    const body = await readJson(c, loginBody);
    const { address } = c.get("forwarded");
    // Nobody guesses a passkey. What is bounded, by address, is what looking at worthless answers costs.
    const attempt = await parts.regulation.attempt(
      { guessed: "password", username: undefined, address, requestId: c.get("requestId") },
      () =>
        accepted(
          c,
          { action: "login" },
          passkeys.verifyLogin(c.get("cookieDomain"), browserOf(c) ?? "", body.response),
        ),
      (proof) => (proof ? "right" : "wrong"),
    );
    if (attempt.outcome !== "checked") parts.metrics.countLogin("passkey", "held");
    if (attempt.outcome === "held") return c.json(failure(c, "Too many failed logins.", attempt.wait), 429);
    if (attempt.outcome === "busy") throw refuse(503, "Nobody can log in just now. Try again in a minute.");
    const proof = attempt.result;
    // Before anything else is found out about the user: what ends their sessions from now on ends this one.
    const standing = proof && (await parts.sessions.standing(proof.passkey.username));
    const user = proof && (await parts.profiles.find(proof.passkey.username));
    parts.metrics.countLogin("passkey", user ? "logged in" : "refused");
    if (proof && !user) {
      const detail = { factor: "passkey", reason: "disabled user" };
      const { username } = proof.passkey;
      await parts.audit.record({ action: "login", outcome: "failure", user: username, ...sourceOf(c), detail });
    }
    if (!user) return refused(c);
    const authentication = { user, level: 2, amr: [...proof.amr, "mfa"] } as const;
    const browser = knownBrowser(c);
    const place = { guessed: "password", username: user.name, address, browser } as const;
    const newPlace = !(await parts.regulation.knows(place));
    const stillProven = async () => (await passkeys.of(user.name)).some(({ id }) => id === proof.passkey.id);
    const opening = {
      keepMeLoggedIn: body.keepMeLoggedIn === true,
      newPlace,
      stillProven,
      ...(standing && { standing }),
    };
    if (!(await parts.openSession(c, authentication, opening)))
      throw refuse(503, "Nobody can log in just now. Try again in a minute.");
    await parts.regulation.remember(place);
    rememberBrowser(c, browser);
    return c.json({ status: "OK", data: { redirect: afterLogin(c, parts, returnToOf(c, body), authentication) } });
  });

  app.post("/secondfactor/webauthn/options", async (c) => {
    const { session, user } = await parts.browserSessions.require(c);
    const portal = c.get("cookieDomain");
    if ((await passkeys.usable(user.name, portal)).length === 0) throw refuse(404, "There is no passkey.");
    return c.json({ status: "OK", data: await passkeys.secondFactorOptions(user.name, portal, session.sid) });
  });

  app.post("/secondfactor/webauthn", async (c) => {
    const body = await readJson(c, secondFactorBody);
    const live = await parts.browserSessions.require(c);
    const { user, session } = live;
    const check = passkeys.verifySecondFactor(user.name, c.get("cookieDomain"), session.sid, body.response);
    const proof: PasskeyProof | undefined = await accepted(c, { action: "second factor", user: user.name }, check);
    if (!proof) return refused(c);
    const factor = { name: "passkey", id: proof.passkey.id, amr: proof.amr } as const;
    const passed = await passSecondFactor(c, parts, live, factor, async () => ({ outcome: "accepted" }));
    if (passed.outcome !== "accepted") throw refuse(401, "The session has ended. Log in again.");
    return c.json({ status: "OK", data: { redirect: destinationOf(returnToOf(c, body)) } });
  });

  app.put("/secondfactor/webauthn/credential/register", async (c) => {
    const { session, user } = await parts.confirmations.require(c);
    if (!passkeys.enabled) throw refuse(404, "Passkeys are not in use here.");
    return c.json({
      status: "OK",
      data: await passkeys.registrationOptions(user, c.get("cookieDomain"), session.sid),
    });
  });

  app.post("/secondfactor/webauthn/credential/register", async (c) => {
    const { response, description, ...rest } = await readJson(c, registerBody);
    // Whoever was given the challenge had just shown who they are.
    const live = await parts.browserSessions.require(c);
    const { user, session } = live;
    if (!passkeys.enabled) throw refuse(404, "Passkeys are not in use here.");
    const check = passkeys.register(user, c.get("cookieDomain"), session.sid, response, description);
    const passkey = await accepted(c, { action: "passkey setup", user: user.name }, check);
    if (!passkey) throw refuse(401, "The passkey could not be added. Try again.");
    const detail = { passkey: passkey.id, name: passkey.name, synced: passkey.synced };
    await recordAction(c, parts, user, { action: "passkey setup", detail });
    const factor = { name: "passkey", id: passkey.id, amr: [passkeyMethod(passkey), "user"] } as const;
    if (!(await raiseLevel(c, parts, live, factor))) throw refuse(401, "The session has ended. Log in again.");
    return c.json({ status: "OK", data: { redirect: await afterEnrolment(parts, user, returnToOf(c, rest)) } });
  });

  app.get("/secondfactor/webauthn/credentials", async (c) => {
    const { user } = await parts.browserSessions.require(c);
    return c.json({ status: "OK", data: (await passkeys.of(user.name)).map(listed) });
  });

  app.put("/secondfactor/webauthn/credential/:id", async (c) => {
    const { description } = await readJson(c, renameBody);
    const { user } = await parts.browserSessions.require(c);
    if (!(await passkeys.rename(user.name, c.req.param("id"), description)))
      throw refuse(404, "There is no such passkey.");
    return c.json({ status: "OK" });
  });

  app.delete("/secondfactor/webauthn/credential/:id", async (c) => {
    const live = await parts.confirmations.require(c);
    if (!(await removePasskey(c, parts, live, c.req.param("id")))) throw refuse(404, "There is no such passkey.");
    return c.json({ status: "OK" });
  });

  return app;
}

function refused(c: RequestContext): Response {
  return c.json({ status: "KO", message: "The passkey was not accepted. Try again." }, 401);
}

interface ReturnToBody {
  readonly targetURL?: string | null | undefined;
  readonly next?: string | null | undefined;
}

function returnToOf(c: RequestContext, { targetURL, next }: ReturnToBody) {
  return readReturnTo(
    (name) => (name === "rd" ? targetURL : name === "next" ? next : undefined),
    c.get("cookieDomain"),
  );
}

function listed({ id, name, rpId, createdAt, lastUsedAt, synced }: StoredPasskey) {
  return { id, description: name, rp_id: rpId, created_at: createdAt, last_used_at: lastUsedAt, synced };
}
