// The JSON API of the portal, in Authelia's forms.
import { Hono } from "hono";
import { z } from "zod";
import { jsonBody, readJson, targetUrl } from "../../http/body.ts";
import { type BrowserSessions, isProgram } from "../../http/browser-sessions.ts";
import type { Environment } from "../../http/environment.ts";
import { failure } from "../../http/failure.ts";
import { keepsCookies, noteLogin } from "../../http/login-probe.ts";
import { refuse } from "../../http/problems.ts";
import { readTarget } from "../../http/target.ts";
import { longestUsername } from "../../identity/password-check.ts";
import { longestPassword } from "../../identity/passwords/password-text.ts";
import type { Credentials, LogIn } from "./log-in.ts";
import { type LogOutDependencies, logOut } from "./log-out.ts";
import type { LostLogins } from "./lost-login.ts";

const firstFactorBody = jsonBody(["POST /api/firstfactor"], {
  username: z.string().min(1).max(longestUsername),
  password: z.string().min(1).max(longestPassword),
  keepMeLoggedIn: z.boolean().nullish(),
  targetURL: targetUrl,
});

const logoutBody = jsonBody(["POST /api/logout"], { targetURL: targetUrl });

interface ApiDependencies extends LogOutDependencies {
  readonly logIn: LogIn;
  readonly browserSessions: Pick<BrowserSessions, "current" | "all" | "take">;
  readonly lostLogins: Pick<LostLogins, "checkAddress">;
}

export function loginApi(dependencies: ApiDependencies): Hono<Environment> {
  const app = new Hono<Environment>();
  const { logIn, browserSessions, lostLogins } = dependencies;

  app.post("/firstfactor", async (c) => {
    const { username, password, keepMeLoggedIn, targetURL } = await readJson(c, firstFactorBody);
    const credentials: Credentials = { username, password, keepMeLoggedIn: keepMeLoggedIn === true };
    const login = await logIn(c, credentials);
    if (login.outcome === "refused")
      return c.json(failure(c, "Authentication failed. Check your credentials.", login.wait), 401);
    if (login.outcome === "expired")
      return c.json(failure(c, "The password has expired. Set a new one on the login page.", 0), 401);
    if (login.outcome === "held") return c.json(failure(c, "Too many failed logins.", login.wait), 429);
    if (login.outcome === "unavailable")
      throw refuse(503, "Passwords cannot be checked just now. Try again in a minute.");
    const target = readTarget(targetURL ?? undefined, c.get("cookieDomain"));
    const isBrowser = !isProgram(c);
    if (isBrowser) noteLogin(c);
    if (!target) return c.json({ status: "OK" });
    const isToBeChecked = isBrowser && !keepsCookies(c);
    const redirect = isToBeChecked ? lostLogins.checkAddress(c, { target, method: "GET" }) : target.url;
    return c.json({ status: "OK", data: { redirect } });
  });

  app.post("/logout", async (c) => {
    const { targetURL } = await readJson(c, logoutBody);
    await logOut(c, dependencies);
    if (!targetURL) return c.json({ status: "OK" });
    return c.json({
      status: "OK",
      data: { safeTargetURL: readTarget(targetURL, c.get("cookieDomain")) !== undefined },
    });
  });

  app.get("/state", async (c) => {
    const live = await browserSessions.current(c);
    return c.json({
      status: "OK",
      data: { username: live?.user.name ?? "", authentication_level: live?.session.level ?? 0 },
    });
  });

  return app;
}
