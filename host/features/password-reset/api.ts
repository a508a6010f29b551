// Forgotten passwords over JSON, in Authelia's forms.
import { Hono } from "hono";
import { z } from "zod";
import { jsonBody, readJson } from "../../http/body.ts";
import type { Environment } from "../../http/environment.ts";
import { answerMistakes, newPasswordBody } from "../../http/new-password-body.ts";
import { refuse } from "../../http/problems.ts";
import { longestUsername } from "../../identity/password-check.ts";
import type { PasswordResetter } from "./reset-password.ts";

const startBody = jsonBody(["POST /api/reset-password/identity/start"], {
  username: z.string().max(longestUsername).describe("A user name or an e-mail address."),
});
const token = z.string().max(256);
const finishBody = jsonBody(["POST /api/reset-password/identity/finish"], { token });
const resetBody = jsonBody(["POST /api/reset-password"], { token, password: newPasswordBody });

export function passwordResetApi(resetter: PasswordResetter): Hono<Environment> {
  const app = new Hono<Environment>();

  const useless = (why: "elsewhere" | "void") =>
    why === "elsewhere"
      ? refuse(403, "This link works only in the browser in which it was asked for.")
      : refuse(410, "This link does not work any more.");

  app.post("/identity/start", async (c) => {
    const { username } = await readJson(c, startBody);
    resetter.requireOffer();
    resetter.ask(c, username);
    return c.json({ status: "OK" });
  });

  app.post("/identity/finish", async (c) => {
    const body = await readJson(c, finishBody);
    resetter.requireOffer();
    const link = await resetter.open(c, body.token);
    if (link.state !== "good") throw useless(link.state);
    return c.json({ status: "OK", data: { username: link.user.name } });
  });

  app.post("/", async (c) => {
    const { token, password } = await readJson(c, resetBody);
    resetter.requireOffer();
    const reset = await resetter.set(c, token, password);
    switch (reset.outcome) {
      case "changed":
        return c.json({ status: "OK" });
      case "mistakes":
        return answerMistakes(c, reset.mistakes, resetter.rules);
      case "unavailable":
        throw refuse(503, "The password could not be changed just now. Try again in a minute.");
      default:
        throw useless(reset.outcome);
    }
  });

  return app;
}
