// A change of password over JSON, in Authelia's form.
import { Hono } from "hono";
import { z } from "zod";
import { jsonBody, readJson } from "../../http/body.ts";
import type { BrowserSessions } from "../../http/browser-sessions.ts";
import type { Environment } from "../../http/environment.ts";
import { failure } from "../../http/failure.ts";
import { answerMistakes, newPasswordBody } from "../../http/new-password-body.ts";
import type { NewPasswords } from "../../http/new-passwords.ts";
import { refuse } from "../../http/problems.ts";
import { longestUsername } from "../../identity/password-check.ts";
import type { PasswordPolicyConfig } from "../../identity/password-policy/config.ts";
import { longestPassword } from "../../identity/passwords/password-text.ts";
import type { PasswordChanger } from "./change-password.ts";

const changeBody = jsonBody(["POST /api/change-password"], {
  username: z.string().max(longestUsername).nullish().describe("The visitor's own; any other is refused (403)."),
  old_password: z.string().min(1).max(longestPassword),
  new_password: newPasswordBody,
});

interface ApiDependencies {
  readonly changer: PasswordChanger;
  readonly newPasswords: Pick<NewPasswords, "rules">;
  readonly browserSessions: Pick<BrowserSessions, "require">;
  readonly policy: PasswordPolicyConfig;
}

export function passwordChangeApi({
  changer,
  newPasswords,
  browserSessions,
  policy,
}: ApiDependencies): Hono<Environment> {
  const app = new Hono<Environment>();
  const { standard, zxcvbn } = policy;

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
    if (!(await changer.isOffered())) throw refuse(404, "Passwords cannot be changed here.");
    const live = await browserSessions.require(c);
    if (username && username !== live.user.name) throw refuse(403, "This is the session of another user.");
    if (!(await changer.isOpenTo(live))) throw refuse(403, "Confirm your second factor first.");
    const changed = await changer.change(c, live, { current, next });
    switch (changed.outcome) {
      case "changed":
        return c.json({ status: "OK" });
      case "refused":
        return c.json(failure(c, "The current password is wrong.", changed.wait), 401);
      case "held":
        return c.json(failure(c, "Too many wrong passwords.", changed.wait), 429);
      case "mistakes":
        return answerMistakes(c, changed.mistakes, newPasswords.rules);
      case "unavailable":
        throw refuse(503, "The password could not be changed just now. Try again in a minute.");
    }
  });

  return app;
}
