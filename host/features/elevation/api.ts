// The one-time code from an e-mail over JSON, at Authelia's addresses.
import { Hono } from "hono";
import { jsonBody, readJson, typedCode } from "../../http/body.ts";
import type { BrowserSessions } from "../../http/browser-sessions.ts";
import { answerAttempt } from "../../http/code-attempt.ts";
import type { Confirmation, Confirmations } from "../../http/confirmation.ts";
import type { Environment } from "../../http/environment.ts";
import { refuse } from "../../http/problems.ts";
import { type ElevateDependencies, redeemCode, revokeCode, sendCode } from "./elevate.ts";

const codeBody = jsonBody(["PUT /api/user/session/elevation"], { otc: typedCode });

/** What is still to be done before second factors can be changed, in the API's words. */
const needs: Readonly<Record<Confirmation, string | null>> = {
  given: null,
  "log in": "login",
  "second factor": "second_factor",
  code: "code",
  "no address": "address",
};

interface ApiDependencies extends ElevateDependencies {
  readonly browserSessions: Pick<BrowserSessions, "give" | "require">;
  readonly confirmations: Pick<Confirmations, "of">;
}

export function elevationApi(dependencies: ApiDependencies): Hono<Environment> {
  const app = new Hono<Environment>();
  const { browserSessions, confirmations } = dependencies;

  app.get("/", async (c) => {
    const confirmation = await confirmations.of(await browserSessions.require(c));
    return c.json({ status: "OK", data: { elevated: confirmation === "given", needs: needs[confirmation] } });
  });

  app.post("/", async (c) => {
    const live = await browserSessions.require(c);
    if ((await confirmations.of(live)) !== "code") throw refuse(403, "No code is needed now, or it cannot be sent.");
    if (!(await sendCode(c, dependencies, live)))
      throw refuse(429, "Too many codes were sent. Try again in a quarter of an hour.");
    return c.json({ status: "OK" });
  });

  app.put("/", async (c) => {
    const { otc } = await readJson(c, codeBody);
    const live = await browserSessions.require(c);
    return answerAttempt(c, await redeemCode(c, dependencies, live, otc));
  });

  app.delete("/:id", async (c) => {
    if (!(await revokeCode(c, dependencies, c.req.param("id")))) throw refuse(404, "There is no such code.");
    return c.json({ status: "OK" });
  });

  return app;
}
