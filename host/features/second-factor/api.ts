// Second factors over JSON, in Authelia's forms.
import { Hono } from "hono";
import { jsonBody, readJson, targetUrl, typedCode } from "../../http/body.ts";
import { answerAttempt, codeSource } from "../../http/code-attempt.ts";
import type { Environment, Parts } from "../../http/environment.ts";
import { refuse } from "../../http/problems.ts";
import { confirmApp, makeRecoveryCodes, removeApp } from "./change-factors.ts";
import { passSecondFactor, raiseLevel, recoveryCode, totp } from "./pass-second-factor.ts";

const codeBody = jsonBody(["POST /api/secondfactor/totp", "POST /api/secondfactor/recovery"], {
  token: typedCode,
  targetURL: targetUrl,
});
const confirmBody = jsonBody(["POST /api/secondfactor/totp/register"], { token: typedCode });

export function secondFactorApi(parts: Parts): Hono<Environment> {
  const app = new Hono<Environment>();
  const { secondFactors, config } = parts;
  const { apps } = secondFactors;

  app.post("/totp", async (c) => {
    const { token, targetURL } = await readJson(c, codeBody);
    const live = await parts.browserSessions.require(c);
    const check = () => secondFactors.verifyTotp(codeSource(c, live), token);
    return answerAttempt(c, await passSecondFactor(c, parts, live, totp, check), targetURL);
  });

  app.post("/recovery", async (c) => {
    const { token, targetURL } = await readJson(c, codeBody);
    const live = await parts.browserSessions.require(c);
    const check = () => secondFactors.verifyRecoveryCode(codeSource(c, live), token);
    return answerAttempt(c, await passSecondFactor(c, parts, live, recoveryCode, check), targetURL);
  });

  app.get("/totp", async (c) => {
    const { user } = await parts.browserSessions.require(c);
    const own = await apps.of(user.name);
    if (!own) throw refuse(404, "There is no authenticator app.");
    const { algorithm, digits, period, createdAt, lastUsedAt } = own;
    const data = { issuer: config.totp.issuer, algorithm, digits, period };
    return c.json({ status: "OK", data: { ...data, created_at: createdAt, last_used_at: lastUsedAt } });
  });

  app.put("/totp/register", async (c) => {
    const { session, user } = await parts.confirmations.require(c);
    if (!apps.enabled) throw refuse(404, "Authenticator apps are not in use here.");
    const { secret, uri } = await apps.enrol(session.sid, user.name);
    return c.json({ status: "OK", data: { base32_secret: secret, otpauth_url: uri } });
  });

  app.post("/totp/register", async (c) => {
    const { token } = await readJson(c, confirmBody);
    const live = await parts.browserSessions.require(c);
    // Whoever was given the secret had just shown who they are.
    if (!(await apps.isEnrolling(live.session.sid, live.user.name)))
      throw refuse(403, "Nothing is being set up, or its time is over. Begin again.");
    if (!(await confirmApp(c, parts, live, token))) throw refuse(401, "The code is wrong.");
    if (!(await raiseLevel(c, parts, live, totp))) throw refuse(401, "The session has ended. Log in again.");
    return c.json({ status: "OK" });
  });

  app.delete("/totp", async (c) => {
    const live = await parts.confirmations.require(c);
    if (!(await removeApp(c, parts, live))) throw refuse(404, "There is no authenticator app.");
    return c.json({ status: "OK" });
  });

  app.get("/recovery", async (c) => {
    const { user } = await parts.browserSessions.require(c);
    const { recoveryCodes } = await secondFactors.of(user.name);
    return c.json({ status: "OK", data: { left: recoveryCodes?.left ?? 0, total: recoveryCodes?.total ?? 0 } });
  });

  app.put("/recovery", async (c) => {
    const live = await parts.confirmations.require(c);
    if (!(await secondFactors.has(live.user.name))) throw refuse(403, "Set up a second factor first.");
    const codes = await makeRecoveryCodes(c, parts, live);
    return c.json({ status: "OK", data: { codes } });
  });

  return app;
}
