// The form that the login page sends.
import { Hono } from "hono";
import { addressWithReturnTo } from "../../../portal/pages/return-to.ts";
import type { Policy } from "../../core/policy.ts";
import { afterLogin } from "../../http/after-login.ts";
import { readForm } from "../../http/body.ts";
import type { Environment } from "../../http/environment.ts";
import { retryAfter } from "../../http/problems.ts";
import { readReturnTo } from "../../http/return-to.ts";
import { siteOf } from "../../http/site.ts";
import { longestUsername } from "../../identity/password-check.ts";
import { longestPassword } from "../../identity/passwords/password-text.ts";
import type { Clock } from "../../kit/clock.ts";
import type { LoginForm } from "./ask-login.ts";
import type { LogIn, Login } from "./log-in.ts";

export interface LoginFormDependencies {
  readonly logIn: LogIn;
  readonly loginForm: LoginForm;
  readonly policy: Pick<Policy, "decide">;
  readonly clock: Clock;
}

export function loginFormRoutes(dependencies: LoginFormDependencies): Hono<Environment> {
  const app = new Hono<Environment>();
  const { logIn, loginForm } = dependencies;

  app.get("/login", (c) => c.redirect("/", 302));

  app.post("/login", async (c) => {
    const form = await readForm(c);
    const returnTo = readReturnTo(c, (name) => form.get(name));
    const username = form.get("username") ?? "";
    const password = form.get("password") ?? "";
    const keepMeLoggedIn = form.has("keep_me_logged_in");
    const fits = username.length <= longestUsername && password.length <= longestPassword;
    const attempt: Login = fits
      ? await logIn(c, { username, password, keepMeLoggedIn })
      : { outcome: "refused", wait: 0 };
    if (attempt.outcome === "logged in")
      return c.redirect(afterLogin(c, dependencies, returnTo, attempt.authentication), 303);
    const { next, ...onward } = returnTo;
    const site = siteOf(c, addressWithReturnTo(next ?? "/", onward));
    const view = { site, ...returnTo, username: fits ? username : "", keepMeLoggedIn };
    if (attempt.outcome === "unavailable") {
      c.header("Retry-After", String(retryAfter));
      return c.html(loginForm(c, { ...view, error: "unavailable" }), 503);
    }
    const { outcome, wait } = attempt;
    if (wait > 0) c.header("Retry-After", String(wait));
    return outcome === "refused"
      ? c.html(loginForm(c, { ...view, error: "credentials", wait }), 401)
      : c.html(loginForm(c, { ...view, error: "held", wait }), 429);
  });

  return app;
}
