// Passwords over JSON, in Authelia's forms where it has them.
import { Hono } from "hono";
import { z } from "zod";
import { english } from "../../../portal/languages/index.ts";
import { mistakesText } from "../../../portal/pages/new-password.ts";
import { readJson } from "../../http/body.ts";
import type { Environment, Parts, RequestContext } from "../../http/environment.ts";
import { failure } from "../../http/failure.ts";
import { refuse } from "../../http/problems.ts";
import { longestPassword } from "../../identity/passwords/password-text.ts";
import { longestUsername } from "../login/log-in.ts";
import { askForLink, openLink, resetPassword } from "../password-reset/reset-password.ts";
import { changePassword, mayChangePassword, type NewPasswordMistake, offersPasswordChange } from "./change-password.ts";

const newPassword = z.string().max(64 * 1024);

const changeBody = z.object({
  username: z.string().max(longestUsername).nullish(),
  old_password: z.string().min(1).max(longestPassword),
  new_password: newPassword,
});

const startBody = z.object({ username: z.string().max(longestUsername) });
const token = z.string().max(256);
const finishBody = z.object({ token });
const resetBody = z.object({ token, password: newPassword });

export function passwordApi(parts: Parts): Hono<Environment> {
  const app = new Hono<Environment>();
  const { passwordPolicy } = parts;
  const { standard, zxcvbn } = parts.config.passwordPolicy;

  const notGoodEnough = (c: RequestContext, mistakes: readonly NewPasswordMistake[]) =>
    c.json({ status: "KO", message: mistakesText(mistakes, passwordPolicy.rules, english), mistakes }, 422);

  app.get("/configuration/password-policy", (c) => {
    const mode = standard.enabled ? "standard" : zxcvbn.enabled ? "zxcvbn" : "disabled";
    const data = {
      mode,
      min_length: standard.enabled ? standard.minLength : 0,
      max_length: (standard.enabled && standard.maxLength) || 0,
      min_score: zxcvbn.enabled ? zxcvbn.minScore : 0,
      require_uppercase: standard.enabled && standard.requireUppercase,
      require_lowercase: standard.enabled && standard.requireLowercase,
      require_number: standard.enabled && standard.requireNumber,
      require_special: standard.enabled && standard.requireSpecial,
    };
    return c.json({ status: "OK", data });
  });

  app.post("/change-password", async (c) => {
    const { username, old_password: current, new_password: next } = await readJson(c, changeBody);
    if (!(await offersPasswordChange(parts))) throw refuse(404, "Passwords cannot be changed here.");
    const live = await parts.browserSessions.require(c);
    if (username && username !== live.user.name) throw refuse(403, "This is the session of another user.");
    if (!(await mayChangePassword(live, parts))) throw refuse(403, "Confirm your second factor first.");
    const changed = await changePassword(c, parts, live, { current, next });
    switch (changed.outcome) {
      case "changed":
        return c.json({ status: "OK" });
      case "refused":
        return c.json(failure(c, "The current password is wrong.", changed.wait), 401);
      case "held":
        return c.json(failure(c, "Too many wrong passwords.", changed.wait), 429);
      case "mistakes":
        return notGoodEnough(c, changed.mistakes);
      case "unavailable":
        throw refuse(503, "The password could not be changed just now. Try again in a minute.");
    }
  });

  const requireReset = () => {
    if (!parts.resetRequests) throw refuse(404, "Passwords are not reset here.");
  };
  const useless = (why: "elsewhere" | "void") =>
    why === "elsewhere"
      ? refuse(403, "This link works only in the browser in which it was asked for.")
      : refuse(410, "This link does not work any more.");

  app.post("/reset-password/identity/start", async (c) => {
    const { username } = await readJson(c, startBody);
    requireReset();
    askForLink(c, parts, username);
    return c.json({ status: "OK" });
  });

  app.post("/reset-password/identity/finish", async (c) => {
    const body = await readJson(c, finishBody);
    requireReset();
    const link = await openLink(c, parts, body.token);
    if (link.state !== "good") throw useless(link.state);
    return c.json({ status: "OK", data: { username: link.user.name } });
  });

  app.post("/reset-password", async (c) => {
    const { token, password } = await readJson(c, resetBody);
    requireReset();
    const reset = await resetPassword(c, parts, token, password);
    switch (reset.outcome) {
      case "changed":
        return c.json({ status: "OK" });
      case "mistakes":
        return notGoodEnough(c, reset.mistakes);
      case "unavailable":
        throw refuse(503, "The password could not be changed just now. Try again in a minute.");
      default:
        throw useless(reset.outcome);
    }
  });

  return app;
}
